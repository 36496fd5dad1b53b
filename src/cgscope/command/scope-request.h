/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From the options of a verb to what the manager is asked for. */

#include "cgscope/command/scope-options.h"
#include "systemd/asking.h"

typedef struct Request {
        ScopeRequest scope; /* borrows from here and from the options */
        ManagerOptions manager;
        char *unit;
        char *slice;
        char *description;
} Request;

/* Names the scope after @command where no name is given, and completes slice and description; @argv, ended by NULL, is
 * the default description. Processes and identity are left to the caller. */
int request_init(Request *request, const ScopeOptions *options, const char *command, char *const argv[],
                 Trouble *trouble);
void request_done(Request *request);
