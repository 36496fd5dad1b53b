/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits in a directory that stands for a hierarchy: /a.slice/b.scope. */

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "cgscope/show/figures.h"
#include "cgscope/show/status-limits.h"

typedef struct Hierarchy {
        char *path;
        int root;
        Boundary target;
} Hierarchy;

static void write_file(const Hierarchy *hierarchy, const char *name, const char *text) {
        _cleanup_close_ int fd = openat(hierarchy->root, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(write(fd, text, strlen(text)), ==, (ssize_t) strlen(text));
}

static void hierarchy_make(Hierarchy *hierarchy) {
        hierarchy->path = g_dir_make_tmp("limits-XXXXXX", NULL);
        hierarchy->root = open(hierarchy->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(mkdirat(hierarchy->root, "a.slice", 0755), ==, 0);
        g_assert_cmpint(mkdirat(hierarchy->root, "a.slice/b.scope", 0755), ==, 0);
        hierarchy->target = (Boundary) {
                .root = hierarchy->root,
                .fd = openat(hierarchy->root, "a.slice/b.scope", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                .path = strdup("/a.slice/b.scope"),
        };
}

static void hierarchy_remove(Hierarchy *hierarchy) {
        g_autofree char *command = g_strdup_printf("rm -r '%s'", hierarchy->path);

        (void) fd_close(hierarchy->root);
        (void) fd_close(hierarchy->target.fd);
        free(hierarchy->target.path);
        g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
        g_free(hierarchy->path);
}

static void assert_limit(const StatusLimits *limits, const char *name, const char *value, const char *effective,
                         const char *set_by) {
        for (size_t i = 0; i < limits->n; i++) {
                const StatusLimit *limit = limits->limits + i;

                if (!streq(limit->name, name))
                        continue;
                g_assert_cmpstr(limit->value, ==, value);
                g_assert_cmpstr(limit->effective, ==, effective);
                g_assert_cmpstr(limit->set_by, ==, set_by);
                return;
        }

        if (value || effective)
                g_error("%s is missing", name);
}

static void test_limits(void) {
        Hierarchy hierarchy;
        StatusLimits limits;

        hierarchy_make(&hierarchy);
        write_file(&hierarchy, "a.slice/pids.max", "20\n");
        write_file(&hierarchy, "a.slice/b.scope/pids.max", "33\n");
        write_file(&hierarchy, "a.slice/memory.max", "1048576\n");
        write_file(&hierarchy, "a.slice/b.scope/memory.max", "max\n");
        write_file(&hierarchy, "a.slice/b.scope/memory.high", "4096\n");
        write_file(&hierarchy, "a.slice/b.scope/memory.low", "0\n");
        write_file(&hierarchy, "a.slice/cpu.max", "max 100000\n");
        write_file(&hierarchy, "a.slice/b.scope/cpu.max", "50000 100000\n");
        write_file(&hierarchy, "a.slice/b.scope/cpu.weight", "100\n");
        write_file(&hierarchy, "a.slice/cpuset.cpus", "0-1\n");
        write_file(&hierarchy, "a.slice/b.scope/cpuset.cpus", "\n");
        write_file(&hierarchy, "a.slice/b.scope/cpuset.cpus.effective", "0-1\n");

        g_assert_cmpint(status_limits_read(&hierarchy.target, true, &limits), ==, 0);
        g_assert_cmpuint(limits.n, ==, 5);
        assert_limit(&limits, "TasksMax", "33", "20", "/a.slice");
        assert_limit(&limits, "MemoryMax", NULL, "1048576", "/a.slice");
        assert_limit(&limits, "MemoryHigh", "4096", "4096", "/a.slice/b.scope");
        assert_limit(&limits, "MemoryLow", NULL, NULL, NULL);
        assert_limit(&limits, "CPUQuota", "500000", "500000", "/a.slice/b.scope");
        assert_limit(&limits, "CPUWeight", NULL, NULL, NULL);
        assert_limit(&limits, "AllowedCPUs", NULL, "0-1", "/a.slice");

        status_limits_done(&limits);
        hierarchy_remove(&hierarchy);
}

static void test_read(void) {
        Hierarchy hierarchy;
        uint64_t limit = 7;

        hierarchy_make(&hierarchy);
        write_file(&hierarchy, "number", "33\n");
        write_file(&hierarchy, "none", "max\n");
        write_file(&hierarchy, "quota", "25000 100000\n");
        write_file(&hierarchy, "no-quota", "max 100000\n");

        g_assert_cmpint(limit_read(hierarchy.root, "absent", &limit), ==, -ENOENT);
        g_assert_cmpuint(limit, ==, 7);
        g_assert_cmpint(limit_read(hierarchy.root, "number", &limit), ==, 0);
        g_assert_cmpuint(limit, ==, 33);
        g_assert_cmpint(limit_read(hierarchy.root, "quota", &limit), ==, 0);
        g_assert_cmpuint(limit, ==, 250000);
        g_assert_cmpint(limit_read(hierarchy.root, "none", &limit), ==, 0);
        g_assert_cmpuint(limit, ==, UINT64_MAX);
        g_assert_cmpint(limit_read(hierarchy.root, "no-quota", &limit), ==, 0);
        g_assert_cmpuint(limit, ==, UINT64_MAX);

        hierarchy_remove(&hierarchy);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/status-limits/limits", test_limits);
        g_test_add_func("/status-limits/read", test_read);
        return g_test_run();
}
