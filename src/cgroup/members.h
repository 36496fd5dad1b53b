/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The processes in a group. */

#include <sys/types.h>

#include "basic/macros.h"

/* The numbers in the group's own cgroup.procs, in *ret, to be freed by the caller; returns how many, or a negative
 * errno. -EOPNOTSUPP: the group is threaded and knows threads only. 0 stands for a process outside of our PID
 * namespace. */
ssize_t group_members(int group, pid_t **ret);

/* The same of the whole subtree, in no particular order. */
ssize_t group_members_below(int group, pid_t **ret);
