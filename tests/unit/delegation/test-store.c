/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-test.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FOREIGN "[Service]\nDelegate=cpuset\n"

static void test_path(void) {
        char path[DROP_IN_PATH_MAX];

        g_assert_cmpstr(drop_in_path(&etc_user, path), ==, "/" ETC_USER USER_NAME);
        g_assert_cmpstr(drop_in_path(&run_all, path), ==, "/" RUN_ALL RUN_ALL_NAME);
        g_assert_cmpstr(drop_in_path(&(DelegationDropIn) { .uid = UINT32_MAX - 1, .runtime = true }, path), ==,
                        "/run/systemd/system/user@4294967294.service.d/delegate-user-runtime.conf");
}

static void enable_and_disable(Tree *tree, const DelegationDropIn *place) {
        g_autofree char *before = NULL;

        expect_enable(tree, place, IO, 1, NULL);
        expect_ours(tree, place, IO);
        expect_enable(tree, place, IO, 0, NULL);
        expect_enable(tree, place, CPUSET | IO, 1, NULL);
        expect_ours(tree, place, CPUSET | IO);
        expect_enable(tree, place, CPUSET, 0, NULL);

        before = tree_dump(tree);
        expect_disable(tree, place, CPU | PIDS, 0, NULL);
        tree_expect(tree, before);

        expect_disable(tree, place, CPUSET | CPU, 1, NULL);
        expect_ours(tree, place, IO);
        expect_disable(tree, place, IO, 1, NULL);
        expect_ours(tree, place, 0);
        expect_disable(tree, place, IO, 0, NULL);
}

static void test_simple(Tree *tree, const void *data) {
        const DelegationDropIn *const places[] = { &etc_user, &etc_all, &run_user, &run_all };

        (void) data;
        for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
                enable_and_disable(tree, places[i]);
}

/* Reading, refusing and disabling make nothing. */
static void test_nothing_made(Tree *tree, const void *data) {
        g_autofree char *before = tree_dump(tree);
        DelegationState state = {};
        DelegationDropIn d;

        (void) data;
        g_assert_cmpint(store_test_read(tree->root, &etc_user, &d, NULL, NULL), ==, 0);
        g_assert_cmpint(d.kind, ==, DROP_IN_ABSENT);
        g_assert_cmpint(store_list(tree->root, 1000, &state, NULL), ==, 0);
        g_assert_cmpint(store_list(tree->root, DELEGATION_EVERYBODY, &state, NULL), ==, 0);
        g_assert_cmpuint(state.n_drop_ins, ==, 0);
        expect_disable(tree, &etc_user, IO, 0, NULL);
        expect_disable(tree, &run_all, IO, 0, NULL);
        tree_expect(tree, before);
}

/* What is so already is not touched, not even for a lock. */
static void test_untouched(Tree *tree, const void *data) {
        g_autofree char *base = tree_path(tree, "etc/systemd/system"), *directory = tree_path(tree, ETC_USER);
        const struct timespec old[] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
        struct stat st;

        (void) data;
        expect_enable(tree, &etc_user, IO, 1, NULL);
        g_assert_no_errno(utimensat(AT_FDCWD, base, old, 0));
        g_assert_no_errno(utimensat(AT_FDCWD, directory, old, 0));
        expect_enable(tree, &etc_user, IO, 0, NULL);
        expect_disable(tree, &etc_user, CPU, 0, NULL);
        expect_disable(tree, &etc_all, IO, 0, NULL);
        g_assert_no_errno(stat(base, &st));
        g_assert_cmpint(st.st_mtime, ==, 1);
        g_assert_no_errno(stat(directory, &st));
        g_assert_cmpint(st.st_mtime, ==, 1);
}

/* What is made is for all to read, whatever the umask. */
static void test_umask(Tree *tree, const void *data) {
        static const char *const directories[] = { "etc", "etc/systemd", "etc/systemd/system", ETC_USER };
        mode_t before = umask(0077);

        (void) data;
        expect_enable(tree, &etc_user, IO, 1, NULL);
        umask(before);
        expect_ours(tree, &etc_user, IO);
        for (size_t i = 0; i < G_N_ELEMENTS(directories); i++) {
                g_autofree char *full = tree_path(tree, directories[i]);
                struct stat st;

                g_assert_no_errno(stat(full, &st));
                g_assert_cmphex(st.st_mode, ==, S_IFDIR | 0755);
        }

        umask(0);
        expect_enable(tree, &etc_user, CPU, 1, NULL);
        umask(before);
        expect_ours(tree, &etc_user, IO | CPU);
}

/* Other drop-ins in the directory, and the directory for them, are let be. */
static void test_others(Tree *tree, const void *data) {
        g_autofree char *before = NULL;

        (void) data;
        tree_put(tree, ETC_USER "/50-mine.conf", "[Service]\nTasksMax=5\n");
        before = tree_dump(tree);
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_ours(tree, &etc_user, IO);
        expect_disable(tree, &etc_user, IO, 1, NULL);
        tree_expect(tree, before);
}

/* What we did not write, or somebody changed, is named and left alone, whatever it says. */
static void test_foreign(Tree *tree, const void *data) {
        static const struct {
                const char *text, *words;
        } rows[] = {
                { FOREIGN, USER_NAME " is not cgscope's" },
                { "", "remove it, or give it another name" },
                { DROP_IN_HEADER "\n[Service]\n# For me:\nDelegate=io\n", "changed by hand" },
                { DROP_IN_HEADER "\n", "changed by hand" },
        };

        (void) data;
        tree_make(tree, "run/systemd/system");
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autofree char *before = NULL;

                tree_put(tree, ETC_USER USER_NAME, rows[i].text);
                before = tree_dump(tree);
                expect_enable(tree, &etc_user, IO, -EEXIST, rows[i].words);
                expect_disable(tree, &etc_user, IO, -EEXIST, rows[i].words);
                tree_expect(tree, before);

                /* It is in nobody else's way. */
                expect_enable(tree, &etc_all, IO, 1, NULL);
                expect_enable(tree, &run_user, IO, 1, NULL);
                expect_disable(tree, &run_user, IO, 1, NULL);
                expect_disable(tree, &etc_all, IO, 1, NULL);
                tree_expect(tree, before);
        }
}

static int write_request(const Tree *tree, DelegationOperation operation, ControllerMask controllers,
                         DelegationFlags flags) {
        const DelegationRequest request = {
                .operation = operation,
                .uid = 1000,
                .controllers = controllers,
                .flags = flags,
        };
        _cleanup_trouble_ Trouble trouble = {};
        bool changed;
        int r = store_change(tree->root, &request, &changed, &trouble);

        g_assert_true(changed == (r > 0));
        return r;
}

static void test_write(Tree *tree, const void *data) {
        bool changed = true;

        (void) data;
        g_assert_cmpint(write_request(tree, DELEGATION_ENABLE, IO, DELEGATION_RUNTIME), ==, 1);
        expect_ours(tree, &run_user, IO);
        g_assert_cmpint(write_request(tree, DELEGATION_ENABLE, IO | CPU, 0), ==, 1);
        expect_ours(tree, &etc_user, IO | CPU);

        /* In /run alone, then in both. */
        g_assert_cmpint(write_request(tree, DELEGATION_DISABLE, IO, DELEGATION_RUNTIME), ==, 1);
        expect_ours(tree, &run_user, 0);
        expect_ours(tree, &etc_user, IO | CPU);
        g_assert_cmpint(write_request(tree, DELEGATION_DISABLE, CPU, DELEGATION_RUNTIME), ==, 0);
        g_assert_cmpint(write_request(tree, DELEGATION_DISABLE, CPU, 0), ==, 1);
        g_assert_cmpint(write_request(tree, DELEGATION_DISABLE, IO, 0), ==, 1);
        g_assert_cmpint(write_request(tree, DELEGATION_DISABLE, IO, 0), ==, 0);

        /* The administrator's in one of them: nothing is done in the other. */
        g_assert_cmpint(write_request(tree, DELEGATION_ENABLE, CPUSET, DELEGATION_RUNTIME), ==, 1);
        tree_put(tree, ETC_USER USER_NAME, FOREIGN);
        g_assert_cmpint(write_request(tree, DELEGATION_DISABLE, CPUSET, 0), ==, -EEXIST);
        expect_ours(tree, &run_user, CPUSET);
        {
                g_autofree char *full = tree_path(tree, ETC_USER USER_NAME);

                g_assert_no_errno(g_unlink(full));
        }
        g_assert_cmpint(write_request(tree, DELEGATION_ENABLE, IO | CPUSET, 0), ==, 1);

        /* In the other: what was changed before that is said. */
        tree_put(tree, RUN_USER RUN_USER_NAME, FOREIGN);
        g_assert_cmpint(store_test_disable(tree->root, &etc_user, IO | CPUSET, &changed, NULL), ==, -EEXIST);
        g_assert_true(changed);
        expect_ours(tree, &etc_user, 0);
}

static void add(void) {
        g_test_add_func("/store/path", test_path);
        TREE_TEST("simple", test_simple);
        TREE_TEST("nothing-made", test_nothing_made);
        TREE_TEST("untouched", test_untouched);
        TREE_TEST("umask", test_umask);
        TREE_TEST("others", test_others);
        TREE_TEST("foreign", test_foreign);
        TREE_TEST("write", test_write);
}

int main(int argc, char *argv[]) {
        return store_test_run(argc, argv, add);
}
