/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Figures for people, as systemd's tools print them. All write into the caller's buffer and return it. */

#include "basic/macros.h"

#define FORMAT_MAX 64

/* "0B", "512B", "1.5K", "12.3M", powers of 1024; UINT64_MAX is "infinity". */
char *format_bytes(uint64_t bytes, char buffer[static FORMAT_MAX]);

/* "1h 2min 3s", "1min 30.500s", "350ms", no finer than @accuracy microseconds; UINT64_MAX is
 * "infinity". What it prints, parse_timespan() reads. */
char *format_timespan(uint64_t usec, uint64_t accuracy, char buffer[static FORMAT_MAX]);

/* Parts of ten thousand as "50%", "12.5%"; of a million as "33.3333%". */
char *format_permyriad(uint64_t value, char buffer[static FORMAT_MAX]);
char *format_ppm(uint64_t value, char buffer[static FORMAT_MAX]);
