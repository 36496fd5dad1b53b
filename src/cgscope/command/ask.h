/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asking a manager for a scope such that nothing is left of the request, whenever this process is killed (see
 * watch.h). */

#include "cgscope/cli/client.h"
#include "cgscope/command/scope-options.h"
#include "cgscope/command/watch.h"

typedef struct Ask {
        ScopeRequest request; /* borrows from here and from the options */
        ManagerOptions manager;
        char *unit, *slice, *description;
        Client client;
        Watch watch;
        ScopeResult result;
} Ask;

#define ASK_INIT \
        { .watch = WATCH_INIT }

/* From the options of a verb to what is asked for: names the scope after @command where no name is given, and completes
 * slice and description; @argv, ended by NULL, is the default description. Processes and identity are left to the
 * caller. */
int ask_init(Ask *ask, const ScopeOptions *options, const char *command, char *const argv[], Trouble *trouble);

/* Looks whether the slice that the scope is to be in stands still: what is in it, and with it who asks, would hang.
 * @root: the hierarchy. -EBUSY: it does. */
int ask_check_slice(const Ask *ask, int root, Trouble *trouble);

/* Connects to the manager, with the watch in place. */
int ask_connect(Ask *ask, Trouble *trouble);

/* Asks, and waits for the result. */
int ask_start(Ask *ask, Trouble *trouble);

/* The scope is in order: somebody is in it whose end the manager will see, so the watch is over. Returns at once. */
void ask_settled(Ask *ask);

/* Disconnects, and waits until the watch has ended: nothing of ours is left beside us, no zombie either. After an
 * error it first undoes what may have come of the request. */
void ask_end(Ask *ask);

/* The same in front of exec, which disconnects by itself. */
void ask_end_watch(Ask *ask);

void ask_done(Ask *ask);
