/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Assignments to properties that an option of ours says: command lines that were written for systemd-run have them. */

#include "basic/macros.h"

/* The long option that says what "NAME=VALUE" in @text does, as "slice" of "Slice=build.slice"; its value, in @text, is
 * *ret_value, NULL where it is to have none. NULL: no option says that. */
const char *assignment_find_option(const char *text, const char **ret_value);
