/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A child process that does one thing that may have to wait, for systemd or for a user database in the network, while
 * the service goes on serving. What it found out comes back as numbers and one text. */

#include <systemd/sd-event.h>

#include "basic/trouble.h"
#include "delegation/delegation.h"

typedef struct Worker Worker;

/* What it does: see operation.h and user_look_up(). */
typedef int (*WorkerJob)(const DelegationRequest *request, DelegationState *ret, Trouble *trouble);

/* Called once, when it has ended. @error: 0 or a negative errno; -EIO where it ended without a word, -ETIMEDOUT where
 * it was killed: then @state is NULL, and nobody knows what it has done. With another error @state has its effect
 * alone.
 * @state and @message (may be NULL) are borrowed. @worker is to be freed, here or later. */
typedef void (*WorkerFunction)(int error, const DelegationState *state, const char *message, void *userdata);

/* Starts it; after @timeout microseconds it is killed. On failure it has not begun. SIGCHLD must be blocked. */
int worker_start(sd_event *event, WorkerJob job, const DelegationRequest *request, uint64_t timeout,
                 WorkerFunction done, void *userdata, Worker **ret);

/* Kills it, without a call of @done, where it has not ended yet. */
void worker_free(Worker *worker);

/* Looks the user that @request is for up in the user database: the text is the name, and nothing is put into *ret.
 * -ESRCH: there is no such user. */
int user_look_up(const DelegationRequest *request, DelegationState *ret, Trouble *trouble);
