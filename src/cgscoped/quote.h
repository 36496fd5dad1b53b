/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text of somebody else's that is to stand in a message of ours: callers', polkit's, names of users. */

#define QUOTE_MAX 128

/* Writes @text into @buffer, on one line: control characters, also those above 0x7f, and bytes that are no UTF-8 are
 * shown as \xNN; what is too long is cut and ends with "…". Returns @buffer. */
char *quote(const char *text, char buffer[static QUOTE_MAX]);
