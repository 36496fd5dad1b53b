/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/fd.h"
#include "cgroup/search.h"
#include "cgroup/unit-path.h"
#include "cgroup/walk.h"

typedef struct Tree {
        char *path;
        int fd;
} Tree;

static void tree_setup(Tree *tree, const void *data) {
        (void) data;
        tree->path = g_dir_make_tmp("cgscope-walk-XXXXXX", NULL);
        g_assert_nonnull(tree->path);
        tree->fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(tree->fd, >=, 0);
}

static void remove_tree(const char *path) {
        const char *argv[] = { "rm", "-rf", "--", path, NULL };

        g_assert_true(
                g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
}

static void tree_teardown(Tree *tree, const void *data) {
        (void) data;
        (void) fd_close(tree->fd);
        remove_tree(tree->path);
        g_free(tree->path);
}

static void make(const Tree *tree, const char *path) {
        g_autofree char *full = g_build_filename(tree->path, path, NULL);

        g_assert_no_errno(g_mkdir_with_parents(full, 0755));
}

static void make_file(const Tree *tree, const char *path) {
        g_autofree char *full = g_build_filename(tree->path, path, NULL);

        g_assert_true(g_file_set_contents(full, "x", 1, NULL));
}

static void expect_children(const Tree *tree, const char *expected) {
        _cleanup_free_ char **names = NULL;
        g_autofree char *joined = NULL;
        size_t n = 4711;

        g_assert_cmpint(group_children(tree->fd, &names, &n), ==, 0);
        g_assert_cmpuint(n, ==, g_strv_length(names));
        joined = g_strjoinv(" ", names);
        g_assert_cmpstr(joined, ==, expected);
}

static void test_children(Tree *tree, const void *data) {
        (void) data;
        expect_children(tree, "");
        make_file(tree, "cgroup.procs");
        expect_children(tree, "");

        make(tree, "b");
        make(tree, "a/x");
        make(tree, "ab");
        make(tree, ".hidden");
        make_file(tree, "file");
        expect_children(tree, ".hidden a ab b");

        /* The same descriptor answers again, and sees what changed. */
        make(tree, "0");
        expect_children(tree, ".hidden 0 a ab b");
}

static void test_link(Tree *tree, const void *data) {
        g_autofree char *path = g_build_filename(tree->path, "link", NULL);

        (void) data;
        make(tree, "a");
        g_assert_no_errno(symlink("a", path));
        expect_children(tree, "a");
}

static void test_many(Tree *tree, const void *data) {
        _cleanup_free_ char **names = NULL;
        size_t n;

        (void) data;
        /* More than one read of the directory. */
        for (unsigned i = 0; i < 600; i++) {
                char name[64];

                (void) snprintf(name, sizeof(name), "group-with-a-rather-long-name-%04u", 599 - i);
                g_assert_no_errno(mkdirat(tree->fd, name, 0755));
        }

        g_assert_cmpint(group_children(tree->fd, &names, &n), ==, 0);
        g_assert_cmpuint(n, ==, 600);
        for (unsigned i = 0; i < 600; i++)
                g_assert_cmpint(atoi(names[i] + strlen("group-with-a-rather-long-name-")), ==, i);
        g_assert_null(names[600]);
}

static void test_no_directory(Tree *tree, const void *data) {
        char **names = NULL;
        size_t n = 4711;

        (void) data;
        g_assert_cmpint(group_children(-EBADF, &names, &n), ==, -EBADF);
        g_assert_null(names);
        g_assert_cmpuint(n, ==, 4711);
        (void) tree;
}

/* What the walk does at each group, and what it saw: "path:depth path:depth". */
typedef struct Visit {
        const Tree *tree;
        GString *seen;
        const char *stop_at, *skip, *remove_at, *remove;
        unsigned max_fds;
} Visit;

static unsigned count_fds(void) {
        g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
        unsigned n = 0;

        while (g_dir_read_name(dir))
                n++;
        return n;
}

static int visit_group(int fd, const char *path, unsigned depth, void *userdata) {
        Visit *visit = userdata;
        g_autofree char *full = g_build_filename(visit->tree->path, path, NULL);
        struct stat by_fd, by_path;

        /* The descriptor is the group that the path names. */
        g_assert_no_errno(fstat(fd, &by_fd));
        if (stat(full, &by_path) == 0)
                g_assert_cmpuint(by_fd.st_ino, ==, by_path.st_ino);

        g_string_append_printf(visit->seen, "%s%s:%u", visit->seen->len > 0 ? " " : "", path, depth);
        visit->max_fds = MAX(visit->max_fds, count_fds());

        if (visit->remove_at && streq(path, visit->remove_at)) {
                g_autofree char *gone = g_build_filename(visit->tree->path, visit->remove, NULL);
                remove_tree(gone);
        }
        if (visit->stop_at && streq(path, visit->stop_at))
                return -ECANCELED;
        return visit->skip && streq(path, visit->skip) ? 1 : 0;
}

static void expect_walk(Visit *visit, WalkOrder order, int result, const char *expected) {
        visit->seen = g_string_new(NULL);
        g_assert_cmpint(group_walk(visit->tree->fd, order, visit_group, visit), ==, result);
        g_assert_cmpstr(visit->seen->str, ==, expected);
        (void) g_string_free(visit->seen, TRUE);
}

static void test_walk(Tree *tree, const void *data) {
        Visit visit = { .tree = tree };

        (void) data;
        expect_walk(&visit, WALK_BEFORE, 0, ":0");
        expect_walk(&visit, WALK_AFTER, 0, ":0");

        make(tree, "b");
        make(tree, "a/x/deep");
        make(tree, "a/y");
        make_file(tree, "a/file");
        expect_walk(&visit, WALK_BEFORE, 0, ":0 a:1 a/x:2 a/x/deep:3 a/y:2 b:1");
        expect_walk(&visit, WALK_AFTER, 0, "a/x/deep:3 a/x:2 a/y:2 a:1 b:1 :0");
}

static void test_walk_ends(Tree *tree, const void *data) {
        Visit stop = { .tree = tree, .stop_at = "a/x" }, skip = { .tree = tree, .skip = "a" };

        (void) data;
        make(tree, "a/x/deep");
        make(tree, "b");
        expect_walk(&stop, WALK_BEFORE, -ECANCELED, ":0 a:1 a/x:2");
        expect_walk(&stop, WALK_AFTER, -ECANCELED, "a/x/deep:3 a/x:2");
        expect_walk(&skip, WALK_BEFORE, 0, ":0 a:1 b:1");
        skip.skip = "";
        expect_walk(&skip, WALK_BEFORE, 0, ":0");
}

static void test_walk_vanishes(Tree *tree, const void *data) {
        Visit next = { .tree = tree, .remove_at = "a", .remove = "b" };
        Visit own = { .tree = tree, .remove_at = "a", .remove = "a" };

        (void) data;
        make(tree, "a/x");
        make(tree, "b/y");
        make(tree, "c");
        expect_walk(&next, WALK_BEFORE, 0, ":0 a:1 a/x:2 c:1");
        expect_walk(&own, WALK_BEFORE, 0, ":0 a:1 c:1");
}

/* As many descriptors as it is deep, however many groups there are; and paths longer than any buffer. */
static void test_walk_deep(Tree *tree, const void *data) {
        Visit visit = { .tree = tree, .seen = g_string_new(NULL) };
        g_autoptr(GString) path = g_string_new(NULL);
        g_autofree char *long_name = g_strnfill(200, 'x');
        unsigned before = count_fds();

        (void) data;
        for (unsigned i = 0; i < 15; i++) {
                g_string_append_printf(path, "%s%s", i > 0 ? "/" : "", long_name);
                make(tree, path->str);
        }
        for (unsigned i = 0; i < 50; i++) {
                char name[16];

                (void) snprintf(name, sizeof(name), "w%u", i);
                make(tree, name);
        }

        g_assert_cmpint(group_walk(tree->fd, WALK_BEFORE, visit_group, &visit), ==, 0);
        g_assert_nonnull(strstr(visit.seen->str, path->str));
        g_assert_cmpuint(visit.max_fds, <=, before + 15 + 1);
        g_assert_cmpuint(count_fds(), ==, before);
        (void) g_string_free(visit.seen, TRUE);
}

static void expect_unit(const Tree *tree, const char *unit, uid_t uid, const char *path) {
        _cleanup_free_ char *found = NULL;
        int r = search_unit(tree->fd, unit, uid, &found);

        if (r != (path ? 0 : -ENOENT))
                g_error("%s: %d", unit, r);
        g_assert_cmpstr(found, ==, path);
}

#define MANAGER "/user.slice/user-1000.slice/user@1000.service"

static void make_system(const Tree *tree) {
        static const char *const groups[] = {
                "/init.scope",
                "/system.slice/a.scope/main",
                "/system.slice/a.scope/inner.scope",
                "/system.slice/b.service",
                "/system.slice/system-x.slice/x@1.service",
                "/machine.slice/m.scope",
                "/top.scope",
                "/notunit/n.scope",
                "/system.slice/_cpu.service",
                MANAGER "/init.scope",
                MANAGER "/app.slice/a.scope/main",
                MANAGER "/app.slice/u.scope",
                MANAGER "/app.slice/app-x.slice/y.scope",
                MANAGER "/background.slice/bg.scope",
                MANAGER "/session.slice/user@7.service/hidden.scope",
                "/user.slice/user-1000.slice/session-1.scope",
                "/user.slice/user-1001.slice/user@1001.service/app.slice/o.scope",
        };

        for (size_t i = 0; i < ELEMENTSOF(groups); i++)
                make(tree, groups[i]);
}

static void test_unit(Tree *tree, const void *data) {
        (void) data;
        make_system(tree);

        expect_unit(tree, "a.scope", UID_INVALID, "/system.slice/a.scope");
        expect_unit(tree, "b.service", UID_INVALID, "/system.slice/b.service");
        expect_unit(tree, "x@1.service", UID_INVALID, "/system.slice/system-x.slice/x@1.service");
        expect_unit(tree, "m.scope", UID_INVALID, "/machine.slice/m.scope");
        expect_unit(tree, "top.scope", UID_INVALID, "/top.scope");
        expect_unit(tree, "init.scope", UID_INVALID, "/init.scope");
        expect_unit(tree, "session-1.scope", UID_INVALID, "/user.slice/user-1000.slice/session-1.scope");
        expect_unit(tree, "user@1000.service", UID_INVALID, MANAGER);
        expect_unit(tree, "system-x.slice", UID_INVALID, "/system.slice/system-x.slice");

        expect_unit(tree, "a.scope", 1000, MANAGER "/app.slice/a.scope");
        expect_unit(tree, "y.scope", 1000, MANAGER "/app.slice/app-x.slice/y.scope");
        expect_unit(tree, "bg.scope", 1000, MANAGER "/background.slice/bg.scope");
        expect_unit(tree, "init.scope", 1000, MANAGER "/init.scope");
}

static void test_no_unit(Tree *tree, const void *data) {
        (void) data;
        make_system(tree);

        expect_unit(tree, "nosuch.scope", UID_INVALID, NULL);
        expect_unit(tree, "nosuch.scope", 1000, NULL);
        /* Groups below a unit are no units. */
        expect_unit(tree, "inner.scope", UID_INVALID, NULL);
        expect_unit(tree, "n.scope", UID_INVALID, NULL);
        expect_unit(tree, "hidden.scope", 1000, NULL);
        /* Another manager's. */
        expect_unit(tree, "u.scope", UID_INVALID, NULL);
        expect_unit(tree, "o.scope", 1000, NULL);
        expect_unit(tree, "m.scope", 1000, NULL);
        expect_unit(tree, "a.scope", 4711, NULL);
}

/* systemd writes '_' before a name that the kernel could claim, and before one that begins so. */
static void test_escaped(Tree *tree, const void *data) {
        (void) data;
        make_system(tree);

        expect_unit(tree, "cpu.service", UID_INVALID, "/system.slice/_cpu.service");
        expect_unit(tree, "_cpu.service", UID_INVALID, NULL);
        make(tree, "/system.slice/__own.service");
        expect_unit(tree, "_own.service", UID_INVALID, "/system.slice/__own.service");
}

static int collect(int fd, const char *path, void *userdata) {
        GPtrArray *found = userdata;
        struct stat st;

        g_assert_no_errno(fstat(fd, &st));
        g_assert_true(S_ISDIR(st.st_mode));
        g_ptr_array_add(found, g_strdup(path));
        return g_str_has_suffix(path, "stop.scope") ? -ECANCELED : 0;
}

static void expect_units(const Tree *tree, const char *slice, bool into_managers, int result, const char *expected) {
        g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *joined = NULL;

        g_assert_cmpint(search_units(tree->fd, slice, into_managers, collect, found), ==, result);
        g_ptr_array_add(found, NULL);
        joined = g_strjoinv(" ", (char **) found->pdata);
        g_assert_cmpstr(joined, ==, expected);
}

static void test_units(Tree *tree, const void *data) {
        (void) data;
        make_system(tree);

        expect_units(tree, "/system.slice", false, 0,
                     "/system.slice/_cpu.service /system.slice/a.scope "
                     "/system.slice/b.service /system.slice/system-x.slice/x@1.service");
        expect_units(tree, "/user.slice", false, 0,
                     "/user.slice/user-1000.slice/session-1.scope " MANAGER
                     " /user.slice/user-1001.slice/user@1001.service");
        expect_units(tree, "/user.slice/user-1000.slice", true, 0,
                     "/user.slice/user-1000.slice/session-1.scope " MANAGER " " MANAGER "/app.slice/a.scope " MANAGER
                     "/app.slice/app-x.slice/y.scope " MANAGER "/app.slice/u.scope " MANAGER
                     "/background.slice/bg.scope " MANAGER "/init.scope " MANAGER "/session.slice/user@7.service");
        expect_units(tree, "/machine.slice", false, 0, "/machine.slice/m.scope");
        expect_units(tree, "/nosuch.slice", false, -ENOENT, "");

        make(tree, "/machine.slice/a-stop.scope");
        expect_units(tree, "/machine.slice", false, -ECANCELED, "/machine.slice/a-stop.scope");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

#define ADD(path, function) g_test_add(path, Tree, NULL, tree_setup, function, tree_teardown)
        ADD("/walk/children", test_children);
        ADD("/walk/children-link", test_link);
        ADD("/walk/children-many", test_many);
        ADD("/walk/children-none", test_no_directory);
        ADD("/walk/walk", test_walk);
        ADD("/walk/walk-ends", test_walk_ends);
        ADD("/walk/walk-vanishes", test_walk_vanishes);
        ADD("/walk/walk-deep", test_walk_deep);
        ADD("/walk/unit", test_unit);
        ADD("/walk/no-unit", test_no_unit);
        ADD("/walk/escaped", test_escaped);
        ADD("/walk/units", test_units);
#undef ADD

        return g_test_run();
}
