/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Pure parsers of what people type, with systemd's meaning (systemd.time(7), systemd.resource-control(5)). All return
 * 0 or negative errno: -EINVAL where the text is no such thing, -ERANGE where it is one but too large or too small. An
 * output is written on success only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "yes", "true", "on", "1", "y", "t" and their opposites, in any case. */
int parse_boolean(const char *text, bool *ret);

/* A number from @min to @max: decimal digits alone. No sign, no white space, and no zero in front, which others would
 * read as octal. */
int parse_unsigned(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/* The same for weights, numbers of tasks and signals, where systemd takes more (safe_atou64() in its sources):
 * hexadecimal after "0x", octal after "0". */
int parse_unsigned_any_base(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/* "N" or "N-M" with N <= M <= @max, numbers as above, decimal alone; a single number is both ends. */
int parse_unsigned_range(const char *text, uint64_t max, uint64_t *ret_lower, uint64_t *ret_upper);

/* Bytes with the suffixes B K M G T P E, powers of @base (1024 or 1000), with a fraction ("1.5G") and in falling order
 * one after the other ("1G 512M"). "infinity" is UINT64_MAX. */
int parse_size(const char *text, uint64_t base, uint64_t *ret);

/* A time span in microseconds: "2s", "1min 30s", "500ms"; a plain number is seconds, "infinity" USEC_INFINITY. */
int parse_timespan(const char *text, uint64_t *ret_usec);

/* "50%", "12.5%", "33.33%", "5‰", "7‱" in parts of ten thousand, not above @max. */
int parse_permyriad(const char *text, uint64_t max, uint64_t *ret);

/* The same in parts of a million: "33.3333%". */
int parse_ppm(const char *text, uint64_t max, uint64_t *ret);
