/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text that is put together with stdio. */

#include <stdio.h>

#include "basic/macros.h"

/* Closes @file, of open_memstream(3) with *text. 0: all is there; -ENOMEM: it is not, and *text may be NULL. For
 * fclose(3) succeeds also where there is no memory for the text as it is in the end (glibc 2.36 to 2.41). */
static inline int memory_stream_close(FILE *file, char *const *text) {
        return fclose(file) == 0 && *text ? 0 : -ENOMEM;
}
