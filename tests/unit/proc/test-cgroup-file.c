/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <limits.h>

#include "proc/cgroup-file.h"

static const char several[] = "9:name=systemd:/s\n4:cpu,cpuacct:/c:d/e\n3:cpuset:/\n0::/user.slice/a b (deleted)\n";

static void test_find(void) {
        static const struct {
                const char *hierarchy, *path;
        } cases[] = {
                { "", "/user.slice/a b (deleted)" },
                { "name=systemd", "/s" },
                { "cpu,cpuacct", "/c:d/e" },
                { "cpuset", "/" },
        };
        static const char *const none[] = { "cpu", "systemd", "name=", "memory", "cpuacct" };
        _cleanup_free_ char *nothing = NULL;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *path = NULL;

                g_assert_cmpint(cgroup_file_find(several, cases[i].hierarchy, &path), ==, 0);
                g_assert_cmpstr(path, ==, cases[i].path);
        }
        for (size_t i = 0; i < ELEMENTSOF(none); i++)
                g_assert_cmpint(cgroup_file_find(several, none[i], &nothing), ==, -ENODATA);
        g_assert_cmpint(cgroup_file_find("", "", &nothing), ==, -ENODATA);
        g_assert_cmpint(cgroup_file_find("junk\n::\n", "", &nothing), ==, 0); /* as short as a line may be */
}

static void test_next(void) {
        static const char *const names[] = { "name=systemd", "cpu,cpuacct", "" };
        static const char *const paths[] = { "/s", "/c:d/e", "/u" };
        const char *text = "9:name=systemd:/s\n4:cpu,cpuacct:/c:d/e\n0::/u\n";
        char *name, *path;

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                g_assert_cmpint(cgroup_file_next(&text, &name, &path), ==, 1);
                g_assert_cmpstr(name, ==, names[i]);
                g_assert_cmpstr(path, ==, paths[i]);
                free(name);
                free(path);
        }
        g_assert_cmpint(cgroup_file_next(&text, &name, &path), ==, 0);

        text = "junk";
        g_assert_cmpint(cgroup_file_next(&text, &name, &path), ==, 0);
        text = "0:\n:";
        g_assert_cmpint(cgroup_file_next(&text, &name, &path), ==, 0);
}

static void test_read(void) {
        _cleanup_free_ char *text = NULL, *again = NULL, *none = NULL;

        g_assert_cmpint(cgroup_file_read(0, &text), ==, 0);
        g_assert_cmpint(cgroup_file_read(getpid(), &again), ==, 0);
        g_assert_cmpstr(text, ==, again);
        g_assert_cmpint(cgroup_file_read(INT_MAX, &none), ==, -ESRCH);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/cgroup-file/find", test_find);
        g_test_add_func("/cgroup-file/next", test_next);
        g_test_add_func("/cgroup-file/read", test_read);

        return g_test_run();
}
