/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "cgroup/target.h"
#include "cgroup/unit-path.h"

#define MOUNT "/sys/fs/cgroup"

static void expect_name(const char *text, TargetKind kind, const char *unit, pid_t pid, const char *rest) {
        _cleanup_(target_name_done) TargetName name = {};
        _cleanup_trouble_ Trouble trouble = {};
        int r = target_name_parse(text, &name, &trouble);

        if (r != 0)
                g_error("\"%s\": %d, %s", text, r, trouble.cause ?: "no message");
        g_assert_null(trouble.cause);
        g_assert_cmpint(name.kind, ==, kind);
        g_assert_cmpstr(name.unit, ==, unit);
        g_assert_cmpint(name.pid, ==, pid);

        /* Whether the rest begins with a slash is the parser's own affair. */
        g_assert_nonnull(name.rest);
        g_assert_cmpstr(name.rest + strspn(name.rest, "/"), ==, rest);
}

/* One clause for a person, and nothing to be freed but it. */
static void expect_refused(const char *text) {
        TargetName name = { .pid = 4711 };
        _cleanup_trouble_ Trouble trouble = {};
        int r = target_name_parse(text, &name, &trouble);

        if (r != -EINVAL)
                g_error("\"%s\": %d", text, r);
        g_assert_nonnull(trouble.cause);
        g_assert_cmpint(name.pid, ==, 4711);
        g_assert_null(name.unit);
        g_assert_null(name.rest);
}

static void test_unit(void) {
        static const struct {
                const char *text, *unit, *rest;
        } completed[] = {
                { "a", "a.scope", "" },         { "job-1", "job-1.scope", "" }, { "a/b", "a.scope", "b" },
                { "a.txt", "a.txt.scope", "" }, { "init", "init.scope", "" },   { "a.scopes", "a.scopes.scope", "" },
                { "a@b/c", "a@b.scope", "c" },  { "4711", "4711.scope", "" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(completed); i++) {
                _cleanup_(target_name_done) TargetName name = {};

                expect_name(completed[i].text, TARGET_UNIT, completed[i].unit, 0, completed[i].rest);
                g_assert_cmpint(target_name_parse(completed[i].text, &name, NULL), ==, 0);
                g_assert_true(name.completed);
        }

        expect_name("a.scope", TARGET_UNIT, "a.scope", 0, "");
        expect_name("a.scope/", TARGET_UNIT, "a.scope", 0, "");
        expect_name("a.scope/b", TARGET_UNIT, "a.scope", 0, "b");
        expect_name("a.scope/b/c", TARGET_UNIT, "a.scope", 0, "b/c");
        expect_name("a.scope//b///c/", TARGET_UNIT, "a.scope", 0, "b/c");
        expect_name("a.service/b", TARGET_UNIT, "a.service", 0, "b");
        expect_name("a@b.service", TARGET_UNIT, "a@b.service", 0, "");
        expect_name("user-1000.slice", TARGET_UNIT, "user-1000.slice", 0, "");
        expect_name("app-cgscope-sh-0123456789abcdef.scope", TARGET_UNIT, "app-cgscope-sh-0123456789abcdef.scope", 0,
                    "");
        expect_name("a.scope/two words", TARGET_UNIT, "a.scope", 0, "two words");
        expect_name("a.scope/grün", TARGET_UNIT, "a.scope", 0, "grün");
}

static void test_own(void) {
        expect_name(".", TARGET_OWN, NULL, 0, "");
        expect_name("./", TARGET_OWN, NULL, 0, "");
        expect_name("./a", TARGET_OWN, NULL, 0, "a");
        expect_name("./a/b", TARGET_OWN, NULL, 0, "a/b");
        expect_name(".//a//b/", TARGET_OWN, NULL, 0, "a/b");
}

static void test_path(void) {
        expect_name(MOUNT, TARGET_PATH, NULL, 0, "");
        expect_name(MOUNT "/", TARGET_PATH, NULL, 0, "");
        expect_name(MOUNT "/a.slice/b.scope", TARGET_PATH, NULL, 0, "a.slice/b.scope");
        expect_name(MOUNT "//a.slice///b.scope/c/", TARGET_PATH, NULL, 0, "a.slice/b.scope/c");
        /* What others made may have any name. */
        expect_name(MOUNT "/a.scope/cpu.x/.hidden", TARGET_PATH, NULL, 0, "a.scope/cpu.x/.hidden");
}

static void test_process(void) {
        expect_name("@1", TARGET_PROCESS, NULL, 1, "");
        expect_name("@4711", TARGET_PROCESS, NULL, 4711, "");
        expect_name("@2147483647", TARGET_PROCESS, NULL, INT_MAX, "");
}

static void test_refused(void) {
        static const char *const refused[] = {
                "",
                ".scope",
                "a b.scope",
                "-",
                "~",
                "../a",
                "..",
                ".a",
                "@",
                "@0",
                "@-1",
                "@x",
                "@1x",
                "@ 1",
                "@+1",
                "@1/a",
                "@2147483648",
                "@99999999999999999999",
                "@1 ",
                "/",
                "//",
                "/sys/fs",
                "/sys/fs/cgroups",
                "/sys/fs/cgroup.x",
                "/etc/passwd",
                "//sys/fs/cgroup/a",
                "/sys/fs/./cgroup/a",
        };

        for (size_t i = 0; i < ELEMENTSOF(refused); i++)
                expect_refused(refused[i]);
}

/* Nothing leads upwards, wherever it stands. */
static void test_upwards(void) {
        static const char *const before[] = { "./", "./a/", "a.scope/", "a.scope/a/", MOUNT "/", MOUNT "/a.scope/" };
        static const char *const after[] = { "", "/", "/a", "//", "/.." };

        for (size_t i = 0; i < ELEMENTSOF(before); i++)
                for (size_t j = 0; j < ELEMENTSOF(after); j++) {
                        g_autofree char *two = g_strconcat(before[i], "..", after[j], NULL);
                        g_autofree char *one = g_strconcat(before[i], ".", after[j], NULL);

                        expect_refused(two);
                        expect_refused(one);
                }
}

/* What others made may have any name, and is typed as it is or as it is shown. */
static void test_group_names(void) {
        static const struct {
                const char *typed, *name;
        } names[] = {
                { ".hidden", ".hidden" }, { "...", "..." },         { "cpu.max", "cpu.max" },
                { "a.scope", "a.scope" }, { "a\nb", "a\nb" },       { "g\xe9", "g\xe9" },
                { "a\\x1b", "a\\x1b" },   { "$'a\\x0ab'", "a\nb" }, { "$'\\xe9\\\\\\''", "\xe9\\'" },
        };
        static const char *const bad[] = { "$'",   "$'a",   "$'a'b",     "$'\\q'",  "$''",
                                           "$'.'", "$'..'", "$'\\x2e.'", "$'\\x2f'" };
        g_autofree char *longest = g_strnfill(255, 'x'), *longer = g_strnfill(256, 'x');
        g_autofree char *fits = g_strconcat("./", longest, NULL), *too_long = g_strconcat("./", longer, NULL);
        g_autofree char *long_path = g_strconcat(MOUNT "/", longer, NULL);

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                g_autofree char *own = g_strconcat("./", names[i].typed, NULL);
                g_autofree char *unit = g_strconcat("a.scope/b/", names[i].typed, "/c", NULL);
                g_autofree char *path = g_strconcat(MOUNT "/", names[i].typed, "/", NULL);
                g_autofree char *below = g_strconcat("b/", names[i].name, "/c", NULL);

                expect_name(own, TARGET_OWN, NULL, 0, names[i].name);
                expect_name(unit, TARGET_UNIT, "a.scope", 0, below);
                expect_name(path, TARGET_PATH, NULL, 0, names[i].name);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                g_autofree char *own = g_strconcat("./", bad[i], NULL);
                g_autofree char *unit = g_strconcat("a.scope/b/", bad[i], "/c", NULL);

                expect_refused(own);
                expect_refused(unit);
        }

        expect_name(fits, TARGET_OWN, NULL, 0, longest);
        expect_refused(too_long);
        expect_refused(long_path);
}

static void expect_unit(const char *path, const char *unit, const char *directory) {
        _cleanup_free_ char *found = NULL;
        size_t length;
        int r = unit_of_path(path, &found, &length);

        if (r != 0)
                g_error("%s: %d", path, r);
        g_assert_cmpstr(found, ==, unit);
        g_assert_cmpuint(length, ==, strlen(directory));
        g_assert_true(g_str_has_prefix(path, directory));

        g_free(g_steal_pointer(&found));
        g_assert_cmpint(unit_of_path(path, &found, NULL), ==, 0);
        g_assert_cmpstr(found, ==, unit);
}

#define MANAGER "/user.slice/user-1000.slice/user@1000.service"

static void test_unit_of(void) {
        expect_unit("/a.slice/b.scope", "b.scope", "/a.slice/b.scope");
        expect_unit("/a.slice/b.scope/c", "b.scope", "/a.slice/b.scope");
        expect_unit("/system.slice/a.service", "a.service", "/system.slice/a.service");
        expect_unit("/a.slice/a-b.slice", "a-b.slice", "/a.slice/a-b.slice");
        expect_unit("/a.slice/group", "a.slice", "/a.slice");
        expect_unit("/init.scope", "init.scope", "/init.scope");
        expect_unit(MANAGER, "user@1000.service", MANAGER);
        expect_unit(MANAGER "/init.scope", "init.scope", MANAGER "/init.scope");
        expect_unit(MANAGER "/app.slice", "app.slice", MANAGER "/app.slice");
        expect_unit(MANAGER "/app.slice/x.scope/main", "x.scope", MANAGER "/app.slice/x.scope");
        expect_unit("/user.slice/user-1000.slice/session-1.scope", "session-1.scope",
                    "/user.slice/user-1000.slice/session-1.scope");
        /* A group below a unit is none, whatever its name. */
        expect_unit("/a.slice/b.scope/c.scope", "b.scope", "/a.slice/b.scope");
        expect_unit("/a.slice/b.scope/c.slice/d.scope", "b.scope", "/a.slice/b.scope");
        expect_unit("/system.slice/b.service/user@1.service/x.scope", "b.service", "/system.slice/b.service");
        expect_unit(MANAGER "/app.slice/x.scope/user@1.service/y.scope", "x.scope", MANAGER "/app.slice/x.scope");
        expect_unit(MANAGER "/session.slice/user@7.service/y.scope", "user@7.service",
                    MANAGER "/session.slice/user@7.service");
        /* systemd writes '_' before a name that the kernel could claim. */
        expect_unit("/system.slice/_cpu.service", "cpu.service", "/system.slice/_cpu.service");
        expect_unit("/a.slice/_cpu.x.scope/g", "cpu.x.scope", "/a.slice/_cpu.x.scope");
}

static void test_no_unit(void) {
        static const char *const none[] = { "/", "", "/a", "/a/b.scope", "/machine" };

        for (size_t i = 0; i < ELEMENTSOF(none); i++) {
                char *found = NULL;

                if (unit_of_path(none[i], &found, NULL) != -ENODATA)
                        g_error("%s: has a unit %s", none[i], found ?: "");
                g_assert_null(found);
        }
}

static void test_manager_of(void) {
        static const struct {
                const char *path;
                uid_t uid;
        } paths[] = {
                { MANAGER "/app.slice/x.scope", 1000 },
                { MANAGER "/init.scope", 1000 },
                { "/user.slice/user-0.slice/user@0.service/app.slice", 0 },
                { "/user.slice/user-4294967294.slice/user@4294967294.service/app.slice", 4294967294 },
                { MANAGER, UID_INVALID },
                { "/user.slice/user-1000.slice", UID_INVALID },
                { "/user.slice/user-1000.slice/session-1.scope", UID_INVALID },
                { "/system.slice/a.service/b", UID_INVALID },
                { "/", UID_INVALID },
                { "", UID_INVALID },
                { "/user.slice/user@x.service/app.slice", UID_INVALID },
                { "/user.slice/user@01000.service/app.slice", UID_INVALID }, /* logind writes decimal numbers */
                { "/user.slice/user@0x3e8.service/app.slice", UID_INVALID },
                { "/user.slice/user@.service/app.slice", UID_INVALID },
                { "/user.slice/user@4294967295.service/app.slice", UID_INVALID },
                { "/user.slice/user@1000.serviceX/app.slice", UID_INVALID },
                { "/user.slice/user@99999999999999999999999999.service/app.slice", UID_INVALID },
                /* Anybody may call a group of his so. */
                { "/system.slice/a.service/user@0.service/app.slice", UID_INVALID },
                { "/system.slice/a.scope/user@0.service/x.scope", UID_INVALID },
                { MANAGER "/app.slice/x.scope/user@0.service/y", 1000 },
        };

        for (size_t i = 0; i < ELEMENTSOF(paths); i++)
                if (manager_of_path(paths[i].path) != paths[i].uid)
                        g_error("%s: %u", paths[i].path, manager_of_path(paths[i].path));
}

/* What is told a user's manager in one place is one in all others. */
static void test_manager_name(void) {
        static const char *const others[] = { "user@01000.service", "user@0x3e8.service",
                                              "user@x.service",     "user@.service",
                                              "user@1000.slice",    "user@1000",
                                              "user.service",       "" };

        g_assert_true(is_user_manager("user@1000.service"));
        g_assert_true(is_user_manager("user@0.service"));
        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                g_assert_false(is_user_manager(others[i]));
}

static void test_slice_of(void) {
        static const struct {
                const char *path;
                bool of_user;
                const char *slice; /* NULL: none */
        } rows[] = {
                { MANAGER "/app.slice/app-a.slice/x.scope/b.slice", true, "app-a.slice" },
                { MANAGER "/init.scope", true, "-.slice" },
                { MANAGER "/app.slice/x.scope", false, "user-1000.slice" },
                { "/user.slice/user@x.slice/user@7.service/b.slice/y.scope", true, "b.slice" },
                { "/system.slice/a.service/user@7.service/b.slice", true, NULL },
                { "/user.slice/user@01000.service/b.slice/x.scope", true, NULL },
                { "/", false, "-.slice" },
                { "/", true, NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *slice = NULL;
                int r = slice_of_path(rows[i].path, rows[i].of_user, &slice);

                g_assert_cmpint(r, ==, rows[i].slice ? 0 : -ENXIO);
                g_assert_cmpstr(slice, ==, rows[i].slice);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/target/unit", test_unit);
        g_test_add_func("/target/own", test_own);
        g_test_add_func("/target/path", test_path);
        g_test_add_func("/target/process", test_process);
        g_test_add_func("/target/refused", test_refused);
        g_test_add_func("/target/upwards", test_upwards);
        g_test_add_func("/target/group-names", test_group_names);
        g_test_add_func("/target/unit-of", test_unit_of);
        g_test_add_func("/target/no-unit", test_no_unit);
        g_test_add_func("/target/manager-of", test_manager_of);
        g_test_add_func("/target/manager-name", test_manager_name);
        g_test_add_func("/target/slice-of", test_slice_of);

        return g_test_run();
}
