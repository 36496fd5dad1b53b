/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text of somebody else's that is to stand in a message of ours: callers', polkit's, names of users. */

#define QUOTE_MAX 128

/* Writes @text into @buffer, on one line, as basic/escape shows it; what is too long is cut and ends with "…". Returns
 * @buffer. */
char *quote(const char *text, char buffer[static QUOTE_MAX]);
