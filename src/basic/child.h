/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Children of our own: helpers for a moment, and commands that are run. */

#include <sys/types.h>

#include "basic/macros.h"

/* As fork(2), and the parent gets a descriptor of the child in *ret_pidfd. A child that cannot be held by one is none:
 * a number of nobody's would be signalled and waited for in its place. Negative errno. */
pid_t child_fork(int *ret_pidfd);

/* Waits until the child has ended. *ret_status is that of waitpid(2); it may be NULL. -ECHILD: there is none. */
int child_wait(pid_t pid, int *ret_status);

/* Waits so long at most. Whether it has ended; it is still to be waited for then. */
bool child_ends_within(pid_t pid, int msec);
