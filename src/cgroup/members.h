/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The processes in a group, and out of the way of the "no internal process" rule: a group that hands controllers on
 * cannot hold any. */

#include <sys/types.h>

#include "cgroup/walk.h"

/* The numbers in the group's own cgroup.procs, in *ret, to be freed by the caller; returns how many, or a negative
 * errno. -EOPNOTSUPP: the group is threaded and knows threads only. 0 stands for a process outside of our PID
 * namespace, or for one that ended at that moment: written to cgroup.procs it would be ourselves. */
ssize_t group_members(int group, pid_t **ret);

/* The processes that the threads in the group belong to, also where it is threaded. */
int group_thread_owners(int group, pid_t **ret);

/* The same of the whole subtree, in no particular order. Groups that cannot be looked into are left out and noted in
 * @skipped (may be NULL). */
ssize_t group_members_below(int group, pid_t **ret, WalkSkipped *skipped);

/* Whether there are processes outside of our PID namespace in it, or in the whole subtree: those can be counted, but
 * neither be named nor looked at. 1; 0: there are none. It takes a second look for those that end. */
int group_holds_outsiders(int group, bool below);

/* Moves all processes of the group @from itself into @to, also those that are forked meanwhile. Returns how many.
 * -EXDEV: some are outside of our PID namespace, and cannot be moved from here; -ELOOP: they fork faster than they are
 * moved. */
int group_move_members(int from, int to);

/* Makes the group @leaf in @group, where it is not there yet (*ret_made), and moves all processes of @group itself into
 * it, as above. Returns how many. */
int group_evacuate(int group, const char *leaf, bool *ret_made);

/* Moves them back, and removes @leaf where @made. */
void group_return(int group, const char *leaf, bool made);
