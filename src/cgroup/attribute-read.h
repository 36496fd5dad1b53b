/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the settings of a group are, by systemd's names or as the kernel's files say it. */

#include <sys/types.h>

#include "basic/macros.h"

/* The value of @key in @group, a property's name or a file's, without the newline at its end: "infinity", "1073741824",
 * "50%", "0-3" for a property, times as systemd prints them; a file as it stands. With @raw, numbers in base units
 * (bytes, microseconds, parts of a weight). *ret is freed by the caller. -ENOENT: no such file here (the controller is
 * not enabled, or the kernel has it not); -EOPNOTSUPP: no such key; -EACCES: write-only. */
int attribute_read(int group, const char *key, bool raw, char **ret);

/* Calls @function for each property that lives in a file of @group that is there, and then (or, with @files false, not)
 * for each file that can be read. @key is borrowed. */
int attribute_foreach(int group, bool files, int (*function)(const char *key, const char *file, void *userdata),
                      void *userdata);

/* Both parts of cpu.max in microseconds; a quota of UINT64_MAX is "max". */
int attribute_read_quota(int group, uint64_t *ret_quota, uint64_t *ret_period);

/* A quota in microseconds of each second, of those that make the same quota again the roundest; UINT64_MAX as above.
 * And what it makes. */
uint64_t attribute_share_of_quota(uint64_t quota, uint64_t period);
uint64_t attribute_quota_of_share(uint64_t share, uint64_t period);

/* A line "MAJOR:MINOR REST". False for any other. @ret_rest is borrowed from @line. */
bool attribute_parse_device_line(const char *line, dev_t *ret_device, const char **ret_rest);
