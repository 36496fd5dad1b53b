/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /proc/PID/cgroup: a line "ID:CONTROLLERS:PATH" for each hierarchy (cgroups(7)). */

#include <sys/types.h>

#include "basic/macros.h"

/* Reads that of the process @pid, a number of ours; 0: our own. Where its first thread has ended, that of one that
 * lives. *ret is freed by the caller. -ESRCH: there is none; the errors of proc_open_number(). */
int cgroup_file_read(pid_t pid, char **ret);

/* Takes the next hierarchy off *text: what it is called there ("" for v2, "cpu,cpuacct", "name=systemd"), and the path
 * of the group. Both are freed by the caller. 1; 0: there is no more; -ENOMEM. */
int cgroup_file_next(const char **text, char **ret_hierarchy, char **ret_path);

/* The path of the hierarchy @hierarchy, called so. *ret is freed by the caller. -ENODATA: there is no such line. */
int cgroup_file_find(const char *text, const char *hierarchy, char **ret);
