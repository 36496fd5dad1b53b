/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-test.h"

#include <sys/prctl.h>
#include <sys/wait.h>

/* Several that write at once: each change is there until the one who made it takes it back, and whoever reads sees a
 * whole file or none. The processes report what is wrong by their status. */

#define ROUNDS 60

typedef struct Writer {
        const DelegationDropIn *place;
        ControllerMask controller;
} Writer;

static bool holds(int root, const DelegationDropIn *place, ControllerMask controller, bool expected) {
        DelegationDropIn d;

        return store_test_read(root, place, &d, NULL, NULL) >= 0 &&
               (d.kind == DROP_IN_OURS || d.kind == DROP_IN_ABSENT) && ((d.controllers & controller) != 0) == expected;
}

static void check(bool good, const char *what) {
        if (!good) {
                g_printerr("%s\n", what);
                _exit(1);
        }
}

static void write_much(int root, const Writer *writer) {
        for (unsigned i = 0; i < ROUNDS; i++) {
                _cleanup_trouble_ Trouble trouble = {};
                int r = store_test_enable(root, writer->place, writer->controller, NULL, &trouble);

                check(r == 1, trouble.cause ?: "enabling changed nothing");
                check(holds(root, writer->place, writer->controller, true), "what was enabled is lost");
                r = store_test_disable(root, writer->place, writer->controller, NULL, &trouble);
                check(r == 1, trouble.cause ?: "disabling changed nothing");
                check(holds(root, writer->place, writer->controller, false), "what was disabled is back");
        }

        _exit(0);
}

/* Until its parent ends it: never half a file, by any way of looking. */
static void read_much(const Tree *tree) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* also where the test fails */

        for (;;) {
                DelegationState state = {};

                check(holds(tree->root, &etc_user, 0, false) && holds(tree->root, &etc_all, 0, false), "half a file");
                check(store_list(tree->root, DELEGATION_EVERYBODY, &state, NULL) >= 0, "the list failed");
                for (size_t i = 0; i < state.n_drop_ins; i++)
                        check(state.drop_ins[i].kind == DROP_IN_OURS, "half a file in the list");
                delegation_state_done(&state);
        }
}

static void test_race(Tree *tree, const void *data) {
        static const DelegationDropIn second = { .uid = 1001 };
        static const Writer writers[] = {
                { &etc_user, IO }, { &etc_user, CPUSET }, { &etc_all, CPU }, { &etc_all, MEMORY }, { &second, PIDS },
        };
        pid_t pids[G_N_ELEMENTS(writers)], reader;
        g_autofree char *left = NULL;
        int status;

        (void) data;
        reader = fork();
        if (reader == 0)
                read_much(tree);

        for (size_t i = 0; i < G_N_ELEMENTS(writers); i++) {
                pids[i] = fork();
                if (pids[i] == 0)
                        write_much(tree->root, &writers[i]);
        }

        for (size_t i = 0; i < G_N_ELEMENTS(writers); i++) {
                g_assert_cmpint(waitpid(pids[i], &status, 0), ==, pids[i]);
                g_assert_cmpint(status, ==, 0);
        }
        g_assert_no_errno(kill(reader, SIGKILL));
        g_assert_cmpint(waitpid(reader, &status, 0), ==, reader);
        g_assert_true(WIFSIGNALED(status));

        left = tree_dump(tree);
        g_assert_null(strstr(left, "user@"));
        g_assert_null(strstr(left, STORE_LOCK_DIRECTORY));
}

static void add(void) {
        TREE_TEST("race", test_race);
}

int main(int argc, char *argv[]) {
        return store_test_run(argc, argv, add);
}
