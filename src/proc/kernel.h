/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which kernel this is: its release, what it was built with, and what it was booted with. */

#include "basic/macros.h"

#define KERNEL_RELEASE_SIZE 65 /* as much as uname(2) has room for */

/* "6.1.0-13-amd64", or "". Returns @buffer. */
char *kernel_release(char buffer[static KERNEL_RELEASE_SIZE]);

/* Whether the kernel @release is version @major.@minor or newer. -EINVAL: it begins with no version. */
int kernel_is_at_least(const char *release, unsigned major, unsigned minor);

/* The system calls that nothing here can do without. 0; or -ENOSYS, or the -EPERM of a filter, and *ret_call is the
 * name of the one that is refused. */
int kernel_check_calls(const char **ret_call);

/* The configuration of the running kernel, of @release, wherever distributions put it. *ret is freed by the caller. */
int kernel_config_read(const char *release, char **ret);

/* Whether CONFIG_@option=y stands in @config. */
bool kernel_config_has(const char *config, const char *option);

/* The values of @name=VALUE on the kernel command line @arguments (/proc/cmdline), divided by commas; a word @name
 * without '=' counts as an empty one. 1: *ret is to be freed by the caller; 0: it is not there. */
int kernel_argument_get(const char *arguments, const char *name, char **ret);

/* Whether a kernel with the configuration @config, booted with @arguments, keeps real-time processes out of groups that
 * have the cpu controller, as those have no real time in cgroup v2. */
bool kernel_groups_real_time(const char *config, const char *arguments);
