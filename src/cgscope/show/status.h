/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that is known of one group, for `status`: gathered once, printed as text or as JSON. */

#include <sys/types.h>

#include "cgroup/statistics.h"
#include "cgscope/cli/aim.h"

/* A limit that is set on the group, or that one above it sets. */
typedef struct StatusLimit {
        const char *name; /* systemd's */
        char *value;      /* NULL: not set on the group itself */
        char *effective;  /* NULL: as above */
        char *set_by;     /* the group that sets what is in effect; NULL: as above */
        bool bytes, indices; /* what its number is; "0" may stand where "0-3" does */
} StatusLimit;

#define STATUS_LIMITS_MAX 24

typedef struct StatusProcess {
        pid_t pid;
        size_t group; /* of Status.groups */
} StatusProcess;

typedef enum StatusPressure {
        PRESSURE_CPU_SOME,
        PRESSURE_CPU_FULL,
        PRESSURE_MEMORY_SOME,
        PRESSURE_MEMORY_FULL,
        PRESSURE_IO_SOME,
        PRESSURE_IO_FULL,
        _PRESSURE_MAX,
} StatusPressure;

typedef struct Status {
        const Aim *aim;
        char *unit;      /* NULL: in none */
        char *boundary;  /* NULL: none is marked */
        uid_t owner;
        ControllerMask controllers, enabled;
        Statistics statistics;
        uint64_t pressure[_PRESSURE_MAX]; /* avg10, in parts of ten thousand; STATISTIC_ABSENT */

        StatusLimit limits[STATUS_LIMITS_MAX];
        size_t n_limits;

        char **groups; /* those with processes, relative to the target; "" is itself */
        size_t n_groups;
        StatusProcess *processes;
        size_t n_processes;
} Status;

/* Reads the limits that are set, and for those that are not the nearest one above that is in effect. */
int status_read_limits(Status *status, bool raw);

/* The statistic of the total that belongs to a pressure. */
Statistic status_pressure_total(StatusPressure pressure);

/* Whether it is a scope whose processes are gone: a manager would have ended it, had it seen that. */
bool status_is_stale(const Status *status);

/* "active", "frozen", "stale" or, no scope and without processes, "empty". Borrowed. */
const char *status_state(const Status *status);

/* Prints it on standard output. -EIO where that failed. */
int status_print_text(const Status *status);
int status_print_json(const Status *status);

/* The same of a unit that has no group, of which its manager says that it is in @state. */
int status_print_groupless(const char *unit, const char *state, const CommonOptions *options);
