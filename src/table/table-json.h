/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tables and trees as JSON: an object with one array, of an object for each row; what is below a row is its "children".
 * No library is needed for that. */

#include "table/table.h"

extern const Tabling table_json;
