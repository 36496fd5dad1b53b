/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/place-test.h"

/* One file hides another: nobody loses anything by that. */

#define FOREIGN "[Service]\nDelegate=cpuset\n"
#define MORE "[Service]\nDelegate=cpuset\nTasksMax=5\n"

static const DropInPlace etc_second = { .uid = 1001 };
static const DropInPlace run_second = { .uid = 1001, .runtime = true };

static void carry(Tree *tree, const DropInPlace *all, const DropInPlace *first, const DropInPlace *second) {
        /* The other one first, or afterwards. */
        expect_enable(tree, first, IO, 1, NULL);
        expect_enable(tree, all, CPUSET, 1, NULL);
        expect_ours(tree, first, IO, CPUSET);
        expect_ours(tree, all, CPUSET, 0);
        expect_enable(tree, second, MEMORY | CPUSET, 1, NULL);
        expect_ours(tree, second, MEMORY | CPUSET, CPUSET);

        expect_enable(tree, all, CPU, 1, NULL);
        expect_ours(tree, first, IO, CPUSET | CPU);
        expect_ours(tree, second, MEMORY | CPUSET, CPUSET | CPU);

        /* What is handed on to everybody is not one user's to take out. */
        expect_disable(tree, first, CPU, 0, NULL);
        expect_disable(tree, second, CPUSET, 1, NULL);
        expect_ours(tree, second, MEMORY, CPUSET | CPU);

        expect_disable(tree, all, CPUSET, 1, NULL);
        expect_ours(tree, first, IO, CPU);
        expect_disable(tree, first, IO, 1, NULL);
        expect_ours(tree, first, 0, 0);
        expect_disable(tree, all, CPU, 1, NULL);
        expect_ours(tree, all, 0, 0);
        expect_ours(tree, second, MEMORY, 0);
        expect_disable(tree, second, MEMORY, 1, NULL);
}

static void test_carry(Tree *tree, const void *data) {
        (void) data;
        carry(tree, &etc_all, &etc_user, &etc_second);
        carry(tree, &run_all, &run_user, &run_second);
}

/* The administrator's file for everybody is carried as well, and what he changes there by the next call. */
static void test_carry_foreign(Tree *tree, const void *data) {
        (void) data;
        tree_put(tree, ETC_ALL FILE_NAME, FOREIGN);
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_ours(tree, &etc_user, IO, CPUSET);

        tree_put(tree, ETC_ALL FILE_NAME, "[Service]\nDelegate=cpu\n");
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_ours(tree, &etc_user, IO, CPU);

        /* Also by one for everybody, even where that is so already, or there is nothing to take out. */
        tree_put(tree, ETC_ALL FILE_NAME, FOREIGN);
        expect_enable(tree, &etc_all, CPUSET, 1, NULL);
        expect_ours(tree, &etc_user, IO, CPUSET);
        tree_put(tree, ETC_ALL FILE_NAME, "[Service]\nDelegate=pids\n");
        expect_disable(tree, &etc_all, CPU, 1, NULL);
        expect_ours(tree, &etc_user, IO, PIDS);
}

/* Killed between the file for everybody and those that follow: the next call for everybody makes up for it. */
static void test_carry_healed(Tree *tree, const void *data) {
        g_autofree char *all = tree_path(tree, ETC_ALL), *file = tree_path(tree, ETC_ALL FILE_NAME);

        (void) data;
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_enable(tree, &etc_all, CPUSET, 1, NULL);
        g_assert_no_errno(g_unlink(file));
        g_assert_no_errno(g_rmdir(all));
        expect_disable(tree, &etc_all, CPUSET, 1, NULL);
        expect_ours(tree, &etc_user, IO, 0);
        expect_disable(tree, &etc_all, CPUSET, 0, NULL);
}

/* What is not ours does not follow. */
static void test_carry_not_ours(Tree *tree, const void *data) {
        g_autofree char *before = NULL;

        (void) data;
        tree_put(tree, ETC_USER FILE_NAME, FOREIGN);
        tree_put(tree, "etc/systemd/system/user@1001.service.d" FILE_NAME,
                 DROP_IN_HEADER "\n[Service]\nDelegate=cpuset\n");
        before = tree_dump(tree);
        expect_enable(tree, &etc_all, IO, 1, NULL);
        expect_disable(tree, &etc_all, IO, 1, NULL);
        tree_expect(tree, before);
}

/* Settings of the file for everybody cannot be carried. */
static void test_beside_other(Tree *tree, const void *data) {
        g_autofree char *before = NULL;

        (void) data;
        tree_put(tree, ETC_ALL FILE_NAME, MORE);
        before = tree_dump(tree);
        expect_enable(tree, &etc_user, IO, -ENOTUNIQ, "TasksMax=5");
        expect_enable(tree, &etc_user, CPUSET, -ENOTUNIQ, "/" ETC_ALL FILE_NAME);
        tree_expect(tree, before);

        /* Those in /run are another matter. */
        expect_enable(tree, &run_second, CPUSET, 0, NULL);
}

static void test_beside_masked(Tree *tree, const void *data) {
        g_autofree char *file = tree_path(tree, ETC_ALL FILE_NAME);

        (void) data;
        tree_make(tree, ETC_ALL);
        g_assert_no_errno(symlink("/dev/null", file));
        expect_enable(tree, &etc_user, IO, -ENOTUNIQ, "/dev/null");
        expect_enable(tree, &run_user, IO, -ENOTUNIQ, "by hand");
        expect_enable(tree, &etc_all, IO, -EEXIST, "/dev/null");
        expect_disable(tree, &etc_all, IO, 0, NULL);
}

/* A new one in /etc for one user hides what he reads in /run: his own file, else the one for everybody. */
static void test_hides_runtime_of_user(Tree *tree, const void *data) {
        g_autofree char *before = NULL;

        (void) data;
        expect_enable(tree, &run_all, CPUSET, 1, NULL);
        before = tree_dump(tree);
        expect_enable(tree, &etc_user, IO, -ENOTUNIQ, "disable --runtime --all-users cpuset");
        tree_expect(tree, before);
        expect_enable(tree, &etc_user, IO | CPUSET, 1, NULL);
        expect_ours(tree, &etc_user, IO | CPUSET, 0);
        expect_disable(tree, &etc_user, IO | CPUSET, 1, NULL);

        expect_enable(tree, &run_user, MEMORY, 1, NULL);
        expect_enable(tree, &etc_user, CPUSET, -ENOTUNIQ, "disable --runtime --user-id 1000 memory");
        expect_enable(tree, &etc_user, MEMORY, -ENOTUNIQ, "which hands on cpuset;");
        expect_enable(tree, &etc_user, CPUSET | MEMORY, 1, NULL);

        /* Once hidden, no more can be lost. */
        expect_disable(tree, &etc_user, MEMORY, 1, NULL);
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_ours(tree, &run_user, MEMORY, CPUSET);
}

/* His own file in /run hides that for everybody there already. */
static void test_hides_what_is_hidden(Tree *tree, const void *data) {
        (void) data;
        tree_put(tree, RUN_USER FILE_NAME, FOREIGN);
        expect_enable(tree, &run_all, MEMORY, 1, NULL);
        expect_enable(tree, &etc_user, CPUSET, 1, NULL);
        expect_ours(tree, &etc_user, CPUSET, 0);
}

/* Where everybody's in /etc hides /run already, one user's does not make it worse. */
static void test_hides_nothing_new(Tree *tree, const void *data) {
        (void) data;
        expect_enable(tree, &run_user, MEMORY, 1, NULL);
        tree_put(tree, ETC_ALL FILE_NAME, FOREIGN);
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_ours(tree, &etc_user, IO, CPUSET);
}

static void test_hides_runtime_of_all(Tree *tree, const void *data) {
        g_autofree char *before = NULL;

        (void) data;
        expect_enable(tree, &run_second, MEMORY, 1, NULL);
        before = tree_dump(tree);
        expect_enable(tree, &etc_all, IO, -ENOTUNIQ, "user@1001.service.d/delegate.conf, which hands on memory");
        tree_expect(tree, before);

        /* Unless he has one in /etc. */
        expect_enable(tree, &etc_second, MEMORY, 1, NULL);
        expect_enable(tree, &etc_all, IO, 1, NULL);
        expect_ours(tree, &etc_second, MEMORY, IO);
        expect_disable(tree, &etc_all, IO, 1, NULL);

        expect_enable(tree, &run_all, CPU, 1, NULL);
        expect_enable(tree, &etc_all, IO, -ENOTUNIQ, "disable --runtime --all-users cpu");
        expect_enable(tree, &etc_all, IO | CPU, 1, NULL);
}

static void test_hides_runtime_other(Tree *tree, const void *data) {
        (void) data;
        tree_put(tree, RUN_USER FILE_NAME, MORE);
        expect_enable(tree, &etc_user, CPUSET, -ENOTUNIQ, "TasksMax=5");
        expect_enable(tree, &etc_all, CPUSET, -ENOTUNIQ, "another name");
        expect_enable(tree, &etc_second, IO, 1, NULL);
        tree_put(tree, RUN_USER FILE_NAME, FOREIGN);
        expect_enable(tree, &etc_user, IO, -ENOTUNIQ, "cpuset");
        expect_enable(tree, &etc_user, CPUSET, 1, NULL);
}

/* One in /run that nobody it is for would read. */
static void test_hidden_by_etc(Tree *tree, const void *data) {
        g_autofree char *before = NULL;

        (void) data;
        expect_enable(tree, &etc_all, CPUSET, 1, NULL);
        before = tree_dump(tree);
        expect_enable(tree, &run_user, CPUSET, 0, NULL);
        expect_enable(tree, &run_all, CPUSET, 0, NULL);
        expect_enable(tree, &run_user, IO, -ENOTUNIQ, "without --runtime");
        expect_enable(tree, &run_all, IO | CPUSET, -ENOTUNIQ, "/" ETC_ALL FILE_NAME);
        tree_expect(tree, before);

        /* His own comes first. */
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_enable(tree, &run_user, IO | CPUSET, 0, NULL);
        expect_enable(tree, &run_user, MEMORY, -ENOTUNIQ, "/" ETC_USER FILE_NAME);
        expect_disable(tree, &etc_all, CPUSET, 1, NULL);
        expect_enable(tree, &run_user, CPUSET, -ENOTUNIQ, "/" ETC_USER FILE_NAME);

        /* The one for everybody in /run is there for all others. */
        expect_enable(tree, &run_all, CPUSET, 1, NULL);
        expect_ours(tree, &run_all, CPUSET, 0);

        tree_put(tree, "etc/systemd/system/user@1001.service.d" FILE_NAME, FOREIGN);
        expect_enable(tree, &run_second, IO, -ENOTUNIQ, "by hand");
}

static void add(void) {
        TREE_TEST("carry", test_carry);
        TREE_TEST("carry-foreign", test_carry_foreign);
        TREE_TEST("carry-healed", test_carry_healed);
        TREE_TEST("carry-not-ours", test_carry_not_ours);
        TREE_TEST("beside-other", test_beside_other);
        TREE_TEST("beside-masked", test_beside_masked);
        TREE_TEST("hides-runtime-of-user", test_hides_runtime_of_user);
        TREE_TEST("hides-what-is-hidden", test_hides_what_is_hidden);
        TREE_TEST("hides-nothing-new", test_hides_nothing_new);
        TREE_TEST("hides-runtime-of-all", test_hides_runtime_of_all);
        TREE_TEST("hides-runtime-other", test_hides_runtime_other);
        TREE_TEST("hidden-by-etc", test_hidden_by_etc);
}

int main(int argc, char *argv[]) {
        return place_test_run(argc, argv, add);
}
