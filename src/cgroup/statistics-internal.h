/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the readers of figures share. For the statistics*.c files only. */

#include "basic/macros.h"

/* The number at @text, which a space, a newline or the end follows; STATISTIC_ABSENT where there is none. */
uint64_t statistic_parse(const char *text);
