/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All settings. For the property*.c files only. */

#include "unit/property-parse.h"

extern const PropertyInfo property_table[];
extern const size_t property_table_size;

/* The option of cgscope's that sets what @name would, NULL where none does. */
const char *property_option(const char *name);
