/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asking in a process of its own. The command's process never loads the bus library: it waits, does its part beneath
 * the boundary, and executes the command as lean as it was. And where it is killed while the manager is at work, the
 * asking process is still there to withdraw the request: a scope that takes in a process which is already dead would
 * otherwise stay "running" for ever, as no event ends it. It has a session of its own, so that a signal from the
 * terminal or to the process group does not take both. */

#include <sys/types.h>

#include "systemd/asking.h"

/* What the asking process does with the manager; for errors see Asking. */
typedef int (*AskFunction)(const Asking *asking, Manager *manager, void *userdata, ScopeResult *ret,
                           char **ret_message);

typedef struct Asker {
        pid_t pid; /* 0: none, or reaped */
        int reader;
} Asker;

/* Starts it. It connects as @options says, calls @ask with @userdata, and says itself what goes wrong. */
int asker_start(Asker *asker, const ManagerOptions *options, AskFunction ask, void *userdata);

/* Waits for what came of it. -ECHILD: it ended without a word (killed), which has been said. Other errors are @ask's,
 * and have been said. */
int asker_wait(Asker *asker, ScopeResult *ret);

/* Waits until the process has gone. */
void asker_reap(Asker *asker);
