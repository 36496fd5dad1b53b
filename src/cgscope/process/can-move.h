/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* May a process be moved to a target, by whom, by which rules? What cannot be found out is said. */

#include "cgscope/cli/aim.h"
#include "move/move-rule.h"

/* What is examined. */
typedef struct CanMove {
        CommonOptions options;
        const char *as;        /* --as; NULL: the caller */
        const char *hierarchy; /* --hierarchy; NULL: cgroup v2, where systemd mounts it */
        const char *text;      /* the target as typed */
        pid_t pid;
        int pidfd;
        Aim aim;
        CgroupMounts mounts;
        const CgroupMount *mount; /* of the hierarchy */
        char *hierarchy_name;     /* as /proc/PID/cgroup calls it */
        int root;
        char *target; /* below the mount's root */
        Mover mover;
        Migrant process;
        MoveFindings answer;
} CanMove;

#define CAN_MOVE_INIT \
        { .pidfd = -EBADF, .aim = AIM_INIT, .root = -EBADF, .process = MIGRANT_INIT }

/* Finds out what is asked about: the process, the target in the hierarchy, and the mover. */
int can_move_find(CanMove *can_move);
void can_move_done(CanMove *can_move);

/* Adds to the answer what the managers have to do with the move: units left behind, and whether a manager would do what
 * the kernel does not let the mover do. */
int can_move_note_units(CanMove *can_move);

/* Prints the answer, as a text with a table or as JSON. */
int can_move_print(CanMove *can_move);

/* For another verb: why the kernel answers @error to moving the process into the target, as a clause in *ret, to be
 * freed by the caller. -ENODATA: no rule that is known says so. Others: it cannot be found out, which is not said. */
int can_move_explain(const Aim *aim, pid_t pid, int pidfd, int error, char **ret);
