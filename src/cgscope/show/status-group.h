/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that `status` shows of a group, gathered once. */

#include <sys/types.h>

#include "cgroup/statistics.h"
#include "cgroup/walk.h"
#include "cgscope/cli/aim.h"
#include "cgscope/show/status-limits.h"

typedef struct StatusProcess {
        pid_t pid;
        size_t group; /* of StatusGroup.groups */
} StatusProcess;

typedef struct StatusGroup {
        const Aim *aim; /* borrowed */
        char *unit;     /* NULL: in none */
        char *boundary; /* NULL: none is marked */
        uid_t owner;
        ControllerMask controllers, enabled;
        Statistics statistics;
        uint64_t pressure[STATISTIC_STALLS]; /* avg10, in parts of ten thousand; STATISTIC_ABSENT */
        StatusLimits limits;

        char **groups; /* those with processes, relative to the target; "" is itself */
        size_t n_groups;
        StatusProcess *processes;
        size_t n_processes;
        WalkSkipped skipped;
} StatusGroup;

/* Reads all of what @aim is for. -ENODEV, -ENOENT: it has gone. Of what failed the rest is freed by
 * status_group_done(), too. */
int status_group_read(StatusGroup *status, const Aim *aim);
void status_group_done(StatusGroup *status);

/* "active", "frozen", "stale" or, no scope and without processes, "empty". Borrowed. */
const char *status_group_state(const StatusGroup *status);
