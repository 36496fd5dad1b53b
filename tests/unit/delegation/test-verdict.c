/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "delegation/verdict.h"

#define UID 1000
#define OTHER 1001
#define CPUSET (1U << CONTROLLER_CPUSET)
#define IO (1U << CONTROLLER_IO)
#define MEMORY (1U << CONTROLLER_MEMORY)

typedef struct Row {
        const char *title;
        DelegationDropIn drop_ins[3];
        DelegationManager manager; /* its UID is added */
        Verdict verdict;           /* of io */
} Row;

/* Drop-ins that name io, and one that does not. */
#define OWN \
        { .uid = UID, .kind = DROP_IN_OURS, .controllers = IO }
#define OWN_RUNTIME \
        { .uid = UID, .runtime = true, .kind = DROP_IN_OURS, .controllers = IO }
#define ALL \
        { .uid = DELEGATION_EVERYBODY, .kind = DROP_IN_OURS, .controllers = IO }
#define ALL_RUNTIME \
        { .uid = DELEGATION_EVERYBODY, .runtime = true, .kind = DROP_IN_OURS, .controllers = IO }
#define FOREIGN \
        { .uid = UID, .kind = DROP_IN_FOREIGN, .controllers = IO }
#define OTHERS \
        { .uid = OTHER, .kind = DROP_IN_OURS, .controllers = IO }
#define OWN_CPUSET \
        { .uid = UID, .kind = DROP_IN_OURS, .controllers = CPUSET }

static const Row rows[] = {
        { "nobody asked", {}, {}, VERDICT_ABSENT },
        { "the slice has it, for somebody else", {}, { .slice = IO }, VERDICT_ABSENT },
        { "another user's drop-in", { OTHERS }, {}, VERDICT_ABSENT },
        { "the drop-in names others", { OWN_CPUSET }, { .loaded = CPUSET, .live = CPUSET }, VERDICT_ABSENT },

        { "written", { OWN }, {}, VERDICT_NOT_LOADED },
        { "written for all", { ALL }, {}, VERDICT_NOT_LOADED },
        { "written in /run", { OWN_RUNTIME }, {}, VERDICT_NOT_LOADED },
        { "the administrator's", { FOREIGN }, {}, VERDICT_NOT_LOADED },
        { "written, and left over from before", { OWN }, { .live = IO }, VERDICT_NOT_LOADED },
        { "written twice", { OWN, ALL }, {}, VERDICT_NOT_LOADED },

        { "not loaded, but asked for elsewhere", { OWN_CPUSET }, { .loaded = IO }, VERDICT_NOT_THERE },
        { "written for all, beside others", { OTHERS, ALL }, {}, VERDICT_NOT_LOADED },

        { "loaded", { OWN }, { .loaded = IO }, VERDICT_NOT_THERE },
        { "loaded, in the slice", { OWN }, { .loaded = IO, .slice = IO }, VERDICT_NOT_THERE },
        { "loaded, tried", { OWN }, { .loaded = IO, .outcome = OUTCOME_APPLIED }, VERDICT_NOT_THERE },

        { "arrived", { OWN }, { .loaded = IO, .live = IO }, VERDICT_REACHED },
        { "arrived, taken up", { OWN }, { .loaded = IO, .live = IO, .outcome = OUTCOME_APPLIED }, VERDICT_IN_EFFECT },
        { "arrived, left", { OWN }, { .loaded = IO, .live = IO, .outcome = OUTCOME_LEFT }, VERDICT_NOT_TAKEN_UP },
        { "arrived, busy", { OWN }, { .loaded = IO, .live = IO, .outcome = OUTCOME_BUSY }, VERDICT_NOT_TAKEN_UP },
        { "arrived, no answer",
          { OWN },
          { .loaded = IO, .live = IO, .outcome = OUTCOME_NO_ANSWER },
          VERDICT_NOT_TAKEN_UP },
        { "arrived, failed", { OWN }, { .loaded = IO, .live = IO, .outcome = OUTCOME_FAILED }, VERDICT_NOT_TAKEN_UP },
        { "handed on", { OWN }, { .loaded = IO, .live = IO, .enabled = IO }, VERDICT_IN_EFFECT },
        { "handed on, left",
          { OWN },
          { .loaded = IO, .live = IO, .enabled = IO, .outcome = OUTCOME_LEFT },
          VERDICT_IN_EFFECT },
        { "others handed on",
          { OWN },
          { .loaded = IO | MEMORY, .live = IO | MEMORY, .enabled = MEMORY },
          VERDICT_REACHED },

        { "by the unit itself", {}, { .loaded = IO, .live = IO, .enabled = IO }, VERDICT_IN_EFFECT },
        { "by the unit itself, on the way", {}, { .loaded = IO }, VERDICT_NOT_THERE },

        { "taken back", {}, { .live = IO }, VERDICT_LEFT_OVER },
        { "taken back, used", {}, { .live = IO, .enabled = IO }, VERDICT_LEFT_OVER },
        { "taken back, applied", {}, { .live = IO, .enabled = IO, .outcome = OUTCOME_APPLIED }, VERDICT_LEFT_OVER },
        { "taken back, others kept", { OWN_CPUSET }, { .loaded = CPUSET, .live = CPUSET | IO }, VERDICT_LEFT_OVER },
};

/* Those of @row that are there. */
static void fill(const Row *row, DelegationState *state, DelegationManager *manager) {
        for (size_t i = 0; i < ELEMENTSOF(row->drop_ins) && row->drop_ins[i].kind != DROP_IN_ABSENT; i++)
                g_assert_cmpint(delegation_state_add_drop_in(state, row->drop_ins + i), >=, 0);

        *manager = row->manager;
        manager->uid = UID;
}

static void test_rows(void) {
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(delegation_state_done) DelegationState state = {};
                DelegationManager manager;

                fill(rows + i, &state, &manager);
                g_test_message("%s", rows[i].title);
                g_assert_cmpstr(verdict_to_field(verdict_of(&state, &manager, CONTROLLER_IO)), ==,
                                verdict_to_field(rows[i].verdict));
        }
}

#define CPU (1U << CONTROLLER_CPU)
#define PIDS (1U << CONTROLLER_PIDS)
#define MISC (1U << CONTROLLER_MISC)

static Verdict worst_of(const DelegationState *state, const DelegationManager *manager, ControllerMask controllers) {
        Verdict worst = VERDICT_ABSENT;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                if (controllers & controller_bit(c))
                        worst = verdict_worse(worst, verdict_of(state, manager, c));

        return worst;
}

/* A manager for which each controller is something else, from what asks for least to what asks for most. */
static void test_all(void) {
        static const DelegationDropIn drop_ins[] = {
                { .uid = UID, .kind = DROP_IN_OURS, .controllers = IO },
                { .uid = DELEGATION_EVERYBODY, .kind = DROP_IN_OURS, .controllers = MISC },
        };
        static const struct {
                ControllerMask controller;
                Verdict left, none; /* by outcome */
        } steps[] = {
                { 1U << CONTROLLER_RDMA, VERDICT_ABSENT, VERDICT_ABSENT },
                { MEMORY, VERDICT_IN_EFFECT, VERDICT_IN_EFFECT },
                { PIDS, VERDICT_LEFT_OVER, VERDICT_LEFT_OVER },
                { CPUSET, VERDICT_NOT_TAKEN_UP, VERDICT_LEFT_OVER /* and not "reached" */ },
                { CPU, VERDICT_NOT_THERE, VERDICT_NOT_THERE },
                { IO, VERDICT_NOT_LOADED, VERDICT_NOT_LOADED },
        };
        DelegationManager manager = {
                .uid = UID,
                .loaded = MEMORY | CPUSET | CPU,
                .live = MEMORY | CPUSET | PIDS,
                .enabled = MEMORY,
        };
        _cleanup_(delegation_state_done) DelegationState state = {};
        ControllerMask mask = CONTROLLER_MASK_NONE;

        for (size_t i = 0; i < ELEMENTSOF(drop_ins); i++)
                g_assert_cmpint(delegation_state_add_drop_in(&state, drop_ins + i), >=, 0);

        g_assert_cmpint(worst_of(&state, &manager, CONTROLLER_MASK_NONE), ==, VERDICT_ABSENT);
        g_assert_cmpint(worst_of(&state, &manager, MEMORY | CPUSET), ==, VERDICT_REACHED);

        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                mask |= steps[i].controller;
                manager.outcome = OUTCOME_LEFT;
                g_assert_cmpint(worst_of(&state, &manager, mask), ==, steps[i].left);
                manager.outcome = OUTCOME_NONE;
                g_assert_cmpint(worst_of(&state, &manager, mask), ==, steps[i].none);
        }

        for (Verdict a = 0; a < _VERDICT_MAX; a++)
                for (Verdict b = 0; b < _VERDICT_MAX; b++)
                        g_assert_cmpint(verdict_worse(a, b), ==, verdict_worse(b, a));
}

/* Of several the first that is for the user and names what is asked for. */
static void test_drop_in(void) {
        const DelegationDropIn all[] = { OTHERS, OWN_CPUSET, ALL, OWN_RUNTIME };
        _cleanup_(delegation_state_done) DelegationState state = {};

        g_assert_null(verdict_drop_in(&state, UID, CONTROLLER_MASK_NONE));
        for (size_t i = 0; i < ELEMENTSOF(all); i++)
                g_assert_cmpint(delegation_state_add_drop_in(&state, all + i), >=, 0);

        g_assert_true(verdict_drop_in(&state, UID, CONTROLLER_MASK_NONE) == state.drop_ins + 1);
        g_assert_true(verdict_drop_in(&state, UID, IO | MEMORY) == state.drop_ins + 2);
        g_assert_true(verdict_drop_in(&state, DELEGATION_EVERYBODY, CONTROLLER_MASK_NONE) == state.drop_ins + 2);
        g_assert_null(verdict_drop_in(&state, UID, MEMORY));
}

static void test_words(void) {
        for (Verdict v = 0; v < _VERDICT_MAX; v++) {
                const char *words = verdict_to_string(v), *field = verdict_to_field(v);

                g_assert_cmpuint(strlen(words), >, 0);
                g_assert_cmpuint(strlen(words), <=, strlen("not taken up")); /* the table fits 80 columns */
                g_assert_cmpuint(strspn(field, "abcdefghijklmnopqrstuvwxyz-"), ==, strlen(field));

                for (Verdict w = 0; w < v; w++) {
                        g_assert_cmpstr(words, !=, verdict_to_string(w));
                        g_assert_cmpstr(field, !=, verdict_to_field(w));
                }
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/verdict/rows", test_rows);
        g_test_add_func("/verdict/all", test_all);
        g_test_add_func("/verdict/drop-in", test_drop_in);
        g_test_add_func("/verdict/words", test_words);
        return g_test_run();
}
