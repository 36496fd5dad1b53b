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
                { "/", "/", true },           { "/a", "/", true },
                { "/a", "/a", true },         { "/a/b", "/a", true },
                { "/ab", "/a", false },       { "/", "/a", false },
                { "/..", "/", false },        { "/../a", "/", false },
                { "/../a", "/a", false },     { "/", "/..", true },
                { "/a", "/../..", true },     { "/../a", "/../..", true },
                { "/../../a", "/..", false }, { "/../../a", "/../..", true },
                { "/../a", "/../a", true },   { "/../a/b", "/../a", true },
                { "/a", "/../a", false },     { "/../../a", "/../a", false },
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
                { "/a/b", "/", "/a/b", 0 },
                { "/a/b", "/a", "/b", 0 },
                { "/a", "/a", "/", 0 },
                { "/../a/b", "/../a", "/b", 0 },
                { "/../../a", "/../..", "/a", 0 },
                { "/..", "/..", "/", 0 },
                { "/ab", "/a", NULL, -EXDEV },
                { "/../a", "/", NULL, -EXDEV },
                { "/a", "/..", NULL, -ENODATA },
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

/* The root of another namespace is "/" as it is called there. */
static void test_root(void) {
        static const struct {
                const char *ours, *inside, *root; /* NULL: it cannot be known */
        } cases[] = {
                { "/", "/", "/" },
                { "/a/b", "/", "/a/b" },
                { "/a/b", "/b", "/a" },
                { "/a/b", "/a/b", "/" },
                { "/a (deleted)", "/a (deleted)", "/" },
                { "/../a/b", "/b", "/../a" },
                { "/../..", "/", "/../.." },
                /* Its root is above ours. */
                { "/", "/a", "/.." },
                { "/", "/a/b", "/../.." },
                { "/b", "/a/b", "/.." },
                { "/../b", "/a/b", "/../.." },
                { "/../..", "/a", "/../../.." },
                /* From outside of it no name of the way there is to be seen. */
                { "/a", "/..", NULL },
                { "/..", "/..", NULL },
                { "/b", "/../b", NULL },
                { "/a/b", "/../b", NULL },
                /* No two names of one group. */
                { "/a/b", "/c", NULL },
                { "/a/b", "/xb", NULL },
                { "/xb", "/b", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *root = NULL;
                int r = cgroup_path_translate(cases[i].inside, cases[i].ours, "/", &root);

                g_assert_cmpint(r, ==, cases[i].root ? 0 : -ENODATA);
                g_assert_cmpstr(root, ==, cases[i].root);
        }
}

static void test_translate(void) {
        static const struct {
                const char *known, *known_there, *path, *there; /* NULL: it cannot be known */
        } cases[] = {
                /* Somebody at their own root. */
                { "/a/b", "/", "/a/b", "/" },
                { "/a/b", "/", "/a/b/c/d", "/c/d" },
                { "/a/b", "/", "/a", "/.." },
                { "/a/b", "/", "/", "/../.." },
                { "/a/b", "/", "/a/x", "/../x" },
                { "/a/b", "/", "/a/bc", "/../bc" },
                { "/a/b", "/", "/x/b", "/../../x/b" },
                { "/a/b", "/", "/../x", "/../../../x" },
                { "/a/b/c", "/c", "/a/b/d", "/d" },
                /* Somebody outside: their root is beside the group, of a name that nobody knows. */
                { "/a/b", "/../b", "/a/b", "/../b" },
                { "/a/b", "/../b", "/a/b/c", "/../b/c" },
                { "/a/b", "/../b", "/a", "/.." },
                { "/a/b", "/../b", "/", "/../.." },
                { "/a/b", "/../b", "/x", "/../../x" },
                { "/a/b", "/../b", "/a/x", NULL },
                { "/a", "/..", "/a", "/.." },
                { "/a", "/..", "/a/x", NULL },
                { "/a", "/..", "/", "/../.." },
                /* From further down: more names are known there. */
                { "/", "/a/b", "/", "/a/b" },
                { "/c", "/a/b/c", "/d", "/a/b/d" },
                { "/c", "/a/b/c", "/..", "/a" },
                { "/c", "/a/b/c", "/../x", "/a/x" },
                { "/c", "/a/b/c", "/../../x", "/x" },
                { "/c", "/a/b/c", "/../../..", "/.." },
                /* From beside it. */
                { "/../b", "/a/b", "/../b/c", "/a/b/c" },
                { "/../b", "/a/b", "/../..", "/" },
                { "/../b", "/a/b", "/..", "/a" },
                { "/../b", "/a/b", "/", NULL },
                { "/../b", "/b", "/../c", "/c" },
                { "/../b", "/../b", "/../b", "/../b" },
                { "/../b", "/../b", "/../c", NULL },
                /* No two names of one group. */
                { "/a/b", "/c", "/a", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *there = NULL;
                int r = cgroup_path_translate(cases[i].known, cases[i].known_there, cases[i].path, &there);

                g_assert_cmpstr(there, ==, cases[i].there);
                g_assert_cmpint(r, ==, cases[i].there ? 0 : -ENODATA);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/path/up", test_up);
        g_test_add_func("/path/within", test_within);
        g_test_add_func("/path/common", test_common);
        g_test_add_func("/path/below", test_below);
        g_test_add_func("/path/root", test_root);
        g_test_add_func("/path/translate", test_translate);

        return g_test_run();
}
