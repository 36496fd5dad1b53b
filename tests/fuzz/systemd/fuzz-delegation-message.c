/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a client takes as the answer of cgscoped: that of which it makes the same answer again, and nothing else; and
 * the errors there and back. */

#include "systemd/delegation-message.h"
#include "systemd/fuzz-bus.h"

static sd_bus_message *message_new(void) {
        sd_bus_message *message = NULL;

        promise(sd_bus_message_new_signal(fuzz_bus(false), &message, DELEGATION_PATH, DELEGATION_NAME, "Test") >= 0);
        return message;
}

static void check_same(const DelegationState *a, const DelegationState *b) {
        promise(a->n_drop_ins == b->n_drop_ins && a->n_managers == b->n_managers);

        for (size_t i = 0; i < a->n_drop_ins; i++) {
                const DelegationDropIn *x = a->drop_ins + i, *y = b->drop_ins + i;

                promise(x->uid == y->uid && x->runtime == y->runtime && x->kind == y->kind &&
                        x->controllers == y->controllers && x->kind != DROP_IN_ABSENT);
        }
        for (size_t i = 0; i < a->n_managers; i++) {
                const DelegationManager *x = a->managers + i, *y = b->managers + i;

                promise(x->uid == y->uid && x->loaded == y->loaded && x->slice == y->slice && x->live == y->live &&
                        x->enabled == y->enabled && x->outcome == y->outcome && x->outcome < _OUTCOME_MAX);
                promise(i == 0 || x->uid > x[-1].uid);
        }
}

static void check_state(FuzzInput *input) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = message_new(), *other = message_new();
        DelegationState state = { .n_drop_ins = 7, .n_managers = 9 }, again = {};
        int r;

        fuzz_append(message, DELEGATION_STATE_SIGNATURE, input);
        fuzz_seal(message);
        r = delegation_read_state(message, &state);
        if (r < 0) {
                promise(r == -EBADMSG && state.n_drop_ins == 7 && state.n_managers == 9 && !state.drop_ins);
                return;
        }

        promise(delegation_append_state(other, &state) >= 0);
        fuzz_seal(other);
        promise(delegation_read_state(other, &again) == 0);
        check_same(&state, &again);
        delegation_state_done(&state);
        delegation_state_done(&again);
}

/* Whatever it quotes, an error can be sent, and is an error at the other end. */
static void check_error(FuzzInput *input) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r = -1 - (int) (fuzz_number(input) % 133), sent;
        _cleanup_free_ char *text = fuzz_text(input->data, input->size);

        promise(delegation_error_set(&error, r, input->size > 0 ? text : NULL) == r || r == -ENOMEM);
        promise(sd_bus_error_is_set(&error) && error.message);
        promise(fuzz_is_safe(error.message, strlen(error.message), false));
        sent = delegation_error_get(&error);
        promise(sent < 0 && fuzz_is_result(sent));
        promise(sent == r || (r == -EPERM && sent == -ELOOP) || !startswith(error.name, DELEGATION_NAME));

        promise(sd_bus_message_new_method_call(fuzz_bus(false), &call, DELEGATION_NAME, DELEGATION_PATH,
                                               DELEGATION_NAME, "Get") >= 0);
        fuzz_seal(call);
        promise(sd_bus_message_new_method_error(call, &reply, &error) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FuzzInput input = { data, size };

        check_state(&input);
        input = (FuzzInput) { data, size };
        check_error(&input);
        return 0;
}
