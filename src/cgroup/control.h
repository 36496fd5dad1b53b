/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Freezing a group, signals to all in it, and handing it over to somebody else. */

#include <sys/types.h>

#include "basic/macros.h"

/* Writes cgroup.freeze and waits until cgroup.events says that it is so, at most @timeout microseconds: -ETIMEDOUT
 * after which the group is as it was. */
int group_freeze(int group, bool freeze, uint64_t timeout);

/* cgroup.kill: SIGKILL to all in the subtree, also to what is forked meanwhile. */
int group_kill(int group);

/* @signal to each process of the subtree once, by pidfd and only while it is still in there; those that are forked
 * meanwhile get it, too. Returns how many. -EPERM: not all of them may be signalled by us, though the others were;
 * *ret_refused (may be NULL) is one that was not. -EXDEV: likewise, as some are outside of our PID
 * namespace; -EACCES: likewise, as a group below cannot be looked into. */
int group_signal(int group, int signal, pid_t *ret_refused);

/* Sends @signal to all in the groups right below @group and below those, but not to those in the one that is @aside. */
void group_signal_beside(int group, int aside, int signal);

/* Counts the processes in @group and below it and, with @end, kills them and waits a moment until they are gone.
 * @aside: the group right below it that the calling process is in, and stays; -EBADF: it is elsewhere. Returns how many
 * there were. */
ssize_t group_end(int group, int aside, bool end);

/* Makes @uid and @gid ((gid_t) -1: left as it is) the owner of the group's directory and of those files in it that the
 * kernel lists in /sys/kernel/cgroup/delegate. */
int group_chown(int group, uid_t uid, gid_t gid);
