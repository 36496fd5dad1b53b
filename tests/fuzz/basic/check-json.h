/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Holds what was written against RFC 8259, by a reader that shares nothing with the writer. */

#include "basic/macros.h"

/* @text is one object and a newline, and safe to be shown. The strings in it, names of members too, are in their order
 * what @strings has, @n of them, or with NULL any. */
void check_json(const char *text, size_t length, char *const *strings, size_t n);
