/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/xattr.h>

#include "basic/fd.h"
#include "cgroup/boundary.h"
#include "cgroup/target.h"
#include "cgroup/unit-path.h"

/* A tree of directories, as seen in a namespace that begins at its top. */
typedef struct Tree {
        char *path;
        int fd;
} Tree;

static const char *const directories[] = { "main", "a", "a/b", "user@1.service", "user@1.service/x", "init.scope" };

/* "init.scope" is not made here. */
static void tree_setup(Tree *tree, const void *data) {
        char *path = g_dir_make_tmp("cgscope-boundary-XXXXXX", NULL);

        (void) data;
        g_assert_nonnull(path);
        *tree = (Tree) { .path = path, .fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
        g_assert_cmpint(tree->fd, >=, 0);

        for (size_t i = 0; i + 1 < ELEMENTSOF(directories); i++)
                g_assert_no_errno(mkdirat(tree->fd, directories[i], 0755));
}

static void tree_teardown(Tree *tree, const void *data) {
        (void) data;
        for (size_t i = ELEMENTSOF(directories); i > 0; i--)
                (void) unlinkat(tree->fd, directories[i - 1], AT_REMOVEDIR);
        (void) fd_close(tree->fd);
        g_assert_no_errno(g_rmdir(tree->path));
        g_free(tree->path);
}

/* Whether this file system keeps such attributes. */
static bool mark(const Tree *tree, const char *path, const char *name) {
        g_autofree char *full = g_build_filename(tree->path, path, NULL);

        if (setxattr(full, name, "1", 1, 0) >= 0)
                return true;

        g_test_skip("the file system for temporary files keeps no attributes of users");
        return false;
}

static void expect_boundary(const Tree *tree, const char *path, const char *expected) {
        _cleanup_free_ char *found = NULL;
        int r = boundary_find(tree->fd, path, &found);

        g_assert_cmpint(r, ==, expected ? 0 : -ENODATA);
        g_assert_cmpstr(found, ==, expected);
}

static void test_root(Tree *tree, const void *data) {
        (void) data;
        expect_boundary(tree, "/", NULL);
        expect_boundary(tree, "/a/b", NULL);
        if (!mark(tree, ".", BOUNDARY_MARK_CGSCOPE))
                return;
        expect_boundary(tree, "/", "/");
        expect_boundary(tree, "/main", "/");
        expect_boundary(tree, "/a/b", "/");
        expect_boundary(tree, "/user@1.service/x", NULL);

        /* The nearest counts. */
        g_assert_true(mark(tree, "a", BOUNDARY_MARK_CGSCOPE));
        expect_boundary(tree, "/a/b", "/a");
        expect_boundary(tree, "/main", "/");
}

static void test_manager(Tree *tree, const void *data) {
        (void) data;
        if (!mark(tree, ".", BOUNDARY_MARK_MANAGER))
                return;
        expect_boundary(tree, "/main", "/");
        g_assert_no_errno(mkdirat(tree->fd, "init.scope", 0755));
        expect_boundary(tree, "/main", NULL);
        expect_boundary(tree, "/", NULL);
}

static void test_namespace_mark(Tree *tree, const void *data) {
        _cleanup_close_ int fd = openat(tree->fd, "a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        (void) data;
        if (boundary_mark_namespace(fd) < 0) {
                g_test_skip("the file system for temporary files keeps no attributes of users");
                return;
        }

        /* For those inside alone. */
        expect_boundary(tree, "/a/b", NULL);
        expect_boundary(&(Tree) { .fd = fd }, "/b", "/");
        expect_boundary(&(Tree) { .fd = fd }, "/", "/");
}

static void test_target(Tree *tree, const void *data) {
        _cleanup_(boundary_done) Boundary target = BOUNDARY_INIT;
        _cleanup_(target_name_done) TargetName name = {};
        _cleanup_trouble_ Trouble trouble = {};

        (void) data;
        if (!mark(tree, ".", BOUNDARY_MARK_CGSCOPE))
                return;
        g_assert_cmpint(target_name_parse("/sys/fs/cgroup/a/b", &name, &trouble), ==, 0);
        target.root = fcntl(tree->fd, F_DUPFD_CLOEXEC, 0);
        g_assert_cmpint(target_open(&target, &name, UID_INVALID, false), ==, 0);
        g_assert_true(boundary_begins_at_root(&target));
        g_assert_false(boundary_is_top(&target));
        g_assert_cmpstr(boundary_below(&target), ==, "a/b");
}

static void test_title(void) {
        g_assert_cmpstr(boundary_title("/"), ==, "/");
        g_assert_cmpstr(boundary_title("/a.slice/b.scope"), ==, "b.scope");
}

#define ADD(name, function) g_test_add("/boundary/" name, Tree, NULL, tree_setup, function, tree_teardown)

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        ADD("root", test_root);
        ADD("manager", test_manager);
        ADD("namespace-mark", test_namespace_mark);
        ADD("target", test_target);
        g_test_add_func("/boundary/title", test_title);
        return g_test_run();
}
