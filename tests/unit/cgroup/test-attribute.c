/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "cgroup/attribute-group.h"

/* What is written into the files of a group. */

static const struct {
        const char *assignment;
        int error;
        const char *message;
} refused[] = {
        { "MemoryMax", -EINVAL, "'MemoryMax' is no assignment (KEY=VALUE)" },
        { "=1", -EINVAL, "'=1' is no assignment (KEY=VALUE)" },
        { "memory.max=1\n2", -EINVAL, "a setting with control characters, or not in UTF-8" },
        { "memory.max\x1b=1", -EINVAL, "a setting with control characters, or not in UTF-8" },
        { "memory.max=\xff", -EINVAL, "a setting with control characters, or not in UTF-8" },
        { "MemroyMax=1G", -ENOENT, "unknown property 'MemroyMax', did you mean MemoryMax?" },
        { "Florp=1", -ENOENT, "unknown property 'Florp'" },
        { "MemoryMax=lots", -EINVAL, "MemoryMax: 'lots' is no size (examples: 512M, 50%, infinity)" },
        { "CPUWeight=10001", -ERANGE, "CPUWeight: 10001 is out of range 1 to 10000" },
        { "RuntimeMaxSec=1s", -EOPNOTSUPP,
          "RuntimeMaxSec is kept by the manager, a group has no file for it; set it on the unit" },
        { "StartupCPUWeight=1", -EOPNOTSUPP,
          "StartupCPUWeight is kept by the manager, a group has no file for it; set it on the unit" },
        { "IPAddressDeny=any", -EOPNOTSUPP,
          "IPAddressDeny is kept by the manager, a group has no file for it; set it on the unit" },
        { "MemoryAccounting=yes", -EOPNOTSUPP,
          "MemoryAccounting is kept by the manager, a group has no file for it; set it on the unit" },
        { "Slice=a.slice", -EOPNOTSUPP, "Slice belongs to a unit, a group has no file for it" },
        { "memory.mx=1", -ENOENT, "unknown file 'memory.mx', did you mean memory.max?" },
        { "memory.maax=1", -ENOENT, "unknown file 'memory.maax', did you mean memory.max?" },
        { "memroy.max=1", -ENOENT, "unknown file 'memroy.max', did you mean memory.max?" },
        { "Memory.Max=1", -ENOENT, "unknown file 'Memory.Max', did you mean memory.max?" },
        { "cpu.weighs=1", -ENOENT, "unknown file 'cpu.weighs', did you mean cpu.weight?" },
        { "cpu.maxx=1", -ENOENT, "unknown file 'cpu.maxx', did you mean cpu.max?" },
        { "notes.txt=1", -ENOENT,
          "'notes.txt' is neither a property nor a file of a group (examples: MemoryMax, memory.max)" },
        { "a/memory.max=1", -ENOENT,
          "'a/memory.max' is neither a property nor a file of a group (examples: MemoryMax, memory.max)" },
        { "memory.x/../memory.max=1", -ENOENT,
          "'memory.x/../memory.max' is neither a property nor a file of a "
          "group (examples: MemoryMax, memory.max)" },
        { "../memory.max=1", -ENOENT,
          "'../memory.max' is neither a property nor a file of a group (examples: MemoryMax, memory.max)" },
        { "memory/max=1", -ENOENT, "unknown file 'memory/max', did you mean memory.max?" },
        { "memory.=1", -ENOENT,
          "'memory.' is neither a property nor a file of a group (examples: MemoryMax, memory.max)" },
        { "cgroup.procs=1", -EOPNOTSUPP, "cgroup.procs is not set, use cgscope move" },
        { "cgroup.threads=1", -EOPNOTSUPP, "cgroup.threads is not set, use cgscope move" },
        { "cgroup.kill=1", -EOPNOTSUPP, "cgroup.kill is not set, use cgscope kill" },
        { "memory.current=1", -EROFS, "memory.current is read-only" },
        { "memory.peak=1", -EROFS, "memory.peak is read-only: a reset lasts only as long as the file is held open" },
        { "memory.pressure=some 1 2", -EROFS,
          "memory.pressure is read-only: a trigger lasts only as long as the file is held open" },
        { "cgroup.controllers=cpu", -EROFS, "cgroup.controllers is read-only" },
        { "cgroup.events=1", -EROFS, "cgroup.events is read-only" },
        { "cpu.stat=1", -EROFS, "cpu.stat is read-only" },
        { "memory.events.local=1", -EROFS, "memory.events.local is read-only" },
        { "cpuset.cpus.effective=1", -EROFS, "cpuset.cpus.effective is read-only" },
        { "pids.current=1", -EROFS, "pids.current is read-only" },
        { "hugetlb.2MB.current=1", -EROFS, "hugetlb.2MB.current is read-only" },
};

static void test_refused(void) {
        _cleanup_(attribute_list_done) AttributeList list = {};

        for (size_t i = 0; i < ELEMENTSOF(refused); i++) {
                _cleanup_trouble_ Trouble trouble = {};
                int r = attribute_list_add(&list, refused[i].assignment, &trouble);

                if (r != refused[i].error || !trouble.cause || !g_str_equal(trouble.cause, refused[i].message))
                        g_error("%s: %d, %s", refused[i].assignment, r, trouble.cause);
                g_assert_cmpint(attribute_list_add(&list, refused[i].assignment, NULL), ==, refused[i].error);
        }
        g_assert_cmpuint(list.n_items, ==, 0);
        g_assert_cmpuint(list.properties.n_items, ==, 0);
}

static void test_list(void) {
        _cleanup_(attribute_list_done) AttributeList list = {};
        static const struct {
                const char *assignment, *key, *file, *value;
                Controller controller;
        } good[] = {
                { "MemoryMax=1G", "MemoryMax", "memory.max", NULL, CONTROLLER_MEMORY },
                { "TasksMax=5", "TasksMax", "pids.max", NULL, CONTROLLER_PIDS },
                { "cpu.max=max 100000", "cpu.max", "cpu.max", "max 100000", CONTROLLER_CPU },
                { "cgroup.subtree_control=+cpu -io", "cgroup.subtree_control", "cgroup.subtree_control", "+cpu -io",
                  _CONTROLLER_INVALID },
                { "cpuset.cpus=", "cpuset.cpus", "cpuset.cpus", "", CONTROLLER_CPUSET },
                { "AllowedCPUs=", "AllowedCPUs", "cpuset.cpus", NULL, CONTROLLER_CPUSET },
                { "rdma.max=mlx4_0 hca_handle=2", "rdma.max", "rdma.max", "mlx4_0 hca_handle=2", CONTROLLER_RDMA },
                { "memory.some.day=1=2", "memory.some.day", "memory.some.day", "1=2", CONTROLLER_MEMORY },
        };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                g_assert_cmpint(attribute_list_add(&list, good[i].assignment, NULL), ==, 0);

        g_assert_cmpuint(list.n_items, ==, ELEMENTSOF(good));
        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                const Attribute *attribute = &list.items[i];

                g_assert_cmpstr(attribute->key, ==, good[i].key);
                g_assert_cmpstr(attribute->file, ==, good[i].file);
                g_assert_cmpstr(attribute->value, ==, good[i].value);
                g_assert_cmpint(attribute->controller, ==, good[i].controller);
                g_assert_true((attribute->property == NULL) == (attribute->value != NULL));
                if (attribute->property)
                        g_assert_cmpstr(property_info_name(attribute->property->info), ==, attribute->key);
        }

        g_assert_cmpuint(attribute_list_controllers(&list), ==,
                         controller_bit(CONTROLLER_MEMORY) | controller_bit(CONTROLLER_PIDS) |
                                 controller_bit(CONTROLLER_CPU) | controller_bit(CONTROLLER_CPUSET) |
                                 controller_bit(CONTROLLER_RDMA));
}

static const struct {
        const char *file, *before, *assignments, *after;
} encoded[] = {
        { "memory.max", "max\n", "MemoryMax=1.5G", "1610612736" },
        { "memory.max", "5\n", "MemoryMax=infinity", "max" },
        { "memory.max", "5\n", "MemoryMax=", "max" },
        { "memory.high", "max\n", "MemoryHigh=1M", "1048576" },
        { "memory.low", "0\n", "MemoryLow=1M", "1048576" },
        { "memory.low", "5\n", "MemoryLow=", "0" },
        { "memory.min", "5\n", "MemoryMin=0%", "0" },
        { "memory.swap.max", "max\n", "MemorySwapMax=0", "0" },
        { "memory.zswap.max", "max\n", "MemoryZSwapMax=0", "0" },
        { "memory.zswap.writeback", "1\n", "MemoryZSwapWriteback=no", "0" },
        { "memory.max", "max\n", "memory.max=512M", "512M" },
        { "memory.max", "max\n", "MemoryMax=1; MemoryMax=7", "7" },
        { "pids.max", "max\n", "TasksMax=77", "77" },
        { "pids.max", "77\n", "TasksMax=infinity", "max" },
        { "cpu.weight", "100\n", "CPUWeight=33", "33" },
        { "cpu.weight", "33\n", "CPUWeight=", "100" },
        { "cpuset.cpus", "\n", "AllowedCPUs=0-3,6", "0-3,6" },
        { "cpuset.cpus", "\n", "AllowedCPUs=1 2 5 7-9 63", "1-2,5,7-9,63" },
        { "cpuset.cpus", "0-3\n", "AllowedCPUs=", "\n" },
        { "cpuset.cpus", "0-3\n", "cpuset.cpus=", "\n" },
        { "cpuset.mems", "\n", "AllowedMemoryNodes=0", "0" },
        { "cpuset.cpus.partition", "member\n", "CPUSetPartition=isolated", "isolated" },
        { "cpu.max", "max 100000\n", "CPUQuota=50%", "50000 100000" },
        { "cpu.max", "max 20000\n", "CPUQuota=50%", "10000 20000" },
        { "cpu.max", "50000 100000\n", "CPUQuota=", "max 100000" },
        { "cpu.max", "50000 100000\n", "CPUQuotaPeriodSec=10ms", "5000 10000" },
        { "cpu.max", "max 100000\n", "CPUQuotaPeriodSec=10ms", "max 10000" },
        { "cpu.max", "5000 10000\n", "CPUQuotaPeriodSec=", "50000 100000" },
        { "cpu.max", "max 100000\n", "CPUQuotaPeriodSec=10ms; CPUQuota=20%", "2000 10000" },
        { "cpu.max", "max 100000\n", "CPUQuota=20%; CPUQuotaPeriodSec=10ms", "2000 10000" },
        { "cpu.max", "max 100000\n", "CPUQuota=20%; CPUQuotaPeriodSec=10ms; CPUQuota=30%", "3000 10000" },
        { "cpu.max", "max 100000\n", "CPUQuota=400%; CPUQuotaPeriodSec=5min", "4000000 1000000" },
        { "cpu.max", "max 100000\n", "CPUQuota=100%; CPUQuotaPeriodSec=1us", "1000 1000" },
        { "cpu.max", "max 10000\n", "CPUQuota=1%", "1000 100000" },
        { "cpu.max", "max 100000\n", "CPUQuota=0.1%", "1000 1000000" },
        { "cpu.max", "5000 100000\n", "CPUQuota=infinity", "max 100000" },
        { "cpu.max", "max 30000\n", "CPUQuota=33.3333%", "9999 30000" },
        { "cpu.max", "50000 100000\n", "cpu.max=max", "max" },
        { "io.weight", "default 100\n", "IOWeight=250", "default 250" },
        { "io.weight", "default 5\n", "IOWeight=", "default 100" },
        { "io.weight", "default 5\n", "IODeviceWeight=/dev/block/7:3 300", "7:3 300" },
        { "io.weight", "default 5\n7:3 300\n", "IODeviceWeight=", "7:3 default" },
        { "io.bfq.weight", "default 100\n", "IOWeight=50", "default 50" },
        { "io.bfq.weight", "default 100\n", "IOWeight=10000", "default 1000" },
        { "io.bfq.weight", "default 100\n", "IOWeight=1200", "default 200" },
        { "io.bfq.weight", "default 100\n", "IODeviceWeight=/dev/block/7:3 1200", "7:3 200" },
        { "io.max", "", "IOReadBandwidthMax=/dev/block/7:3 1M", "7:3 rbps=1000000" },
        { "io.max", "", "IOWriteBandwidthMax=/dev/block/7:3 1M", "7:3 wbps=1000000" },
        { "io.max", "", "IOReadIOPSMax=/dev/block/7:3 10", "7:3 riops=10" },
        { "io.max", "", "IOWriteIOPSMax=/dev/block/7:3 infinity", "7:3 wiops=max" },
        { "io.max", "7:3 rbps=5 wbps=max riops=max wiops=max\n", "IOReadBandwidthMax=", "7:3 rbps=max" },
        { "io.latency", "", "IODeviceLatencyTargetSec=/dev/block/7:3 25ms", "7:3 target=25000" },
        { "io.latency", "7:3 target=25000\n", "IODeviceLatencyTargetSec=", "7:3 target=0" },
        { "cgroup.subtree_control", "cpu\n", "cgroup.subtree_control=+io", "+io" },
};

static void test_encode(Group *group, const void *data) {
        (void) data;
        for (size_t i = 0; i < ELEMENTSOF(encoded); i++) {
                g_autofree char *path = g_build_filename(group->path, encoded[i].file, NULL);

                put(group, encoded[i].file, encoded[i].before);
                assert_applied(group, encoded[i].assignments);
                assert_file(group, encoded[i].file, encoded[i].after);
                g_assert_cmpint(g_remove(path), ==, 0);
        }
}

static uint64_t applied_number(Group *group, const char *assignment, const char *file) {
        g_autofree char *path = g_build_filename(group->path, file, NULL), *text = NULL;

        put(group, file, "max\n");
        assert_applied(group, assignment);
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        return g_ascii_strtoull(text, NULL, 10);
}

static void test_share(Group *group, const void *data) {
        uint64_t page = (uint64_t) sysconf(_SC_PAGESIZE), physical = (uint64_t) sysconf(_SC_PHYS_PAGES) * page;
        uint64_t all = applied_number(group, "MemoryMax=100%", "memory.max");
        uint64_t half = applied_number(group, "MemoryMax=50%", "memory.max");
        uint64_t tasks = applied_number(group, "TasksMax=50%", "pids.max");
        _cleanup_free_ char *pid_max = NULL;

        (void) data;
        g_assert_cmpuint(all, >, 0);
        g_assert_cmpuint(all, <=, physical);
        g_assert_cmpuint(half % page, ==, 0);
        g_assert_cmpuint(all / 2 - half, <=, page);

        g_assert_true(g_file_get_contents("/proc/sys/kernel/pid_max", &pid_max, NULL, NULL));
        g_assert_cmpuint(tasks, >, 0);
        g_assert_cmpuint(tasks, <=, g_ascii_strtoull(pid_max, NULL, 10) / 2);
}

static void test_idle(Group *group, const void *data) {
        (void) data;
        put(group, "cpu.weight", "100\n");
        put(group, "cpu.idle", "0\n");

        assert_applied(group, "CPUWeight=idle");
        assert_file(group, "cpu.idle", "1");
        assert_file(group, "cpu.weight", "100\n");
        assert_read(group, "CPUWeight", false, "idle");
        assert_read(group, "CPUWeight", true, "0");

        assert_applied(group, "CPUWeight=20");
        assert_file(group, "cpu.idle", "0");
        assert_file(group, "cpu.weight", "20");
        assert_read(group, "CPUWeight", false, "20");

        put(group, "cpu.idle", "0\n");
        assert_applied(group, "CPUWeight=30");
        assert_file(group, "cpu.idle", "0\n");
}

/* Both weights, where the kernel has both. */
static void test_weights(Group *group, const void *data) {
        (void) data;
        put(group, "io.weight", "default 100\n");
        put(group, "io.bfq.weight", "default 100\n");
        assert_applied(group, "IOWeight=1200");
        assert_file(group, "io.weight", "default 1200");
        assert_file(group, "io.bfq.weight", "default 200");
}

/* The last assignment is for a file that is not there, so that all before it are taken back. */
static void test_rollback(Group *group, const void *data) {
        static const struct {
                const char *file, *before, *assignment, *after;
        } cases[] = {
                { "memory.max", "max\n", "MemoryMax=1G", "max" },
                { "memory.max", "4096\n", "memory.max=1G; MemoryMax=2G", "4096" },
                { "cpu.max", "max 100000\n", "CPUQuota=5%", "max 100000" },
                { "cpuset.cpus", "\n", "AllowedCPUs=0", "\n" },
                { "cpuset.cpus.partition", "root invalid (no cpus)\n", "CPUSetPartition=isolated", "root" },
                { "io.weight", "default 70\n8:0 5\n", "IOWeight=250", "default 70" },
                { "io.weight", "default 70\n8:0 5\n", "io.weight=250", "default 70" },
                { "io.weight", "default 70\n7:3 5\n", "IODeviceWeight=/dev/block/7:3 300", "7:3 5" },
                { "io.weight", "default 70\n7:31 5\n", "IODeviceWeight=/dev/block/7:3 300", "7:3 default" },
                { "io.max", "7:33 rbps=1 wbps=1 riops=1 wiops=1\n7:3 rbps=5 wbps=max riops=7 wiops=max\n",
                  "IOReadBandwidthMax=/dev/block/7:3 9", "7:3 rbps=5 wbps=max riops=7 wiops=max" },
                { "io.max", "7:3 rbps=5 wbps=max riops=7 wiops=max\n",
                  "IOReadBandwidthMax=", "7:3 rbps=5 wbps=max riops=7 wiops=max" },
                { "io.max", "", "io.max=7:3 rbps=9", "7:3 rbps=max wbps=max riops=max wiops=max" },
                { "io.latency", "", "IODeviceLatencyTargetSec=/dev/block/7:3 9", "7:3 target=0" },
                { "io.latency", "7:3 target=5", "IODeviceLatencyTargetSec=/dev/block/7:3 9", "7:3 target=5" },
                { "misc.max", "res_a max\nres_b 4\n", "misc.max=res_b 10", "res_b 4" },
                { "cgroup.subtree_control", "cpu io\n", "cgroup.subtree_control=+cpu +memory -io -pids",
                  "-memory +io " },
        };

        (void) data;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                g_autofree char *assignments = g_strdup_printf("%s; pids.max=7", cases[i].assignment);
                g_autofree char *path = g_build_filename(group->path, cases[i].file, NULL);
                _cleanup_free_ char *failed = NULL;

                put(group, cases[i].file, cases[i].before);
                g_assert_cmpint(apply(group, assignments, &failed, NULL), ==, -ENOENT);
                g_assert_cmpstr(failed, ==, "pids.max");
                assert_file(group, cases[i].file, cases[i].after);
                g_assert_cmpint(g_remove(path), ==, 0);
        }
}

/* Being idle or not resets the weight in the kernel: it is written again. */
static void test_rollback_idle(Group *group, const void *data) {
        (void) data;
        put(group, "cpu.weight", "50\n");
        put(group, "cpu.idle", "0\n");
        g_assert_cmpint(apply(group, "CPUWeight=idle; pids.max=7", NULL, NULL), ==, -ENOENT);
        assert_file(group, "cpu.idle", "0");
        assert_file(group, "cpu.weight", "50");

        put(group, "cpu.idle", "1\n");
        g_assert_cmpint(apply(group, "CPUWeight=70; pids.max=7", NULL, NULL), ==, -ENOENT);
        assert_file(group, "cpu.idle", "1");
}

static void test_trouble(Group *group, const void *data) {
        _cleanup_free_ char *read_only = NULL, *device = NULL, *no_disk = NULL, *absent = NULL, *quota = NULL;
        _cleanup_free_ char *failed = NULL, *unknown = NULL, *no_latency = NULL, *no_weight = NULL;

        (void) data;
        put(group, "cgroup.controllers", "memory\n");
        put(group, "memory.max", "max\n");
        put(group, "io.max", "");
        put_mode(group, "memory.some.day", "1\n", 0444);

        g_assert_cmpint(apply(group, "MemoryMax=5; memory.some.day=2", NULL, &read_only), ==, -EROFS);
        g_assert_cmpstr(read_only, ==, "memory.some.day is read-only");
        assert_file(group, "memory.max", "max");

        g_assert_cmpint(apply(group, "IOReadBandwidthMax=/dev/no/such 1M", NULL, &device), ==, -ENOENT);
        g_assert_cmpstr(device, ==, "/dev/no/such: No such file or directory");
        g_assert_cmpint(apply(group, "IOReadBandwidthMax=/dev/null 1M", NULL, &no_disk), ==, -ENOTBLK);
        g_assert_cmpstr(no_disk, ==, "/dev/null is on no disk");

        /* Of a controller that is not there the caller says where it stops. */
        g_assert_cmpint(apply(group, "TasksMax=5", NULL, &absent), ==, -ENOENT);
        g_assert_null(absent);
        g_assert_cmpint(apply(group, "CPUQuota=5%; CPUQuotaPeriodSec=1s", &failed, &quota), ==, -ENOENT);
        g_assert_null(quota);
        g_assert_cmpstr(failed, ==, "CPUQuotaPeriodSec"); /* the one write for both */
        g_assert_cmpint(apply(group, "MemoryZSwapMax=5", NULL, &unknown), ==, -ENOENT);
        g_assert_cmpstr(unknown, ==, "this kernel has no memory.zswap.max");

        put(group, "cgroup.controllers", "memory io\n");
        g_assert_cmpint(apply(group, "IODeviceLatencyTargetSec=", NULL, &no_latency), ==, -ENOENT);
        g_assert_cmpstr(no_latency, ==, "this kernel has no io.latency");
        g_assert_cmpint(apply(group, "IODeviceWeight=", NULL, &no_weight), ==, -ENOENT);
        g_assert_cmpstr(no_weight, ==, "this kernel has no io.weight");
}

/* What leads out of the group is no file of it. */
static void test_symlink(Group *group, const void *data) {
        g_autofree char *path = g_build_filename(group->path, "memory.max", NULL);
        g_autofree char *directory = g_build_filename(group->path, "cpu.max", NULL);
        _cleanup_free_ char *value = NULL;

        (void) data;
        put(group, "memory.high", "max\n");
        g_assert_cmpint(symlink("memory.high", path), ==, 0);
        g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);

        g_assert_cmpint(apply(group, "MemoryMax=5", NULL, NULL), ==, -ELOOP);
        g_assert_cmpint(attribute_read(group->fd, "memory.max", false, &value), ==, -ELOOP);
        assert_file(group, "memory.high", "max\n");
        g_assert_cmpint(apply(group, "cpu.max=5", NULL, NULL), ==, -ENOENT);
        g_assert_cmpint(attribute_read(group->fd, "cpu.max", false, &value), ==, -ENOENT);
}

/* What cannot be read is written, and not taken back. */
static void test_write_only(Group *group, const void *data) {
        _cleanup_free_ char *value = NULL;

        (void) data;
        put_mode(group, "memory.reclaim", "", 0200);
        g_assert_cmpint(attribute_read(group->fd, "memory.reclaim", false, &value), ==, -EACCES);
        g_assert_cmpint(apply(group, "memory.reclaim=5M; pids.max=5", NULL, NULL), ==, -ENOENT);
        assert_file(group, "memory.reclaim", "5M");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/attribute/refused", test_refused);
        g_test_add_func("/attribute/list", test_list);
#define ADD(name, function) g_test_add("/attribute/" name, Group, NULL, group_setup, function, group_teardown)
        ADD("encode", test_encode);
        ADD("share", test_share);
        ADD("idle", test_idle);
        ADD("weights", test_weights);
        ADD("rollback", test_rollback);
        ADD("rollback-idle", test_rollback_idle);
        ADD("trouble", test_trouble);
        ADD("symlink", test_symlink);
        ADD("write-only", test_write_only);

        return g_test_run();
}
