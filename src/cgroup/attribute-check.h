/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a setting is in force: the encoder says what would be written, and that is held against what the file says.
 */

#include "basic/trouble.h"
#include "unit/property.h"

/* Whether the one at @index of @properties, of which the later ones count more, is in force in @group, as far as a file
 * says it: the value, the line of that device, processors that are there, a partition that is valid. 0: it is, or it
 * has no file. -EOPNOTSUPP: it is not, and *trouble is a clause that says what is there instead. */
int attribute_check(int group, const PropertyList *properties, size_t index, Trouble *trouble);

/* Whether the file @name says @text; what cannot be compared passes. */
int attribute_check_file(int group, const char *name, const char *text, Trouble *trouble);
