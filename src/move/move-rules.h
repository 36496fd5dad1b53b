/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rules, each of which adds its finding, and fails for lack of memory alone. */

#include "move/examination.h"

#define PROCS "cgroup.procs"

/* What the rule that is being looked at (examination->rule) comes to. The error is what the kernel answers, or would.
 */
#define move_rule_met(examination, ...) \
        move_findings_add((examination)->result, (examination)->rule, MOVE_MET, 0, __VA_ARGS__)
#define move_rule_violated(examination, error, ...) \
        move_findings_add((examination)->result, (examination)->rule, MOVE_VIOLATED, error, __VA_ARGS__)
#define move_rule_unknown(examination, error, ...) \
        move_findings_add((examination)->result, (examination)->rule, MOVE_UNKNOWN, error, __VA_ARGS__)

/* Unknown, as @what failed with @cause: "cannot read the file: No such file or directory". */
int move_rule_unreadable(const Examination *examination, int error, int cause, const char *what);

/* Both versions of cgroups: permissions, and what controllers refuse. */
int move_rule_target(const Examination *examination);
int move_rule_cpuset(const Examination *examination);
int move_rule_realtime(const Examination *examination);

/* Only v2: the common ancestor, namespaces, threads, and no internal processes. */
int move_rule_ancestor(const Examination *examination);
int move_rule_namespace(const Examination *examination);
int move_rule_domain(const Examination *examination);
int move_rule_inner(const Examination *examination);

/* What no answer depends on, but who moves a process there should know. */
int move_rule_notes(const Examination *examination);

/* Whether the mover may write cgroup.procs of the group @path below the mount's root, which the clause in *ret_found
 * (to be freed by the caller) calls @title. Returns 0, -EACCES, or another errno without a clause: it cannot be known.
 */
int move_rule_may_write(const Examination *examination, const char *path, const char *title, char **ret_found);
