/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/worker-result.h"

/* The kernel's include/linux/err.h. */
#define ERRNO_MAX 4095

void worker_result_write(WorkerResult *result, int r, const DelegationState *state, const Trouble *trouble) {
        _cleanup_free_ char *message = trouble->cause ? trouble_text(trouble, r) : NULL;

        if (state->n_drop_ins > DELEGATION_STATE_ROWS_MAX || state->n_managers > DELEGATION_STATE_ROWS_MAX)
                r = -E2BIG;

        result->error = r < 0 ? r : 0;
        result->effect = state->effect;
        (void) snprintf(result->message, sizeof(result->message), "%s", message ?: "");
        if (r >= 0) {
                result->n_drop_ins = state->n_drop_ins;
                result->n_managers = state->n_managers;
                for (size_t i = 0; i < state->n_drop_ins; i++)
                        result->drop_ins[i] = state->drop_ins[i];
                for (size_t i = 0; i < state->n_managers; i++)
                        result->managers[i] = state->managers[i];
        }
        result->complete = true;
}

/* To read another byte as a boolean would be undefined. */
static bool boolean_is_sane(const bool *value) {
        unsigned char byte;

        memcpy(&byte, value, sizeof(byte));
        return byte <= 1;
}

bool worker_result_is_sane(const WorkerResult *result) {
        if (!boolean_is_sane(&result->complete) || !result->complete || result->error > 0 ||
            result->error < -ERRNO_MAX || result->n_drop_ins > DELEGATION_STATE_ROWS_MAX ||
            result->n_managers > DELEGATION_STATE_ROWS_MAX ||
            strnlen(result->message, WORKER_MESSAGE_MAX) == WORKER_MESSAGE_MAX)
                return false;

        for (size_t i = 0; i < result->n_drop_ins; i++)
                if (!boolean_is_sane(&result->drop_ins[i].runtime) ||
                    (unsigned) result->drop_ins[i].kind > DROP_IN_FOREIGN)
                        return false;

        for (size_t i = 0; i < result->n_managers; i++)
                if ((unsigned) result->managers[i].outcome >= _OUTCOME_MAX)
                        return false;

        return true;
}

DelegationState worker_result_state(WorkerResult *result) {
        return (DelegationState) {
                .drop_ins = result->drop_ins,
                .n_drop_ins = result->n_drop_ins,
                .managers = result->managers,
                .n_managers = result->n_managers,
                .effect = result->effect,
        };
}
