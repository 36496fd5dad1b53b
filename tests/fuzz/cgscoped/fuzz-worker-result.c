/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The replies of cgscoped's workers: whatever one that has gone wrong writes into the memory that it shares with the
 * service, what is taken can be passed on; and what one that has not writes is taken. */

#include <sys/mman.h>

#include "cgscoped/worker-result.h"
#include "fuzz.h"

/* Reads all of it, as the answer to the caller does. */
static void check_state(const DelegationState *state) {
        promise(state->n_drop_ins <= DELEGATION_STATE_ROWS_MAX && state->n_managers <= DELEGATION_STATE_ROWS_MAX);

        for (size_t i = 0; i < state->n_drop_ins; i++) {
                promise((unsigned) state->drop_ins[i].kind <= DROP_IN_FOREIGN);
                promise(!state->drop_ins[i].runtime == (state->drop_ins[i].runtime != true));
                promise(state->drop_ins[i].kind == DROP_IN_ABSENT || drop_in_kind_to_string(state->drop_ins[i].kind));
        }
        for (size_t i = 0; i < state->n_managers; i++)
                promise(delegation_outcome_to_string(state->managers[i].outcome));
}

static WorkerResult *shared(void) {
        static WorkerResult *result;

        if (!result)
                result = mmap(NULL, sizeof(WorkerResult), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        promise(result != MAP_FAILED);
        return result;
}

static void check_written(WorkerResult *result, const char *text, int error, const DelegationState *state) {
        _cleanup_trouble_ Trouble trouble = {};
        DelegationState taken;

        *(volatile bool *) &result->complete = false;
        (void) trouble_set(&trouble, error, "%s", text);
        worker_result_write(result, error, state, &trouble);
        promise(worker_result_is_sane(result) && result->error == error && result->effect == state->effect);

        taken = worker_result_state(result);
        check_state(&taken);
        promise(strncmp(result->message, text, WORKER_MESSAGE_MAX - 1) == 0);
        promise(error < 0 || (taken.n_drop_ins == state->n_drop_ins && taken.n_managers == state->n_managers));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const size_t places[] = { 0, offsetof(WorkerResult, message), offsetof(WorkerResult, drop_ins),
                                  offsetof(WorkerResult, managers) };
        FuzzInput input = { data, size };
        WorkerResult *result = shared();
        unsigned first = fuzz_byte(&input);
        size_t used = size < 4096 ? size : 4096;

        for (size_t i = 0; i < ELEMENTSOF(places); i++)
                memset((char *) result + places[i], 0, 8192);

        /* Most of them are not complete, of which nothing can be learnt. */
        if (first & 16) {
                result->complete = true;
                result->n_drop_ins = first & 32 ? fuzz_number(&input) : fuzz_byte(&input);
                result->n_managers = first & 64 ? fuzz_number(&input) : fuzz_byte(&input);
        }
        if (input.size > 0 && (first & 3 || !(first & 16)))
                memcpy((char *) result + places[first & 3], input.data, input.size < used ? input.size : used);

        if (worker_result_is_sane(result)) {
                DelegationState state = worker_result_state(result);
                _cleanup_free_ char *text = fuzz_text(data, size);

                promise(strlen(result->message) < WORKER_MESSAGE_MAX);
                check_state(&state);
                if (first & 1)
                        check_written(result, text, first & 2 ? -EBUSY : 0, &state);
        }

        return 0;
}
