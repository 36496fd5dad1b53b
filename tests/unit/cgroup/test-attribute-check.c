/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <unistd.h>

#include "basic/macros.h"
#include "cgroup/attribute-check.h"
#include "cgroup/attribute-group.h"

/* Whether what a manager took is in force: the last of the assignments, by the files as they are. */

typedef struct Case {
        const char *file, *text, *assignments;
        const char *message; /* NULL: it is */
} Case;

static const Case cases[] = {
        { "memory.max", "104857600\n", "MemoryMax=100M", NULL },
        { "memory.max", "104857600\n", "MemoryMax=104857601", NULL }, /* whole pages */
        { "memory.max", "104857600\n", "MemoryMax=1G", "memory.max is '104857600', not '1073741824'" },
        { "memory.max", "max\n", "MemoryMax=1G", "memory.max is 'max', not '1073741824'" },
        { "memory.max", "1073741824\n", "MemoryMax=", "memory.max is '1073741824', not 'max'" },
        { "memory.max", "max\n", "MemoryMax=15E; MemoryMax=8E", NULL }, /* more than the kernel counts */
        { "memory.max", "4096\n", "MemoryMax=50%", "memory.max is '4096', not '*'" },
        { NULL, NULL, "MemoryMax=1G", "there is no memory.max without the controller memory" },
        { NULL, NULL, "MemoryMax=", NULL },
        { "cgroup.controllers", "memory\n", "MemorySwapMax=1G", "this kernel has no memory.swap.max" },
        { "cgroup.controllers", "memory\n", "MemoryZSwapWriteback=no", "this kernel has no memory.zswap.writeback" },
        { NULL, NULL, "MemoryZSwapWriteback=no", "there is no memory.zswap.writeback without the controller memory" },
        { NULL, NULL, "MemoryZSwapWriteback=yes", NULL },
        { "memory.zswap.writeback", "1\n", "MemoryZSwapWriteback=no", "memory.zswap.writeback is '1', not '0'" },
        { "pids.max", "99\n", "TasksMax=7", "pids.max is '99', not '7'" },
        { "cpu.weight", "100\n", "CPUWeight=", NULL },
        { "cpu.idle", "0\n", "CPUWeight=idle", "cpu.idle is '0', not '1'" },
        { "cpu.max", "5000 100000\n", "CPUQuota=5%", NULL },
        { "cpu.max", "max 100000\n", "CPUQuota=5%", "cpu.max is 'max 100000', not '5000 100000'" },
        { "cpu.max", "1333 66666\n", "CPUQuotaPeriodSec=66666us", NULL },
        { NULL, NULL, "CPUQuotaPeriodSec=10ms", NULL }, /* of no quota */

        /* Sets, and the partition */
        { "cpuset.cpus", "0-3,6\n", "AllowedCPUs=0-3,6", NULL },
        { "cpuset.cpus", "0-1\n", "AllowedCPUs=0", "cpuset.cpus is '0-1', not '0'" },
        { "cpuset.cpus", "\n", "AllowedCPUs=1000", "cpuset.cpus is '', not '1000'" },
        { "cpuset.mems", "\n", "AllowedMemoryNodes=1", "cpuset.mems is '', not '1'" },
        { "cpuset.cpus.partition", "root\n", "CPUSetPartition=root", NULL },
        { "cpuset.cpus.partition", "isolated\n", "CPUSetPartition=root",
          "cpuset.cpus.partition is 'isolated', not 'root'" },
        { "cpuset.cpus.partition", "root invalid (Cpu list in cpuset.cpus not exclusive)\n", "CPUSetPartition=root",
          "cpuset.cpus.partition is 'root invalid (Cpu list in cpuset.cpus not exclusive)', not 'root'" },

        /* Devices: each by its own line, of which the last assignment counts */
        { "io.max", "250:1 rbps=1000000 wbps=max riops=max wiops=max\n", "IOReadBandwidthMax=/dev/block/250:1 1M",
          NULL },
        { "io.max", "250:1 rbps=1000000 wbps=max riops=max wiops=max\n", "IOWriteBandwidthMax=/dev/block/250:1 1M",
          "io.max is '250:1 rbps=1000000 wbps=max riops=max wiops=max', not '250:1 wbps=1000000'" },
        { "io.max", "250:1 rbps=1000000 wbps=max riops=max wiops=max\n", "IOReadBandwidthMax=/dev/block/250:2 1M",
          "io.max has no line for 250:2" },
        { "io.max", "250:1 rbps=2000000 wbps=max riops=max wiops=max\n",
          "IOReadBandwidthMax=/dev/block/250:1 1M; IOReadBandwidthMax=/dev/block/250:1 2M", NULL },
        { "io.max", "250:1 rbps=2000000 wbps=max riops=max wiops=max\n",
          "IOReadBandwidthMax=/dev/block/250:9 1M; IOReadBandwidthMax=/dev/block/250:1 2M",
          "io.max has no line for 250:9" },
        { "io.max", "250:1 rbps=2000000 wbps=max riops=max wiops=max\n",
          "IOReadBandwidthMax=/dev/block/250:9 1M; IOReadBandwidthMax=; IOReadBandwidthMax=/dev/block/250:1 2M", NULL },
        { "io.max", "250:1 rbps=2000000 wbps=max riops=max wiops=max\n",
          "IOReadBandwidthMax=", "io.max is '250:1 rbps=2000000 wbps=max riops=max wiops=max', not '250:1 rbps=max'" },
        { "io.max", "250:1 rbps=max wbps=5 riops=max wiops=max\n", "IOReadBandwidthMax=", NULL },
        { "io.max", "", "IOReadBandwidthMax=/dev/null 2M", "/dev/null is on no disk" },
        { "io.weight", "default 100\n", "IODeviceWeight=/nosuch 123", "/nosuch: No such file or directory" },
        { "io.weight", "default 100\n", "IODeviceWeight=/dev/block/250:1 123", "io.weight has no line for 250:1" },
        { "io.bfq.weight", "default 100\n250:1 200\n", "IODeviceWeight=/dev/block/250:1 1200", NULL },
        { "io.weight", "default 100\n", "IOWeight=50", "io.weight is 'default 100', not 'default 50'" },
        { "io.latency", "250:1 target=25000\n", "IODeviceLatencyTargetSec=/dev/block/250:1 25ms", NULL },
        { "io.latency", "250:1 target=25000\n", "IODeviceLatencyTargetSec=/dev/block/250:1 5ms",
          "io.latency is '250:1 target=25000', not '250:1 target=5000'" },

        /* What no file shows is for others to say. */
        { NULL, NULL, "StartupMemoryMax=1G", NULL },
        { NULL, NULL, "IPAddressDeny=any", NULL },
};

/* The first that is not, in the order of the assignments. */
static char *check(Group *group, const char *assignments) {
        g_auto(GStrv) words = g_strsplit(assignments, "; ", -1);
        _cleanup_(property_list_done) PropertyList list = {};
        Trouble trouble = {};

        for (char **word = words; *word; word++)
                g_assert_cmpint(property_list_add(&list, *word, NULL), ==, 0);
        for (size_t i = 0; !trouble.cause && i < list.n_items; i++) {
                int r = attribute_check(group->fd, &list, i, &trouble);

                g_assert_cmpint(r, ==, trouble.cause ? -EOPNOTSUPP : 0);
        }

        return trouble.cause;
}

static void test_check(Group *group, const void *data) {
        (void) data;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *message = NULL;

                if (cases[i].file)
                        put(group, cases[i].file, cases[i].text);
                message = check(group, cases[i].assignments);
                if (!g_pattern_match_simple(cases[i].message ?: "", message ?: ""))
                        g_error("%s with %s: \"%s\" and not \"%s\"", cases[i].assignments, cases[i].text, message,
                                cases[i].message);
                if (cases[i].file)
                        g_assert_cmpint(unlinkat(group->fd, cases[i].file, 0), ==, 0);
        }
}

/* A share is held against what there is, which moves. */
static void test_share(Group *group, const void *data) {
        _cleanup_free_ char *message = NULL;

        (void) data;
        put(group, "memory.max", "max\n");
        assert_applied(group, "MemoryMax=50%");
        message = check(group, "MemoryMax=50%");
        g_assert_null(message);
        message = check(group, "MemoryMax=40%");
        g_assert_nonnull(message);
}

/* The kernel says beside the set which of it there is. */
static void test_effective(Group *group, const void *data) {
        _cleanup_free_ char *failed = NULL, *message = NULL, *raw = NULL, *late = NULL;

        (void) data;
        put(group, "cpuset.cpus", "\n");
        put(group, "cpuset.cpus.effective", "0\n");
        put(group, "memory.max", "max\n");
        assert_applied(group, "AllowedCPUs=0-3");
        assert_applied(group, "AllowedCPUs=");
        assert_applied(group, "AllowedCPUs=1; AllowedCPUs=0");
        assert_applied(group, "cpuset.cpus=0-1");

        /* Then all is as before. */
        g_assert_cmpint(apply(group, "MemoryMax=5M; AllowedCPUs=1-3", &failed, &message), ==, -EOPNOTSUPP);
        g_assert_cmpstr(failed, ==, "AllowedCPUs");
        g_assert_cmpstr(message, ==,
                        "cpuset.cpus.effective is '0' and not within '1-3', of which some is offline or kept "
                        "by a group above");
        assert_file(group, "cpuset.cpus", "0-1");
        assert_file(group, "memory.max", "max");
        g_assert_cmpint(apply(group, "cpuset.cpus=1", NULL, &raw), ==, -EOPNOTSUPP);
        g_assert_cmpstr(raw, ==,
                        "cpuset.cpus.effective is '0' and not within '1', of which some is offline or kept by a "
                        "group above");
        assert_file(group, "cpuset.cpus", "0-1");

        late = check(group, "AllowedCPUs=1");
        g_assert_nonnull(late);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

#define ADD(name, function) g_test_add("/attribute-check/" name, Group, NULL, group_setup, function, group_teardown)
        ADD("check", test_check);
        ADD("share", test_share);
        ADD("effective", test_effective);

        return g_test_run();
}
