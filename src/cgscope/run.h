/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the two ways of running a command in a new scope share: in our place, or supervised. */

#include "cgscope/ask.h"
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
        Request request;
        Scope scope;
        Ask ask;
        int report; /* the file; -EBADF: none */
        char **argv;
        char *path; /* of the command */
} Run;

/* Adds to the request what makes the kernel count, unless the user said otherwise. What of it does not reach the scope
 * is missing in the report, and no error. */
int run_add_accounting(Run *run);
void run_accounting_done(Run *run);

/* With the scope in order and this process in its supervisor's group: runs the command in the leaf until it ends.
 * Returns the exit status, or ends as the command did. */
int run_supervised(Run *run);
