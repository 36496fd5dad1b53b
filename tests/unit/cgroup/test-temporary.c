/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Groups that go with the commands that they were made for: directories of any file system do as well. */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "cgroup/temporary.h"

typedef struct Fixture {
        char *path;
        int top;
} Fixture;

static int open_in(int top, const char *name) {
        int fd = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        g_assert_no_errno(fd);
        return fd;
}

static void set_up(Fixture *fixture, const void *data) {
        (void) data;
        fixture->path = g_dir_make_tmp("cgscope-temporary-XXXXXX", NULL);
        g_assert_nonnull(fixture->path);
        fixture->top = open_in(AT_FDCWD, fixture->path);
}

static void tear_down(Fixture *fixture, const void *data) {
        static const char *const names[] = { "a/b/cgroup.procs", "a/b/cgroup.kill", "a/b", "a" };

        (void) data;
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                g_autofree char *path = g_build_filename(fixture->path, names[i], NULL);

                (void) g_remove(path);
        }
        g_assert_no_errno(g_rmdir(fixture->path));
        (void) fd_close(fixture->top);
        g_free(fixture->path);
}

static void make(const Fixture *fixture, const char *name, mode_t mode) {
        g_assert_no_errno(mkdirat(fixture->top, name, mode));
}

/* A group has these files until it is removed. */
static void put_file(const Fixture *fixture, const char *name) {
        int fd = openat(fixture->top, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

        g_assert_no_errno(fd);
        (void) fd_close(fd);
}

static void make_group(const Fixture *fixture) {
        make(fixture, "a", 0755);
        make(fixture, "a/b", TEMPORARY_MODE);
        put_file(fixture, "a/b/cgroup.procs");
        put_file(fixture, "a/b/cgroup.kill");
}

static void test_mark(Fixture *fixture, const void *data) {
        _cleanup_close_ int fd = -EBADF;
        struct stat st;

        (void) data;
        make(fixture, "a", TEMPORARY_MODE);
        fd = open_in(fixture->top, "a");
        g_assert_true(group_is_temporary(fd));
        temporary_keep(fd);
        g_assert_false(group_is_temporary(fd));
        g_assert_no_errno(fstat(fd, &st));
        g_assert_cmpuint(st.st_mode & 07777, ==, 0755);
}

/* Only the last one to give it up may remove it, and from then on nobody gets another claim, nor waits for it. */
static void test_claim(Fixture *fixture, const void *data) {
        _cleanup_close_ int group = -EBADF, one = -EBADF, two = -EBADF, late = -EBADF, other = -EBADF;

        (void) data;
        make_group(fixture);
        group = open_in(fixture->top, "a/b");

        one = temporary_claim(group);
        g_assert_no_errno(one);
        two = temporary_claim(group);
        g_assert_no_errno(two);
        g_assert_cmpint(temporary_release(group, &late), ==, 0);
        g_assert_cmpint(temporary_release(group, &one), ==, 0);
        g_assert_cmpint(temporary_release(group, &two), ==, 1);
        g_assert_cmpint(temporary_release(group, &late), ==, 0);
        g_assert_cmpint(temporary_claim(group), ==, -EINPROGRESS);
        two = fd_close(two);
        other = temporary_claim(group);
        g_assert_no_errno(other);
        other = fd_close(other);

        g_assert_no_errno(unlinkat(fixture->top, "a/b/cgroup.procs", 0));
        g_assert_cmpint(temporary_release(group, &late), ==, -ESTALE);
        g_assert_cmpint(temporary_claim(group), ==, -ESTALE);
}

/* Who may only look at a group can lock its directory and the files that all can read. */
static void test_onlooker(Fixture *fixture, const void *data) {
        static const char *const seen[] = { ".", "cgroup.procs" };
        _cleanup_close_ int group = -EBADF, claim = -EBADF;
        int looks[ELEMENTSOF(seen)];

        (void) data;
        make_group(fixture);
        group = open_in(fixture->top, "a/b");
        for (size_t i = 0; i < ELEMENTSOF(seen); i++) {
                looks[i] = openat(group, seen[i], O_RDONLY | O_CLOEXEC);
                g_assert_no_errno(looks[i]);
                g_assert_no_errno(flock(looks[i], LOCK_EX | LOCK_NB));
        }

        claim = temporary_claim(group);
        g_assert_no_errno(claim);
        g_assert_cmpint(temporary_release(group, &claim), ==, 1);
        for (size_t i = 0; i < ELEMENTSOF(seen); i++)
                (void) fd_close(looks[i]);
}

/* Neither one that somebody has a claim on, nor one that is to stay. */
static void test_seize(Fixture *fixture, const void *data) {
        _cleanup_close_ int group = -EBADF, claim = -EBADF, mine = -EBADF;

        (void) data;
        make_group(fixture);
        group = open_in(fixture->top, "a/b");

        claim = temporary_claim(group);
        g_assert_no_errno(claim);
        g_assert_cmpint(temporary_seize(group, &mine), ==, 0);
        claim = fd_close(claim);
        g_assert_cmpint(temporary_seize(group, &mine), ==, 1);
        mine = fd_close(mine);
        temporary_keep(group);
        g_assert_cmpint(temporary_seize(group, &mine), ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add("/temporary/mark", Fixture, NULL, set_up, test_mark, tear_down);
        g_test_add("/temporary/claim", Fixture, NULL, set_up, test_claim, tear_down);
        g_test_add("/temporary/onlooker", Fixture, NULL, set_up, test_onlooker, tear_down);
        g_test_add("/temporary/seize", Fixture, NULL, set_up, test_seize, tear_down);

        return g_test_run();
}
