/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a worker says, and whether that is to be believed. For worker.c only. */

#include "basic/trouble.h"
#include "systemd/delegation-message.h"

/* Of the text: two paths of PATH_MAX and a sentence. */
#define WORKER_MESSAGE_MAX 9000

/* What it found out, in memory that both processes share. Pages of the arrays that nobody writes to take no memory.
 * Both ends are the same program at the same moment: the structures go as they are. */
typedef struct WorkerResult {
        bool complete; /* written last */
        int error;
        DelegationEffect effect;
        size_t n_drop_ins, n_managers;
        char message[WORKER_MESSAGE_MAX]; /* "": none */
        DelegationDropIn drop_ins[DELEGATION_STATE_ROWS_MAX];
        DelegationManager managers[DELEGATION_STATE_ROWS_MAX];
} WorkerResult;

/* In the child: what came of it. */
void worker_result_write(WorkerResult *result, int r, const DelegationState *state, const Trouble *trouble);

/* In the service: whether it makes sense; a worker that has gone wrong does not take the service with it. */
bool worker_result_is_sane(const WorkerResult *result);

/* Its rows, which are borrowed. */
DelegationState worker_result_state(WorkerResult *result);
