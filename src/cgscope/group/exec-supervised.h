/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/group/exec-state.h"

/* Before the group is made: starts the watch. */
int exec_watch(Exec *exec);

/* With the target found, and the group made where that was asked for: stays beside the command until it has ended, and
 * ends as it did. Returns the exit status where it never began. */
int exec_supervised(Exec *exec);
