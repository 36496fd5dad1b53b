/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "namespace/path.h"

static void test_up(void) {
        g_assert_cmpuint(cgroup_path_up("/"), ==, 0);
        g_assert_cmpuint(cgroup_path_up("/a/b"), ==, 0);
        g_assert_cmpuint(cgroup_path_up("/.."), ==, 1);
        g_assert_cmpuint(cgroup_path_up("/../../a"), ==, 2);
        g_assert_cmpuint(cgroup_path_up("/..a"), ==, 0); /* a name */
        g_assert_cmpuint(cgroup_path_up("/a/.."), ==, 0);
}

static void test_within(void) {
        static const struct {
                const char *path, *top;
                bool within;
        } cases[] = {
                { "/", "/", true },          { "/a", "/", true },            { "/a", "/a", true },
                { "/a/b", "/a", true },      { "/ab", "/a", false },         { "/", "/a", false },
                { "/..", "/", false },       { "/../a", "/", false },        { "/../a", "/a", false },
                { "/", "/..", true },        { "/a", "/../..", true },       { "/../a", "/../..", true },
                { "/../../a", "/..", false }, { "/../../a", "/../..", true }, { "/../a", "/../a", true },
                { "/../a/b", "/../a", true }, { "/a", "/../a", false },       { "/../../a", "/../a", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                if (cgroup_path_is_within(cases[i].path, cases[i].top) != cases[i].within)
                        g_error("%s within %s: not %d", cases[i].path, cases[i].top, cases[i].within);
}

static void test_common(void) {
        static const struct {
                const char *a, *b, *common;
        } cases[] = {
                { "/", "/", "/" },
                { "/a", "/b", "/" },
                { "/a/b", "/a/c", "/a" },
                { "/a/b", "/a/bc", "/a" },
                { "/a/b", "/a", "/a" },
                { "/a", "/a", "/a" },
                { "/..", "/a", "/.." },
                { "/../a", "/a", "/.." },
                { "/../../a", "/../a", "/../.." },
                { "/../a/b", "/../a/c", "/../a" },
                { "/../a", "/../b", "/.." },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *there = cgroup_path_common(cases[i].a, cases[i].b);
                _cleanup_free_ char *back = cgroup_path_common(cases[i].b, cases[i].a);

                g_assert_cmpstr(there, ==, cases[i].common);
                g_assert_cmpstr(back, ==, cases[i].common);
        }
}

static void test_below(void) {
        static const struct {
                const char *path, *top, *below;
                int r;
        } cases[] = {
                { "/a/b", "/", "/a/b", 0 },         { "/a/b", "/a", "/b", 0 },  { "/a", "/a", "/", 0 },
                { "/../a/b", "/../a", "/b", 0 },    { "/../../a", "/../..", "/a", 0 },
                { "/..", "/..", "/", 0 },           { "/ab", "/a", NULL, -EXDEV },
                { "/../a", "/", NULL, -EXDEV },     { "/a", "/..", NULL, -ENODATA },
                { "/../a", "/../..", NULL, -ENODATA },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *below = NULL;

                g_assert_cmpint(cgroup_path_below(cases[i].path, cases[i].top, &below), ==, cases[i].r);
                g_assert_cmpstr(below, ==, cases[i].below);
                if (below) {
                        _cleanup_free_ char *joined = cgroup_path_join(cases[i].top, below);

                        g_assert_cmpstr(joined, ==, cases[i].path);
                }
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/path/up", test_up);
        g_test_add_func("/path/within", test_within);
        g_test_add_func("/path/common", test_common);
        g_test_add_func("/path/below", test_below);

        return g_test_run();
}
