/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a new scope would get: makes one, with Delegate=yes, around a process that does nothing, to be looked at and
 * ended. Nobody but the manager knows better, and it knows it then alone. */

#include "cgscope/command/scope-delegation.h"

typedef struct Probe {
        ScopeOptions options;
        Ask ask;
        pid_t pid; /* the process in it; 0: none */
        int pidfd;
        Scope scope; /* its path, its directory and the controllers that reached it */
} Probe;

#define PROBE_INIT \
        { .ask = ASK_INIT, .pidfd = -EBADF, .scope = SCOPE_INIT }

/* Asks the manager of @options (its own user's, or for root the system's). The scope is there until probe_done(), which
 * is for a probe that failed, too. Nothing is left behind, whenever this process is killed (watch.h). */
int probe_scope(Probe *probe, const CommonOptions *options, Trouble *trouble);

/* Ends the scope, and returns when it is gone; at the latest when the time that @options gave is over. */
void probe_done(Probe *probe);
