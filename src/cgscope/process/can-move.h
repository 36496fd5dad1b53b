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
