/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who is still in a group after its processes were to be ended, or to get a signal. */

#include <sys/types.h>

#include "cgscope/cli/aim.h"

/* Ends, after a moment for what is dying, when nobody is in the group that @aim is, or the group itself has gone: 0.
 * -EBUSY: a process is in it; said, with whose it is and what ends it. @done is what was done ("was stopped").
 * @foreign: only processes of other users than the caller count. */
int remainder_check(const Aim *aim, bool foreign, const char *done);

/* Says that process @pid in the group that @aim is did not get a signal, and whose it is. Returns -EPERM. */
int remainder_report_refused(const Aim *aim, pid_t pid);

/* A process in the group that @aim is, or below it, that is another user's than the caller; 0: there is none. */
pid_t remainder_find_foreign(const Aim *aim);
