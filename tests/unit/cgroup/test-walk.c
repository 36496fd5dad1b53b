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

/* What a walk takes where it is deep. */
typedef struct Dive {
        unsigned n, deepest, max_fds;
        uintptr_t lowest, highest; /* where the stack ends */
} Dive;

static int dive_group(int fd, const char *path, unsigned depth, void *userdata) {
        Dive *dive = userdata;
        /* Not the address of a variable, which the sanitizer may keep elsewhere. */
        uintptr_t here = (uintptr_t) __builtin_frame_address(0);

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpuint(strlen(path), >=, depth);
        dive->n++;
        dive->deepest = MAX(dive->deepest, depth);
        if (depth % 64 == 0 || depth < 16)
                dive->max_fds = MAX(dive->max_fds, count_fds());
        dive->lowest = MIN(dive->lowest, here);
        dive->highest = MAX(dive->highest, here);
        return 0;
}

/* A chain of groups, each with one beside the next. The path is longer than the kernel takes. */
static void make_chain(const Tree *tree, unsigned depth) {
        int at = dup(tree->fd);

        for (unsigned i = 0; i < depth; i++) {
                int next;

                g_assert_no_errno(mkdirat(at, "next", 0755));
                g_assert_no_errno(mkdirat(at, "zz", 0755));
                next = openat(at, "next", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                g_assert_cmpint(next, >=, 0);
                (void) close(at);
                at = next;
        }
        (void) close(at);
}

/* A dozen descriptors and the stack of one call, however deep it is. */
static void test_walk_deep(Tree *tree, const void *data) {
        const unsigned depth = 3000;
        unsigned before = count_fds();

        (void) data;
        make_chain(tree, depth);
        for (WalkOrder order = WALK_BEFORE; order <= WALK_AFTER; order++) {
                Dive dive = { .lowest = UINTPTR_MAX };

                g_assert_cmpint(group_walk(tree->fd, order, dive_group, &dive), ==, 0);
                g_assert_cmpuint(dive.n, ==, 2 * depth + 1);
                g_assert_cmpuint(dive.deepest, ==, depth);
                g_assert_cmpuint(dive.max_fds, <=, before + 12);
                g_assert_cmpuint(dive.highest - dive.lowest, <, 1024);
                g_assert_cmpuint(count_fds(), ==, before);
        }
}

static int forbid_group(int fd, const char *path, unsigned depth, void *userdata) {
        int r = visit_group(fd, path, depth, userdata);

        return streq(path, "b") ? -EACCES : r;
}

static int walk_noting(int top, WalkFunction function, void *userdata, WalkSkipped *skipped) {
        return group_walk_all(top, &(const Walk) { .function = function, .userdata = userdata, .skipped = skipped });
}

/* What is not for us costs nothing else. */
static void test_walk_forbidden(Tree *tree, const void *data) {
        _cleanup_(walk_skipped_done) WalkSkipped skipped = {};
        Visit visit = { .tree = tree, .seen = g_string_new(NULL) };
        uid_t uid = geteuid();

        (void) data;
        make(tree, "a/x");
        make(tree, "b/y");
        make(tree, "c/x");
        make(tree, "d");
        g_assert_no_errno(fchmodat(tree->fd, "c", 0, 0));
        g_assert_no_errno(fchmodat(tree->fd, "a/x", 0, 0));
        g_assert_no_errno(fchmod(tree->fd, 0755));
        g_assert_no_errno(uid == 0 ? seteuid(65534) : 0);
        g_assert_cmpint(walk_noting(tree->fd, forbid_group, &visit, &skipped), ==, 3);
        g_assert_no_errno(uid == 0 ? seteuid(uid) : 0);
        g_assert_no_errno(fchmodat(tree->fd, "c", 0755, 0));
        g_assert_no_errno(fchmodat(tree->fd, "a/x", 0755, 0));

        g_assert_cmpstr(visit.seen->str, ==, ":0 a:1 b:1 b/y:2 d:1");
        g_assert_cmpuint(skipped.n, ==, 3);
        g_assert_cmpstr(skipped.first, ==, "a/x");
        g_assert_cmpint(skipped.error, ==, -EACCES);
        (void) g_string_free(visit.seen, TRUE);
}

static int refuse_group(int fd _unused_, const char *path _unused_, unsigned depth, void *userdata) {
        return depth == *(unsigned *) userdata ? -EACCES : 0;
}

/* Of the top, it is the answer. */
static void test_walk_forbidden_top(Tree *tree, const void *data) {
        _cleanup_(walk_skipped_done) WalkSkipped skipped = {};
        unsigned depth = 0;

        (void) data;
        make(tree, "a");
        g_assert_cmpint(walk_noting(tree->fd, refuse_group, &depth, &skipped), ==, -EACCES);
        g_assert_cmpuint(skipped.n, ==, 0);
        depth = 1;
        g_assert_cmpint(walk_noting(tree->fd, refuse_group, &depth, NULL), ==, 1);
}

static int take_some(const char *path, void *userdata _unused_) {
        return streq(path, "/top/b/stop") ? -ECANCELED : !g_str_has_suffix(path, "/no");
}

static int collect_paths(int fd _unused_, const char *path, unsigned depth _unused_, void *userdata) {
        g_ptr_array_add(userdata, g_strdup(path));
        return 0;
}

static void test_walk_filter(Tree *tree, const void *data) {
        g_autoptr(GPtrArray) seen = g_ptr_array_new_with_free_func(g_free);
        const Walk walk = { .function = collect_paths, .filter = take_some, .userdata = seen, .path = "/top" };
        g_autofree char *joined = NULL;

        (void) data;
        make(tree, "a/no/x");
        make(tree, "a/yes");
        g_assert_cmpint(group_walk_all(tree->fd, &walk), ==, 0);
        make(tree, "b/stop");
        g_assert_cmpint(group_walk_all(tree->fd, &walk), ==, -ECANCELED);
        g_ptr_array_add(seen, NULL);
        joined = g_strjoinv(" ", (char **) seen->pdata);
        g_assert_cmpstr(joined, ==, "/top /top/a /top/a/yes /top /top/a /top/a/yes /top/b");
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

static void expect_units(const Tree *tree, const char *slice, uid_t managers, int result, const char *expected) {
        g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *joined = NULL;

        g_assert_cmpint(search_units(tree->fd, slice, managers, collect, found, NULL), ==, result);
        g_ptr_array_add(found, NULL);
        joined = g_strjoinv(" ", (char **) found->pdata);
        g_assert_cmpstr(joined, ==, expected);
}

static void test_units(Tree *tree, const void *data) {
        (void) data;
        make_system(tree);

        expect_units(tree, "/system.slice", UID_INVALID, 0,
                     "/system.slice/_cpu.service /system.slice/a.scope "
                     "/system.slice/b.service /system.slice/system-x.slice/x@1.service");
        expect_units(tree, "/user.slice", UID_INVALID, 0,
                     "/user.slice/user-1000.slice/session-1.scope " MANAGER
                     " /user.slice/user-1001.slice/user@1001.service");
        expect_units(tree, "/user.slice/user-1000.slice", SEARCH_ALL_MANAGERS, 0,
                     "/user.slice/user-1000.slice/session-1.scope " MANAGER " " MANAGER "/app.slice/a.scope " MANAGER
                     "/app.slice/app-x.slice/y.scope " MANAGER "/app.slice/u.scope " MANAGER
                     "/background.slice/bg.scope " MANAGER "/init.scope " MANAGER "/session.slice/user@7.service");
        expect_units(tree, "/machine.slice", UID_INVALID, 0, "/machine.slice/m.scope");
        /* One manager's units, and nothing of another one. */
        expect_units(tree, "/user.slice", 1001, 0,
                     "/user.slice/user-1000.slice/session-1.scope "
                     "/user.slice/user-1001.slice/user@1001.service "
                     "/user.slice/user-1001.slice/user@1001.service/app.slice/o.scope");
        expect_units(tree, "/nosuch.slice", UID_INVALID, -ENOENT, "");

        make(tree, "/machine.slice/a-stop.scope");
        expect_units(tree, "/machine.slice", UID_INVALID, -ECANCELED, "/machine.slice/a-stop.scope");
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
        ADD("/walk/walk-forbidden", test_walk_forbidden);
        ADD("/walk/walk-forbidden-top", test_walk_forbidden_top);
        ADD("/walk/walk-filter", test_walk_filter);
        ADD("/walk/unit", test_unit);
        ADD("/walk/no-unit", test_no_unit);
        ADD("/walk/escaped", test_escaped);
        ADD("/walk/units", test_units);
#undef ADD

        return g_test_run();
}
