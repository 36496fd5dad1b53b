/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* The length of the UTF-8 sequence that @text, ended by NUL, begins with; 0 where it begins with none (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF). */
size_t utf8_length(const char *text);
