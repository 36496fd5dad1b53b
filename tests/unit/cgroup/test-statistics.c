/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <inttypes.h>

#include "basic/fd.h"
#include "cgroup/statistics-device.h"

#define ALL (STATISTIC_BIT(_STATISTIC_MAX) - 1)

/* A directory with the files of a group, as the kernel writes them. */
typedef struct Group {
        char *path;
        int fd;
} Group;

static void put(Group *group, const char *name, const char *text) {
        g_autofree char *path = g_build_filename(group->path, name, NULL);

        g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void set_up(Group *group, gconstpointer data) {
        (void) data;

        group->path = g_dir_make_tmp("cgscope-XXXXXX", NULL);
        g_assert_nonnull(group->path);
        group->fd = open(group->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(group->fd, >=, 0);
        put(group, "cgroup.procs", "1\n");
}

static void tear_down(Group *group, gconstpointer data) {
        GDir *dir = g_dir_open(group->path, 0, NULL);
        const char *name;

        (void) data;
        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(group->path, name, NULL);

                (void) g_unlink(path);
        }
        if (dir)
                g_dir_close(dir);
        (void) g_rmdir(group->path);
        (void) fd_close(group->fd);
        g_free(group->path);
}

static void put_all(Group *group) {
        put(group, "memory.current", "1048576\n");
        put(group, "memory.peak", "2097152\n");
        put(group, "memory.swap.current", "0\n");
        put(group, "memory.swap.peak", "4096\n");
        put(group, "pids.current", "7\n");
        put(group, "pids.peak", "9\n");
        put(group, "cpu.stat", "usage_usec 300\nuser_usec 200\nsystem_usec 100\nnice_usec 5\nnr_periods 0\n");
        put(group, "io.stat",
            "8:0 rbytes=100 wbytes=200 rios=3 wios=4 dbytes=7 dios=9\n"
            "252:0 8:16 rbytes=10 wbytes=20 rios=30 wios=40 dbytes=0 dios=0 cost.rios=500\n");
        put(group, "cpu.pressure",
            "some avg10=1.00 avg60=0.00 avg300=0.00 total=11\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=12\n");
        put(group, "memory.pressure",
            "some avg10=1.00 avg60=0.00 avg300=0.00 total=13\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=14\n");
        put(group, "io.pressure",
            "some avg10=1.00 avg60=0.00 avg300=0.00 total=15\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=16\n");
        put(group, "memory.events", "low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\n");
        put(group, "cgroup.stat", "nr_descendants 8\nnr_subsys_cpu 1\nnr_dying_descendants 2\n");
        put(group, "cgroup.events", "populated 1\nfrozen 0\n");
}

static void test_all(Group *group, gconstpointer data) {
        static const uint64_t expected[_STATISTIC_MAX] = {
                1048576, 2097152, 0,  4096, 7,  9, 300, 200, 100, 110, 220, 33, 44, 11,
                12,      13,      14, 15,   16, 2, 3,   4,   5,   6,   8,   0,  1,
        };
        Statistics statistics;

        (void) data;
        put_all(group);
        g_assert_cmpint(statistics_read(group->fd, ALL, &statistics), ==, 0);
        for (Statistic i = 0; i < _STATISTIC_MAX; i++) {
                if (statistics.values[i] != expected[i])
                        g_error("%s: %" PRIu64, statistic_field(i), statistics.values[i]);
        }
}

static void test_wanted(Group *group, gconstpointer data) {
        Statistics statistics;

        (void) data;
        put_all(group);
        for (Statistic wanted = 0; wanted < _STATISTIC_MAX; wanted++) {
                g_assert_cmpint(statistics_read(group->fd, STATISTIC_BIT(wanted), &statistics), ==, 0);
                for (Statistic i = 0; i < _STATISTIC_MAX; i++)
                        g_assert_cmpint(statistics.values[i] != STATISTIC_ABSENT, ==, i == wanted);
        }
}

static void test_absent(Group *group, gconstpointer data) {
        Statistics statistics;

        (void) data;
        g_assert_cmpint(statistics_read(group->fd, ALL, &statistics), ==, 0);
        for (Statistic i = 0; i < _STATISTIC_MAX; i++)
                g_assert_cmpuint(statistics.values[i], ==, STATISTIC_ABSENT);

        /* An older kernel: no oom_group_kill, no full for cpu. */
        put(group, "memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n");
        put(group, "cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        put(group, "memory.current", "\n");
        g_assert_cmpint(statistics_read(group->fd, ALL, &statistics), ==, 0);
        g_assert_cmpuint(statistics.values[STATISTIC_EVENT_OOM_KILL], ==, 0);
        g_assert_cmpuint(statistics.values[STATISTIC_EVENT_OOM_GROUP_KILL], ==, STATISTIC_ABSENT);
        g_assert_cmpuint(statistics.values[STATISTIC_CPU_SOME], ==, 0);
        g_assert_cmpuint(statistics.values[STATISTIC_CPU_FULL], ==, STATISTIC_ABSENT);
        g_assert_cmpuint(statistics.values[STATISTIC_MEMORY], ==, STATISTIC_ABSENT);
}

static void test_no_io(Group *group, gconstpointer data) {
        Statistics statistics;
        DeviceStatistics *devices = NULL;

        (void) data;
        g_assert_cmpint(statistics_read_devices(group->fd, &devices), ==, -ENOENT);
        put(group, "io.stat", "");
        g_assert_cmpint(statistics_read(group->fd, ALL, &statistics), ==, 0);
        g_assert_cmpuint(statistics.values[STATISTIC_IO_READ], ==, 0);
        g_assert_cmpint(statistics_read_devices(group->fd, &devices), ==, 0);
        free(devices);
}

static void test_gone(Group *group, gconstpointer data) {
        g_autofree char *path = g_build_filename(group->path, "cgroup.procs", NULL);
        Statistics statistics = { .values = { 77 } };

        (void) data;
        (void) g_unlink(path);
        g_assert_cmpint(statistics_read(group->fd, ALL, &statistics), ==, -ENODEV);
        g_assert_cmpuint(statistics.values[0], ==, 77);
}

/* Wherever a piece ends, no number is cut. */
static void test_many_devices(Group *group, gconstpointer data) {
        enum { N = 3000 };
        Statistics statistics;
        DeviceStatistics *devices = NULL;

        (void) data;
        for (size_t pad = 0; pad < 8; pad++) {
                g_autoptr(GString) text = g_string_new(NULL);

                for (size_t i = 0; i < pad; i++)
                        g_string_append(text, " ");
                for (unsigned i = 0; i < N; i++)
                        g_string_append_printf(text, "259:%u rbytes=1234567890 wbytes=11 rios=1 wios=%u dbytes=0\n", i,
                                               i);
                put(group, "io.stat", text->str);

                g_assert_cmpint(statistics_read(group->fd, ALL, &statistics), ==, 0);
                g_assert_cmpuint(statistics.values[STATISTIC_IO_READ], ==, N * UINT64_C(1234567890));
                g_assert_cmpuint(statistics.values[STATISTIC_IO_WRITTEN], ==, N * 11);
                g_assert_cmpuint(statistics.values[STATISTIC_IO_READS], ==, N);
                g_assert_cmpuint(statistics.values[STATISTIC_IO_WRITES], ==, N * (N - 1) / 2);
        }

        g_assert_cmpint(statistics_read_devices(group->fd, &devices), ==, N);
        g_assert_cmpuint(devices[N - 1].minor, ==, N - 1);
        g_assert_cmpuint(devices[N - 1].values[3], ==, N - 1);
        free(devices);
}

/* Without a name, without figures, without the end of a line: nobody gets what is another's. */
static void test_torn_devices(Group *group, gconstpointer data) {
        DeviceStatistics *devices = NULL;

        (void) data;
        put(group, "io.stat",
            "8:0 rbytes=100 wbytes=200 rios=3 wios=4 dbytes=0 dios=0\n"
            "(unknown) rbytes=7 wbytes=7 rios=7 wios=7 dbytes=0 dios=0\n"
            "7:0 7:1 8:16 rbytes=10 wbytes=20 rios=1 wios=2\n"
            "7:2 (unknown) rbytes=7 wbytes=7 rios=7 wios=7\n"
            " rbytes=7 wbytes=7 rios=7 wios=7\n"
            "7:3 \n"
            "rbytes=7 wbytes=7 rios=7 wios=7\n"
            "8:32 rbytes=11 depth=max\n");
        g_assert_cmpint(statistics_read_devices(group->fd, &devices), ==, 3);
        g_assert_cmpuint(devices[0].values[0], ==, 100);
        g_assert_cmpuint(devices[0].values[3], ==, 4);
        g_assert_cmpuint(devices[1].minor, ==, 16);
        g_assert_cmpuint(devices[1].values[0], ==, 10);
        g_assert_cmpuint(devices[1].values[3], ==, 2);
        g_assert_cmpuint(devices[2].minor, ==, 32);
        g_assert_cmpuint(devices[2].values[0], ==, 11);
        g_assert_cmpuint(devices[2].values[1], ==, STATISTIC_ABSENT);
        free(devices);
}

static void test_devices(Group *group, gconstpointer data) {
        DeviceStatistics *devices = NULL;

        (void) data;
        put(group, "io.stat",
            "252:0 8:0 rbytes=100 wbytes=200 rios=3 wios=4 dbytes=7 dios=9\n253:1 \n8:16 rbytes=10 wbytes=x rios=30\n");
        g_assert_cmpint(statistics_read_devices(group->fd, &devices), ==, 2);
        g_assert_cmpuint(devices[0].major, ==, 8);
        g_assert_cmpuint(devices[0].minor, ==, 0);
        g_assert_cmpuint(devices[0].values[0], ==, 100);
        g_assert_cmpuint(devices[0].values[1], ==, 200);
        g_assert_cmpuint(devices[0].values[2], ==, 3);
        g_assert_cmpuint(devices[0].values[3], ==, 4);
        g_assert_cmpuint(devices[1].minor, ==, 16);
        g_assert_cmpuint(devices[1].values[0], ==, 10);
        g_assert_cmpuint(devices[1].values[1], ==, STATISTIC_ABSENT);
        g_assert_cmpuint(devices[1].values[3], ==, STATISTIC_ABSENT);
        free(devices);
}

/* A link in the place of a file is not followed. */
static void test_link(Group *group, gconstpointer data) {
        Statistics statistics;

        (void) data;
        put(group, "memory.peak", "5\n");
        g_assert_cmpint(symlinkat("memory.peak", group->fd, "memory.current"), ==, 0);
        g_assert_cmpint(statistics_read(group->fd, STATISTIC_BIT(STATISTIC_MEMORY), &statistics), ==, -ELOOP);
}

static void test_fields(void) {
        for (Statistic i = 0; i < _STATISTIC_MAX; i++) {
                g_assert_nonnull(statistic_field(i));
                for (Statistic j = 0; j < i; j++)
                        g_assert_cmpstr(statistic_field(i), !=, statistic_field(j));
        }
}

int main(int argc, char *argv[]) {
        static const struct {
                const char *name;
                void (*function)(Group *group, gconstpointer data);
        } tests[] = {
                { "/statistics/all", test_all },         { "/statistics/wanted", test_wanted },
                { "/statistics/absent", test_absent },   { "/statistics/no-io", test_no_io },
                { "/statistics/gone", test_gone },       { "/statistics/many-devices", test_many_devices },
                { "/statistics/devices", test_devices }, { "/statistics/torn-devices", test_torn_devices },
                { "/statistics/link", test_link },
        };

        g_test_init(&argc, &argv, NULL);

        for (size_t i = 0; i < ELEMENTSOF(tests); i++)
                g_test_add(tests[i].name, Group, NULL, set_up, tests[i].function, tear_down);
        g_test_add_func("/statistics/fields", test_fields);

        return g_test_run();
}
