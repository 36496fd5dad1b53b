/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes a table that is too wide for the terminal narrower, so that what is left out is seen to be: empty columns are
 * left out, cells are cut with "…", and what is to be typed again stands last, where the terminal breaks it and a
 * selection has it whole. */

#include <libsmartcols/libsmartcols.h>

#include "table/table.h"

/* @flags: of each column of @lines. -ENOMEM. */
int table_fit(struct libscols_table *lines, const TableColumnFlags flags[], const TableOptions *options);
