/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The units that `list` shows, found in the hierarchy, with what is printed of them. No manager is asked. */

#include "cgroup/statistics.h"
#include "cgroup/unit-path.h"
#include "cgroup/walk.h"
#include "cgscope/cli/table-view.h"

typedef struct ListedUnit {
        char *path;
        const char *name; /* in @path */
        uid_t owner;
        bool delegated;
        ControllerMask controllers;
        uint64_t processes, age;
        Statistics statistics;
} ListedUnit;

typedef struct List {
        CommonOptions common;
        bool all, empty;
        char *slice;

        int root; /* the hierarchy */
        Tabular tabular;
        bool wants_delegated, wants_processes, wants_age;
        uint64_t wanted; /* statistics */
        uint64_t now;
        uid_t self;

        ListedUnit *units;
        size_t n_units, n_allocated;
        WalkSkipped skipped;

        /* Where the manager of the unit looked at last keeps what it started, and when. */
        uid_t started_manager;
        int started_fd;

        /* What reaches the units of the slice looked at last */
        char *slice_path;
        ControllerMask slice_controllers;
} List;

/* Finds the units that are wanted; no more of them is read than is printed. */
int list_collect(List *list);
