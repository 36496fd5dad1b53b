/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the two ways of running a command in a new scope share: in our place, or supervised. */

#include "cgscope/ask.h"
#include "cgscope/confine.h"
#include "cgscope/delegation.h"
#include "cgscope/identity.h"
#include "cgscope/report.h"
#include "cgscope/request.h"
#include "cgscope/scope-options.h"

typedef struct Run {
        ScopeOptions options;
        PropertyList accounting; /* what a report needs beside them */
        PropertyList properties; /* both, borrowed; empty where there is no report */
        Identity identity;
        bool borrowed; /* taken on for a while */
        Request request;
        Scope scope;
        Ask ask;
        Confinement confinement; /* made before the command, where that is supervised */
        int report; /* the file; -EBADF: none */
        char **argv;
        char *path; /* of the command */
} Run;

/* Adds to the request what makes the kernel count, unless the user said otherwise. What of it does not reach the scope
 * is missing in the report, and no error. */
int run_add_accounting(Run *run);
void run_accounting_done(Run *run);

/* Takes on the command's user: for good, or where root's rights are needed later, for a while. */
int run_assume(Run *run);

/* --cgroup-namespace. These are for a process that is in the scope's own group, and in the leaf: each does something
 * where the namespace is to begin there. Afterwards the user is the command's for good, but not while a supervised
 * command is yet to be started. */
int run_confine_at_boundary(Run *run);
int run_confine_at_leaf(Run *run);

/* What is left of that for a supervised command, and for who supervises; userdata is the Run. */
int run_confine_command(void *userdata);
int run_confine_supervisor(void *userdata);

/* With the scope in order and this process in its supervisor's group: runs the command in the leaf until it ends.
 * Returns the exit status, or ends as the command did. */
int run_supervised(Run *run);
