/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is done with a scope that the manager says is there: nothing is believed, all is looked at, and where it is
 * delegated it is made ready for use. Those that take no Trouble say themselves what is wrong. */

#include <sys/types.h>

#include "cgroup/boundary.h"
#include "cgscope/cli/process-list.h"
#include "cgscope/command/ask.h"

typedef struct Scope {
        Boundary group;             /* its own; top is not used */
        const char *unit;           /* borrowed */
        int leaf;                   /* -EBADF: none */
        int supervisor;             /* likewise */
        ControllerMask controllers; /* those that reached it */
} Scope;

#define SCOPE_INIT \
        { .group = BOUNDARY_INIT, .leaf = -EBADF, .supervisor = -EBADF }

void scope_done(Scope *scope);

/* Opens the hierarchy. @writable: a leaf is to be made. */
int scope_open_hierarchy(Scope *scope, bool writable);

/* Checks that the process @pid (0: the caller) is in the scope that @ask was for, and that the scope is a boundary;
 * opens it, marks it, and finds out which controllers reached it. */
int scope_identify(Scope *scope, pid_t pid, const Ask *ask, const ScopeOptions *options, Trouble *trouble);

/* Makes the leaf and moves the processes into it; NULL is the caller. With adopted ones go those that they forked
 * meanwhile; one that has ended is passed over. */
int scope_fill_leaf(Scope *scope, const ProcessList *processes, const ScopeOptions *options);

/* Makes the leaf for a command that is yet to be started, and moves the calling process out of its way. */
int scope_make_supervisor(Scope *scope, const ScopeOptions *options);

/* Hands the controllers on to the groups below the boundary: what was delegated, and those of @limits that are to be
 * set there. memory goes with them wherever it reaches the scope, or systemd-oomd(8) would not see the groups. */
int scope_enable_controllers(Scope *scope, const ScopeOptions *options, ControllerMask limits);

/* --json: one object on standard output. */
int scope_print_json(const Scope *scope, bool pretty);
