/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/group/exec-state.h"

/* With the target found, and the group made where that was asked for: runs the command in it, in place of this process.
 * Returns the exit status where that failed; then this process is out of a group that was made. */
int exec_in_place(Exec *exec);
