/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/delegation.h"

#include <assert.h>

/* A copy of @item, of @size bytes, behind the *n others at *items. */
static int add(void **items, size_t *n, const void *item, size_t size) {
        void *more = realloc(*items, (*n + 1) * size);

        if (!more)
                return -ENOMEM;

        memcpy((char *) more + *n * size, item, size);
        *items = more;
        (*n)++;
        return 0;
}

int delegation_state_add_drop_in(DelegationState *state, const DelegationDropIn *drop_in) {
        return add((void **) &state->drop_ins, &state->n_drop_ins, drop_in, sizeof(*drop_in));
}

int delegation_state_add_manager(DelegationState *state, const DelegationManager *manager) {
        return add((void **) &state->managers, &state->n_managers, manager, sizeof(*manager));
}

void delegation_state_done(DelegationState *state) {
        free(state->drop_ins);
        free(state->managers);
        *state = (DelegationState) {};
}

bool delegation_uid_is_valid(uint64_t uid) {
        return uid == DELEGATION_EVERYBODY || (uid < UINT32_MAX && uid != UINT16_MAX);
}

static const char *const kinds[] = {
        [DROP_IN_OURS] = "cgscope",
        [DROP_IN_EDITED] = "edited",
        [DROP_IN_FOREIGN] = "administrator",
};

const char *drop_in_kind_to_string(DropInKind kind) {
        assert(kind > DROP_IN_ABSENT && kind < ELEMENTSOF(kinds));

        return kinds[kind];
}

DropInKind drop_in_kind_from_string(const char *text) {
        for (DropInKind kind = DROP_IN_OURS; kind < ELEMENTSOF(kinds); kind++)
                if (streq(text, kinds[kind]))
                        return kind;

        return DROP_IN_ABSENT;
}

static const char *const outcomes[] = {
        [OUTCOME_NONE] = "none", [OUTCOME_APPLIED] = "applied",     [OUTCOME_LEFT] = "left",
        [OUTCOME_BUSY] = "busy", [OUTCOME_NO_ANSWER] = "no-answer", [OUTCOME_FAILED] = "failed",
};

const char *delegation_outcome_to_string(DelegationOutcome outcome) {
        assert(outcome < _OUTCOME_MAX);

        return outcomes[outcome];
}

DelegationOutcome delegation_outcome_from_string(const char *text) {
        DelegationOutcome outcome = OUTCOME_NONE;

        while (outcome < _OUTCOME_MAX && !streq(text, outcomes[outcome]))
                outcome++;

        return outcome;
}
