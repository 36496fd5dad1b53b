/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <inttypes.h>

#include "cgroup/attribute-group.h"

/* What is read out of the files of a group, in both vocabularies. */

static const struct {
        const char *file, *text, *key, *value, *raw;
} decoded[] = {
        { "memory.max", "1073741824\n", "MemoryMax", "1073741824", NULL },
        { "memory.max", "max\n", "MemoryMax", "infinity", NULL },
        { "memory.max", "max\n", "memory.max", "max", NULL },
        { "memory.low", "0\n", "MemoryLow", "0", NULL },
        { "memory.zswap.writeback", "1\n", "MemoryZSwapWriteback", "yes", NULL },
        { "memory.zswap.writeback", "0\n", "MemoryZSwapWriteback", "no", NULL },
        { "memory.stat", "anon 1\nfile 2\n", "memory.stat", "anon 1\nfile 2", NULL },
        { "memory.some.day", "1", "memory.some.day", "1", NULL },
        { "irq.pressure", "x\n", "irq.pressure", "x", NULL },
        { "pids.max", "max\n", "TasksMax", "infinity", NULL },
        { "pids.max", "12\n", "TasksMax", "12", NULL },
        { "cpu.weight", "30\n", "CPUWeight", "30", NULL },
        { "cpu.max", "max 100000\n", "CPUQuota", "infinity", NULL },
        { "cpu.max", "50000 100000\n", "CPUQuota", "50%", "500000" },
        { "cpu.max", "12500 100000\n", "CPUQuota", "12.5%", "125000" },
        { "cpu.max", "1333 66666\n", "CPUQuota", "2%", "20000" },
        { "cpu.max", "33333 100000\n", "CPUQuota", "33.333%", "333330" },
        { "cpu.max", "12345 66667\n", "CPUQuota", "18.518%", "185180" },
        { "cpu.max", "17592186044415 1000\n", "CPUQuota", "1759218604441.5%", "17592186044415000" },
        { "cpu.max", "max 100000\n", "CPUQuotaPeriodSec", "100ms", "100000" },
        { "cpu.max", "1000 1000000\n", "CPUQuotaPeriodSec", "1s", "1000000" },
        { "cpuset.cpus", "0-3,6\n", "AllowedCPUs", "0-3,6", NULL },
        { "cpuset.cpus", "\n", "AllowedCPUs", "", NULL },
        { "cpuset.mems", "0\n", "AllowedMemoryNodes", "0", NULL },
        { "cpuset.cpus.partition", "isolated\n", "CPUSetPartition", "isolated", NULL },
        { "cpuset.cpus.partition", "root invalid (x)\n", "CPUSetPartition", "member", NULL },
        { "cpuset.cpus.partition", "root invalid (x)\n", "cpuset.cpus.partition", "root invalid (x)", NULL },
        { "io.weight", "default 200\n7:3 5\n", "IOWeight", "200", NULL },
        { "io.weight", "default 200\n250:3 5\n250:4 6\n", "IODeviceWeight", "/dev/block/250:3 5\n/dev/block/250:4 6",
          NULL },
        { "io.bfq.weight", "default 200\n250:3 1000\n", "IOWeight", "1200", NULL },
        { "io.bfq.weight", "default 200\n250:3 1000\n", "IODeviceWeight", "/dev/block/250:3 10000", NULL },
        { "io.max", "250:3 rbps=max wbps=7 riops=max wiops=9\n250:4 rbps=5 wbps=8 riops=max wiops=max\n",
          "IOWriteBandwidthMax", "/dev/block/250:3 7\n/dev/block/250:4 8", NULL },
        { "io.max", "250:3 rbps=max wbps=7 riops=max wiops=9\n250:4 rbps=5 wbps=8 riops=max wiops=max\n",
          "IOReadBandwidthMax", "/dev/block/250:4 5", NULL },
        { "io.max", "250:3 rbps=max wbps=7 riops=max wiops=9\n", "IOWriteIOPSMax", "/dev/block/250:3 9", NULL },
        { "io.max", "250:3 rbps=max wbps=7 riops=max wiops=9\n", "IOReadIOPSMax", "", NULL },
        { "io.max", "", "IOReadIOPSMax", "", NULL },
        { "io.latency", "250:3 target=75000\n", "IODeviceLatencyTargetSec", "/dev/block/250:3 75ms",
          "/dev/block/250:3 75000" },
};

static void test_decode(Group *group, const void *data) {
        (void) data;
        for (size_t i = 0; i < ELEMENTSOF(decoded); i++) {
                g_autofree char *path = g_build_filename(group->path, decoded[i].file, NULL);

                put(group, decoded[i].file, decoded[i].text);
                assert_read(group, decoded[i].key, false, decoded[i].value);
                assert_read(group, decoded[i].key, true, decoded[i].raw ?: decoded[i].value);
                g_assert_cmpint(g_remove(path), ==, 0);
        }
}

static void test_unreadable(Group *group, const void *data) {
        _cleanup_free_ char *value = NULL;

        (void) data;
        put(group, "notes.txt", "x");
        put(group, "cpu.max", "rubbish\n");
        g_assert_cmpint(attribute_read(group->fd, "MemoryMax", false, &value), ==, -ENOENT);
        g_assert_cmpint(attribute_read(group->fd, "memory.max", false, &value), ==, -ENOENT);
        g_assert_cmpint(attribute_read(group->fd, "RuntimeMaxSec", false, &value), ==, -EOPNOTSUPP);
        g_assert_cmpint(attribute_read(group->fd, "Florp", false, &value), ==, -EOPNOTSUPP);
        g_assert_cmpint(attribute_read(group->fd, "notes.txt", false, &value), ==, -EOPNOTSUPP);
        g_assert_cmpint(attribute_read(group->fd, "../notes.txt", false, &value), ==, -EOPNOTSUPP);
        g_assert_cmpint(attribute_read(group->fd, "", false, &value), ==, -EOPNOTSUPP);
        g_assert_cmpint(attribute_read(group->fd, "CPUQuota", false, &value), ==, -EBADMSG);
        g_assert_null(value);
}

/* Each disk's scheduler decides which of the files has its weight. */
static void test_two_weights(Group *group, const void *data) {
        (void) data;
        put(group, "io.weight", "default 300\n250:1 40\n");
        put(group, "io.bfq.weight", "default 200\n250:1 50\n250:3 200\n");
        assert_read(group, "IOWeight", false, "300");
        assert_read(group, "IODeviceWeight", false, "/dev/block/250:1 40\n/dev/block/250:3 1200");
}

/* What is read is taken back as it is, and leaves the file as it was. */
static void test_round_trip(Group *group, const void *data) {
        static const struct {
                const char *file, *text, *key;
        } cases[] = {
                { "memory.max", "1073741824", "MemoryMax" },
                { "memory.max", "max", "MemoryMax" },
                { "memory.zswap.writeback", "0", "MemoryZSwapWriteback" },
                { "pids.max", "max", "TasksMax" },
                { "cpu.weight", "30", "CPUWeight" },
                { "cpu.max", "12500 100000", "CPUQuota" },
                { "cpu.max", "12500 250000", "CPUQuotaPeriodSec" },
                { "cpu.max", "max 100000", "CPUQuota" },
                { "cpu.max", "max 100000", "CPUQuotaPeriodSec" },
                { "cpuset.cpus", "0-3,6", "AllowedCPUs" },
                { "cpuset.cpus.partition", "isolated", "CPUSetPartition" },
                { "io.bfq.weight", "default 200", "IOWeight" },
                { "io.bfq.weight", "250:3 200", "IODeviceWeight" },
                { "io.max", "250:3 wiops=9", "IOWriteIOPSMax" },
                { "io.latency", "250:3 target=75000", "IODeviceLatencyTargetSec" },
        };

        (void) data;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                g_autofree char *path = g_build_filename(group->path, cases[i].file, NULL), *assignment = NULL;
                _cleanup_free_ char *value = NULL;

                put(group, cases[i].file, cases[i].text);
                g_assert_cmpint(attribute_read(group->fd, cases[i].key, false, &value), ==, 0);
                assignment = g_strdup_printf("%s=%s", cases[i].key, value);
                assert_applied(group, assignment);
                assert_file(group, cases[i].file, cases[i].text);
                g_assert_cmpint(g_remove(path), ==, 0);
        }
}

/* Whatever quota and period the kernel takes: the text of one is taken back, whichever the other is. */
static void test_round_trip_quota(Group *group, const void *data) {
        static const char *const keys[] = { "CPUQuota", "CPUQuotaPeriodSec" };
        static const uint64_t quotas[] = { 1000,
                                           1001,
                                           1333,
                                           12345,
                                           33333,
                                           50000,
                                           99999,
                                           100000,
                                           666666,
                                           1000000,
                                           7654321,
                                           UINT64_C(4294967296),
                                           UINT64_C(17592186044415) };
        static const uint64_t periods[] = { 1000,  1001,   3000,   7777,   33333,  66666,
                                            66667, 100000, 123456, 333333, 999999, 1000000 };

        (void) data;
        for (size_t i = 0; i < ELEMENTSOF(quotas) * ELEMENTSOF(periods); i++) {
                uint64_t quota = quotas[i / ELEMENTSOF(periods)], period = periods[i % ELEMENTSOF(periods)];
                g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, quota, period);

                for (size_t k = 0; k < ELEMENTSOF(keys); k++) {
                        g_autofree char *assignment = NULL;
                        _cleanup_free_ char *value = NULL;

                        put(group, "cpu.max", text);
                        g_assert_cmpint(attribute_read(group->fd, keys[k], false, &value), ==, 0);
                        assignment = g_strdup_printf("%s=%s", keys[k], value);
                        assert_applied(group, assignment);
                        assert_file(group, "cpu.max", text);
                }
        }
}

static int collect(const char *key, const char *file, void *userdata) {
        g_string_append_printf(userdata, "%s:%s ", key, file);
        return 0;
}

static int stop_at_second(const char *key, const char *file, void *userdata) {
        (void) key;
        (void) file;
        return ++*(int *) userdata == 2 ? -ECANCELED : 0;
}

static void test_foreach(Group *group, const void *data) {
        g_autoptr(GString) all = g_string_new(NULL), properties = g_string_new(NULL);
        g_autofree char *directory = g_build_filename(group->path, "cpu.scope", NULL);
        int n = 0;

        (void) data;
        put(group, "memory.max", "max\n");
        put(group, "io.max", "");
        put(group, "io.bfq.weight", "default 100\n");
        put(group, "cpu.stat", "x\n");
        put(group, "notes.txt", "x\n");
        put_mode(group, "cgroup.kill", "", 0200);
        g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);

        g_assert_cmpint(attribute_foreach(group->fd, false, collect, properties), ==, 0);
        g_assert_cmpstr(properties->str, ==,
                        "MemoryMax:memory.max IOWeight:io.bfq.weight IODeviceWeight:io.bfq.weight "
                        "IOReadBandwidthMax:io.max IOWriteBandwidthMax:io.max IOReadIOPSMax:io.max "
                        "IOWriteIOPSMax:io.max ");

        g_assert_cmpint(attribute_foreach(group->fd, true, collect, all), ==, 0);
        g_assert_true(g_str_has_prefix(all->str, properties->str));
        g_assert_cmpstr(all->str + properties->len, ==,
                        "cpu.stat:cpu.stat io.bfq.weight:io.bfq.weight io.max:io.max memory.max:memory.max ");

        g_assert_cmpint(attribute_foreach(group->fd, true, stop_at_second, &n), ==, -ECANCELED);
        g_assert_cmpint(n, ==, 2);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

#define ADD(name, function) g_test_add("/attribute/" name, Group, NULL, group_setup, function, group_teardown)
        ADD("decode", test_decode);
        ADD("two-weights", test_two_weights);
        ADD("unreadable", test_unreadable);
        ADD("round-trip", test_round_trip);
        ADD("round-trip-quota", test_round_trip_quota);
        ADD("foreach", test_foreach);

        return g_test_run();
}
