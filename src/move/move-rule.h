/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* May this process be moved there? What the kernel would answer to a write of its number into the target's
 * cgroup.procs, found out rule by rule without moving anything. The rules are those of cgroups(7), and their order is
 * that in which the kernel looks (kernel/cgroup/cgroup.c, __cgroup_procs_write(); for v1 cgroup-v1.c,
 * __cgroup1_procs_write()): where several are violated the first one decides the errno. */

#include "move/examination.h"

/* Finds the answer. Fails for lack of memory alone: what cannot be read is a finding. */
int move_examine(const MoveQuestion *question, MoveFindings *ret);
