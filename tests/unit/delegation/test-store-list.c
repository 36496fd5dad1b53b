/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-test.h"

#include <sys/stat.h>

#define FOREIGN "[Service]\nDelegate=cpuset\nTasksMax=5\n"

/* "e1000:io e*:cpuset r1000?:memory": where, whose; '?' behind it for the administrator's, '~' for one
 * that was edited. */
static void expect_list(const Tree *tree, uint64_t uid, const char *expected) {
        g_autoptr(GString) text = g_string_new(NULL);
        _cleanup_trouble_ Trouble trouble = {};
        DelegationState state = {};

        g_assert_cmpint(store_list(tree->root, uid, &state, &trouble), ==, 0);
        g_assert_null(trouble.cause);

        for (size_t i = 0; i < state.n_drop_ins; i++) {
                const DelegationDropIn *d = &state.drop_ins[i];
                char names[CONTROLLER_MASK_TEXT_MAX];

                g_string_append_printf(text, "%s%c", i > 0 ? " " : "", d->runtime ? 'r' : 'e');
                if (d->uid == DELEGATION_EVERYBODY)
                        g_string_append_c(text, '*');
                else
                        g_string_append_printf(text, "%u", (unsigned) d->uid);
                g_string_append_printf(text, "%s:%s",
                                       d->kind == DROP_IN_FOREIGN  ? "?"
                                       : d->kind == DROP_IN_EDITED ? "~"
                                                                   : "",
                                       controller_mask_format(d->controllers, '+', names));
        }

        g_assert_cmpstr(text->str, ==, expected);
        delegation_state_done(&state);
}

/* All that are for the user asked for, or all there are; they add up. */
static void test_order(Tree *tree, const void *data) {
        (void) data;
        expect_list(tree, DELEGATION_EVERYBODY, "");
        expect_enable(tree, &run_all, PIDS, 1, NULL);
        expect_enable(tree, &run_user, MEMORY, 1, NULL);
        expect_list(tree, 1000, "r1000:memory r*:pids");
        expect_list(tree, 1001, "r*:pids");

        expect_enable(tree, &etc_user, IO, 1, NULL);
        tree_put(tree, "run/systemd/system/user@7.service.d" RUN_USER_NAME, FOREIGN);
        expect_enable(tree, &etc_all, CPU, 1, NULL);
        expect_list(tree, 1000, "e1000:io e*:cpu r1000:memory r*:pids");
        expect_list(tree, 1001, "e*:cpu r*:pids");
        expect_list(tree, 7, "e*:cpu r7?: r*:pids");
        expect_list(tree, DELEGATION_EVERYBODY, "e1000:io e*:cpu r7?: r1000:memory r*:pids");
}

/* Each place has a file of its own name; another's is somebody else's. */
static void test_own_names(Tree *tree, const void *data) {
        static const char *const names[] = { USER_NAME, ALL_NAME, RUN_USER_NAME, RUN_ALL_NAME };
        static const char *const directories[] = { ETC_USER, ETC_ALL, RUN_USER, RUN_ALL };

        (void) data;
        for (size_t i = 0; i < G_N_ELEMENTS(directories); i++)
                for (size_t k = 0; k < G_N_ELEMENTS(names); k++)
                        if (i != k) {
                                g_autofree char *path = g_strconcat(directories[i], names[k], NULL);

                                tree_put(tree, path, "[Service]\nDelegate=io\n");
                        }

        expect_list(tree, DELEGATION_EVERYBODY, "");
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_enable(tree, &run_all, IO, 1, NULL);
        expect_list(tree, DELEGATION_EVERYBODY, "e1000:io r*:io");
}

static void test_edited(Tree *tree, const void *data) {
        (void) data;
        tree_put(tree, ETC_USER USER_NAME, DROP_IN_HEADER "\n[Service]\nDelegate=yes\n");
        expect_list(tree, 1000, "e1000~:");
}

/* Users by their numbers, and no other name. What is behind one that was there before stays. */
static void test_names(Tree *tree, const void *data) {
        static const char *const names[] = { "user@0.service.d", "user@4294967294.service.d", "user@65536.service.d",
                                             "user@10.service.d", "user@9.service.d" };
        static const char *const none[] = { "user@00.service.d",
                                            "user@01.service.d",
                                            "user@+1.service.d",
                                            "user@-1.service.d",
                                            "user@ 1.service.d",
                                            "user@0x1.service.d",
                                            "user@4294967295.service.d",
                                            "user@65535.service.d",
                                            "user@4294967296.service.d",
                                            "user@18446744073709551615.service.d",
                                            "user@18446744073709551617.service.d",
                                            "user@1.service",
                                            "user@1.service.dx",
                                            "user@1a.service.d",
                                            "user1.service.d",
                                            "user@root.service.d",
                                            "User@1.service.d",
                                            "user@1\n.service.d",
                                            "user-runtime-dir@1.service.d" };
        const DelegationDropIn before = { .uid = DELEGATION_EVERYBODY };
        DelegationState state = {};

        (void) data;
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *path = g_strdup_printf("etc/systemd/system/%s" USER_NAME, names[i]);

                tree_put(tree, path, "[Service]\nDelegate=io\n");
        }
        for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
                g_autofree char *path = g_strdup_printf("etc/systemd/system/%s" USER_NAME, none[i]);

                tree_put(tree, path, "[Service]\nDelegate=io\n");
        }
        expect_list(tree, DELEGATION_EVERYBODY, "e0?: e9?: e10?: e65536?: e4294967294?:");

        g_assert_cmpint(delegation_state_add_drop_in(&state, &before), ==, 0);
        g_assert_cmpint(store_list(tree->root, 9, &state, NULL), ==, 0);
        g_assert_cmpuint(state.n_drop_ins, ==, 2);
        g_assert_cmpuint(state.drop_ins[1].uid, ==, 9);
        delegation_state_done(&state);
}

/* A directory, or a file in the place of one, without the file: nothing. */
static void test_without(Tree *tree, const void *data) {
        (void) data;
        tree_make(tree, ETC_ALL);
        tree_put(tree, ETC_USER "/50-mine.conf", "[Service]\nDelegate=io\n");
        expect_list(tree, DELEGATION_EVERYBODY, "");
        expect_list(tree, 1000, "");
}

/* So many are listed, and no more. */
static void test_many(Tree *tree, const void *data) {
        _cleanup_trouble_ Trouble trouble = {};
        DelegationState state = {};

        (void) data;
        tree_make(tree, "etc/systemd/system");
        for (unsigned i = 0; i < 4096; i++) {
                g_autofree char *name = g_strdup_printf("etc/systemd/system/user@%u.service.d", 1000 + i);
                g_autofree char *below = g_strdup_printf("%s/x", name);

                g_assert_no_errno(mkdirat(tree->root, name, 0755));
                g_assert_no_errno(mkdirat(tree->root, below, 0755));
        }
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_enable(tree, &etc_all, CPU, 1, NULL);
        expect_list(tree, DELEGATION_EVERYBODY, "e1000:io e*:cpu");

        tree_make(tree, "etc/systemd/system/user@1.service.d");
        g_assert_cmpint(store_list(tree->root, DELEGATION_EVERYBODY, &state, &trouble), ==, -E2BIG);
        g_assert_nonnull(strstr(trouble.cause, "4096"));
        delegation_state_done(&state);
        expect_enable(tree, &etc_all, MEMORY, 1, NULL);
        expect_list(tree, 1000, "e1000:io e*:cpu+memory");
}

static void add(void) {
        TREE_TEST("order", test_order);
        TREE_TEST("own-names", test_own_names);
        TREE_TEST("edited", test_edited);
        TREE_TEST("names", test_names);
        TREE_TEST("without", test_without);
        TREE_TEST("many", test_many);
}

int main(int argc, char *argv[]) {
        return store_test_run(argc, argv, add);
}
