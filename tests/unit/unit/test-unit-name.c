/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "basic/macros.h"
#include "unit/unit-name.h"

static void test_unit(void) {
        static const char *const good[] = { "a.service",  "a@b.service",   "a\\x2db.mount",     "-.slice",
                                            "x.y.target", "a:b_c-d.timer", "user@1000.service", "-.mount" };
        static const char *const bad[] = {
                "",           "a",  ".service",      "a@.service", "@b.service", "a b.service", "a/b.service",
                "a.services", "a.", "\u00e4.service"
        };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                g_assert_true(unit_name_is_valid(good[i]));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                g_assert_false(unit_name_is_valid(bad[i]));
}

static void test_scope(void) {
        static const char *const good[] = { "a.scope",  "a-b.scope",   "a\\x2db.scope",  "a.b.scope",
                                            ".a.scope", "a:b_c.scope", "a.service.scope" };
        static const char *const bad[] = { "",          "a",         ".scope",    "a.service", "a@b.scope", "a@.scope",
                                           "a b.scope", "a/b.scope", "a.scope/b", "a\n.scope", "a.scope " };
        g_autofree char *longest = NULL, *too_long = NULL;
        g_autofree char *letters = g_strnfill(UNIT_NAME_MAX - strlen(".scope"), 'a');

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                g_assert_true(scope_name_is_valid(good[i]));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                g_assert_false(scope_name_is_valid(bad[i]));

        longest = g_strconcat(letters, ".scope", NULL);
        too_long = g_strconcat("a", longest, NULL);
        g_assert_true(scope_name_is_valid(longest));
        g_assert_false(scope_name_is_valid(too_long));
}

typedef struct Completion {
        const char *text;
        const char *name; /* NULL: -EINVAL */
} Completion;

/* The manager's own, and logind's. */
static void test_taken(void) {
        static const char *const taken[] = { "init",       "init.scope", "session-1",       "session-1.scope",
                                             "session-42", "session-c3", "session-c3.scope" };
        static const char *const free_names[] = {
                "init-1",    "myinit",     "session",     "session-",    "session-c",
                "session-x", "session-1a", "session-1-2", "session-1.2", "session-cc1"
        };

        for (size_t i = 0; i < ELEMENTSOF(taken); i++) {
                char *name = NULL;

                g_assert_cmpint(scope_name_complete(taken[i], &name), ==, -EPERM);
                g_assert_null(name);
        }
        for (size_t i = 0; i < ELEMENTSOF(free_names); i++) {
                _cleanup_free_ char *name = NULL;

                g_assert_cmpint(scope_name_complete(free_names[i], &name), ==, 0);
        }
}

static void check_completions(const Completion *rows, size_t n_rows, int (*complete)(const char *text, char **ret)) {
        for (size_t i = 0; i < n_rows; i++) {
                _cleanup_free_ char *name = NULL;

                g_assert_cmpint(complete(rows[i].text, &name), ==, rows[i].name ? 0 : -EINVAL);
                g_assert_cmpstr(name, ==, rows[i].name);
        }
}

static void test_complete(void) {
        static const Completion scopes[] = {
                { "a", "a.scope" },    { "a.scope", "a.scope" }, { "a.b", "a.b.scope" }, { "a-b", "a-b.scope" },
                { "", NULL },          { ".scope", NULL },       { "a b", NULL },        { "a@b", NULL },
                { "a.service", NULL }, { "a.slice", NULL },      { "../a", NULL },
        };
        static const Completion slices[] = {
                { "a", "a.slice" },
                { "a.slice", "a.slice" },
                { "system-foo", "system-foo.slice" },
                { "-", "-.slice" },
                { "-.slice", "-.slice" },
                { "foo--bar", NULL },
                { "foo--bar.slice", NULL },
                { "-foo", NULL },
                { "foo-", NULL },
                { "foo-.slice", NULL },
                { "", NULL },
                { "a@b", NULL },
                { "a.scope", NULL },
                { "a/b", NULL },
        };

        check_completions(scopes, ELEMENTSOF(scopes), scope_name_complete);
        check_completions(slices, ELEMENTSOF(slices), slice_name_complete);
}

static void test_generate(void) {
        static const struct {
                const char *command;
                const char *part;
        } rows[] = {
                { "sleep", "sleep" },
                { "/usr/bin/sleep", "sleep" },
                { "./run-me", "run\\x2dme" },
                { "a b", "a\\x20b" },
                { "/", "\\x2f" },
                { "", "scope" },
                { ".hidden", "\\x2ehidden" },
                { "x.sh", "x.sh" },
                { "\u00e4", "\\xc3\\xa4" },
                { "a@b", "a\\x40b" },
                { "a\\b", "a\\x5cb" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *name = NULL, *again = NULL;
                g_autofree char *prefix = g_strdup_printf("app-cgscope-%s-", rows[i].part);

                g_assert_cmpint(scope_name_generate(rows[i].command, &name), ==, 0);
                g_assert_true(g_str_has_prefix(name, prefix));
                g_assert_cmpuint(strspn(name + strlen(prefix), "0123456789abcdef"), ==, 16);
                g_assert_cmpstr(name + strlen(prefix) + 16, ==, ".scope");
                g_assert_true(scope_name_is_valid(name));

                g_assert_cmpint(scope_name_generate(rows[i].command, &again), ==, 0);
                g_assert_cmpstr(name, !=, again);
        }
}

static void test_generate_long(void) {
        for (size_t length = 200; length < 300; length++) {
                g_autofree char *letters = g_strnfill(length, 'a'), *dashes = g_strnfill(length, '-');
                _cleanup_free_ char *name = NULL, *escaped = NULL;

                g_assert_cmpint(scope_name_generate(letters, &name), ==, 0);
                g_assert_true(scope_name_is_valid(name));
                if (length > 250)
                        g_assert_cmpuint(strlen(name), ==, UNIT_NAME_MAX);

                /* Cut between two escapes, never within one. */
                g_assert_cmpint(scope_name_generate(dashes, &escaped), ==, 0);
                g_assert_true(scope_name_is_valid(escaped));
                g_assert_cmpuint(strspn(escaped + strlen("app-cgscope-"), "\\x2d") % 4, ==, 0);
        }
}

static void test_join(void) {
        static const struct {
                const char *outer, *inner, *name; /* NULL: -EINVAL */
        } rows[] = {
                { "a.slice", "b.slice", "a-b.slice" },
                { "a-b.slice", "c.slice", "a-b-c.slice" },
                { "-.slice", "b.slice", "b.slice" },
                { "a.slice", "-.slice", "a.slice" },
                { "a", "b.slice", NULL },
                { "a.slice", "b", NULL },
                { "a.slice", "b--c.slice", NULL },
        };
        g_autofree char *letters = g_strnfill(200, 'a'), *slice = g_strconcat(letters, ".slice", NULL);
        char *none = NULL;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *name = NULL;

                g_assert_cmpint(slice_name_join(rows[i].outer, rows[i].inner, &name), ==, rows[i].name ? 0 : -EINVAL);
                g_assert_cmpstr(name, ==, rows[i].name);
        }

        g_assert_cmpint(slice_name_join(slice, slice, &none), ==, -EINVAL);
        g_assert_null(none);
}

static void test_directory(void) {
        g_assert_true(unit_name_matches_directory("a.scope", "a.scope"));
        g_assert_true(unit_name_matches_directory("cpu.scope", "_cpu.scope"));
        g_assert_true(unit_name_matches_directory("cgroup.x.scope", "_cgroup.x.scope"));
        g_assert_true(unit_name_matches_directory("_a.scope", "__a.scope"));
        g_assert_true(unit_name_matches_directory(".a.scope", "_.a.scope"));
        g_assert_false(unit_name_matches_directory("_cpu.scope", "_cpu.scope"));
        g_assert_false(unit_name_matches_directory("a.scope", "b.scope"));
        g_assert_false(unit_name_matches_directory("a.scope", "a.scope/b"));
        g_assert_false(unit_name_matches_directory("a.scope", "__a.scope"));
        g_assert_false(unit_name_matches_directory("a.scope", ""));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/unit-name/unit", test_unit);
        g_test_add_func("/unit-name/scope", test_scope);
        g_test_add_func("/unit-name/complete", test_complete);
        g_test_add_func("/unit-name/taken", test_taken);
        g_test_add_func("/unit-name/generate", test_generate);
        g_test_add_func("/unit-name/generate-long", test_generate_long);
        g_test_add_func("/unit-name/join", test_join);
        g_test_add_func("/unit-name/directory", test_directory);

        return g_test_run();
}
