/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Groups that go with the commands that they were made for: directories of any file system do as well. */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
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
        static const char *const names[] = { "a/b/cgroup.procs", "a/b/c", "a/b", "a/d", "a" };

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

static bool is_there(const Fixture *fixture, const char *name) {
        return faccessat(fixture->top, name, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

/* A group has this file until it is removed. */
static void put_file(const Fixture *fixture) {
        int fd = openat(fixture->top, "a/b/cgroup.procs", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

        g_assert_no_errno(fd);
        (void) fd_close(fd);
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

/* Only the last one to give it up may remove it, and from then on nobody gets another claim. */
static void test_claim(Fixture *fixture, const void *data) {
        _cleanup_close_ int one = -EBADF, two = -EBADF, late = -EBADF;

        (void) data;
        make(fixture, "a", 0755);
        make(fixture, "a/b", TEMPORARY_MODE);
        put_file(fixture);
        one = open_in(fixture->top, "a/b");
        two = open_in(fixture->top, "a/b");
        late = open_in(fixture->top, "a/b");

        g_assert_cmpint(temporary_claim(one), ==, 0);
        g_assert_cmpint(temporary_claim(two), ==, 0);
        g_assert_cmpint(temporary_release(one), ==, 0);
        g_assert_cmpint(temporary_release(two), ==, 1);
        g_assert_cmpint(temporary_release(late), ==, 0);

        g_assert_no_errno(unlinkat(fixture->top, "a/b/cgroup.procs", 0));
        g_assert_no_errno(unlinkat(fixture->top, "a/b", AT_REMOVEDIR));
        two = fd_close(two);
        g_assert_cmpint(temporary_claim(late), ==, -ESTALE);
}

static void test_remove_above(Fixture *fixture, const void *data) {
        (void) data;
        make(fixture, "a", TEMPORARY_MODE);
        make(fixture, "a/b", TEMPORARY_MODE);
        make(fixture, "a/b/c", TEMPORARY_MODE);

        /* Not the group itself, and none that something is in. */
        temporary_remove_above(fixture->top, "a/b/c");
        g_assert_true(is_there(fixture, "a/b/c"));
        g_assert_no_errno(unlinkat(fixture->top, "a/b/c", AT_REMOVEDIR));
        make(fixture, "a/d", 0755);
        temporary_remove_above(fixture->top, "a/b/c");
        g_assert_false(is_there(fixture, "a/b"));
        g_assert_true(is_there(fixture, "a/d"));

        /* None that is to stay, and from one that is gone on upwards. */
        temporary_remove_above(fixture->top, "a/d/c");
        g_assert_true(is_there(fixture, "a/d"));
        g_assert_no_errno(unlinkat(fixture->top, "a/d", AT_REMOVEDIR));
        temporary_remove_above(fixture->top, "a/b/c");
        g_assert_false(is_there(fixture, "a"));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add("/temporary/mark", Fixture, NULL, set_up, test_mark, tear_down);
        g_test_add("/temporary/claim", Fixture, NULL, set_up, test_claim, tear_down);
        g_test_add("/temporary/remove-above", Fixture, NULL, set_up, test_remove_above, tear_down);

        return g_test_run();
}
