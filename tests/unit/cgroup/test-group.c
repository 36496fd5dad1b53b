/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "cgroup/group.h"

static void test_name(void) {
        static const char *const good[] = {
                "main",        "a",      "leaf-1",   "grün",   "with space", "a.b",     "cpux",
                "cpu",         "memory", "xcpu.max", "cgroup", "cgroups.x",  "service", "scope",
                "a.service.d", "tasks2", "-",        "a..b",   "irq",        "irqs.x",  "\u00e9.\u20ac",
        };
        static const char *const bad[] = {
                "",
                ".",
                "..",
                ".hidden",
                "a/b",
                "/",
                "a/",
                "a\nb",
                "cgroup.procs",
                "cgroup.",
                "cgroup.x",
                "cpu.max",
                "memory.anything",
                "io.x",
                "pids.",
                "cpuset.cpus",
                "a\tb",
                "\x1b[31m",
                "\x07",
                "\x7f",
                "\xc2\x9b",
                "\xff",
                "g\xe9",
                "a\u202e",
                "\uffff",
                "\x80\x90\x80\x80",
                "irq.pressure",
                "perf_event.x",
                "debug.masks",
                "blkio.weight",
                "net_cls.classid",
                "freezer.state",
                "hugetlb.2MB.max",
                "rdma.max",
                "misc.max",
                "dmem.max",
                "tasks",
                "notify_on_release",
                "release_agent",
                "a.service",
                "a.scope",
                "a.slice",
                "a.socket",
                "a.mount",
                "a.swap",
                "a.target",
                "a.automount",
                "a.timer",
                "a.path",
                "a.device",
                "a.b.scope",
        };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                if (!group_name_is_valid(good[i]))
                        g_error("\"%s\" is refused", good[i]);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                if (group_name_is_valid(bad[i]))
                        g_error("\"%s\" is taken", bad[i]);
}

static void test_name_length(void) {
        g_autofree char *longest = g_strnfill(255, 'x'), *longer = g_strnfill(256, 'x');

        g_assert_true(group_name_is_valid(longest));
        g_assert_false(group_name_is_valid(longer));
}

static void test_of_process(void) {
        _cleanup_free_ char *path = NULL;
        int r = cgroup_of_process(0, &path);

        if (r == -ENODATA) {
                g_test_skip("no unified hierarchy on this machine");
                return;
        }
        g_assert_cmpint(r, ==, 0);
        g_assert_cmpint(path[0], ==, '/');
        g_assert_null(strchr(path, '\n'));
        g_assert_cmpint(cgroup_of_process(INT_MAX, &path), ==, -ESRCH);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/group/name", test_name);
        g_test_add_func("/group/name-length", test_name_length);
        g_test_add_func("/group/of-process", test_of_process);

        return g_test_run();
}
