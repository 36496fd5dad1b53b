/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds out what can-move is asked about, and answers for another verb. What cannot be found out is said. */

#include "cgscope/process/can-move.h"

/* The process, the target in the hierarchy, and the mover. */
int can_move_find(CanMove *can_move);
void can_move_done(CanMove *can_move);

/* For another verb: why the kernel answers @error to moving the process into the target, as a clause in *ret, to be
 * freed by the caller. -ENODATA: no rule that is known says so. Others: it cannot be found out, which is not said. */
int can_move_explain(const Aim *aim, pid_t pid, int pidfd, int error, char **ret);
