/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Permissions: who may write into cgroup.procs. */

#include "move/examination.h"

#define PROCS "cgroup.procs"

int move_rule_target(const Examination *examination);

/* Whether the mover may write cgroup.procs of the group @path below the mount's root, which the clause in *ret_found
 * (to be freed by the caller) calls @title. Returns 0, -EACCES, or another errno without a clause: it cannot be known.
 */
int move_rule_may_write(const Examination *examination, const char *path, const char *title, char **ret_found);
