/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib/gstdio.h>

#include "basic/fd.h"
#include "diagnosis/check-host.h"
#include "diagnosis/check-io.h"
#include "diagnosis/check-kernel.h"
#include "diagnosis/check-realtime.h"
#include "diagnosis/finding-test.h"
#include "proc/kernel.h"

/* A directory that stands for one of the kernel's. */
static char *directory;

static void write_file(const char *path, const char *text) {
        g_autofree char *file = g_build_filename(directory, path, NULL), *parent = g_path_get_dirname(file);

        g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
        g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

static void remove_tree(const char *path) {
        GDir *dir = g_dir_open(path, 0, NULL);

        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                g_autofree char *child = g_build_filename(path, name, NULL);

                remove_tree(child);
        }
        if (dir)
                g_dir_close(dir);
        g_assert_cmpint(g_remove(path), ==, 0);
}

static int begin_directory(void) {
        int fd;

        directory = g_dir_make_tmp("cgscope-checks-XXXXXX", NULL);
        g_assert_nonnull(directory);
        fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(fd, >=, 0);
        return fd;
}

static void end_directory(void) {
        remove_tree(directory);
        g_clear_pointer(&directory, g_free);
}

static void test_features(void) {
        _cleanup_close_ int root = begin_directory();
        Doctor doctor = { .root = root };
        Finding finding = {};

        g_assert_cmpint(surroundings_read(&doctor.surroundings), ==, 0);

        /* The root is the kernel's own and has none of the files, nor is there another group. */
        write_file("cgroup.controllers", "cpuset memory\n");
        assert_finding(check_swap(&doctor, &finding), &finding, &NOTHING);

        /* Groups without the controller do not tell. */
        write_file("a/cgroup.type", "domain\n");
        write_file("a/cgroup.controllers", "\n");
        assert_finding(check_swap(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_cgroup_kill(&doctor, &finding), &finding,
                       &(Expected) { FINDING_PROBLEM, "not there", "5.14" });

        write_file("b/cgroup.type", "domain\n");
        write_file("b/cgroup.controllers", "memory\n");
        write_file("a/cgroup.kill", "");
        assert_finding(check_memory_peak(&doctor, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "not there", "5.19" });
        assert_finding(check_cgroup_kill(&doctor, &finding), &finding, &(Expected) { FINDING_OK, "there" });
        write_file("b/memory.peak", "0\n");
        write_file("b/memory.swap.max", "max\n");
        assert_finding(check_memory_peak(&doctor, &finding), &finding, &(Expected) { FINDING_OK, "there" });
        assert_finding(check_swap(&doctor, &finding), &finding, &(Expected) { FINDING_OK, "MemorySwapMax=" });

        doctor.root = -EBADF;
        assert_finding(check_swap(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_controllers(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_writable(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_nsdelegate(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_cpuset(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_io_weight(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_real_time(&doctor, &finding), &finding, &NOTHING);
        end_directory();
        surroundings_done(&doctor.surroundings);
}

static void add_disk(const char *name, const char *scheduler, const char *number, const char *size) {
        g_autofree char *device = g_build_filename(name, "device/x", NULL),
                        *queue = g_build_filename(name, "queue/scheduler", NULL),
                        *dev = g_build_filename(name, "dev", NULL), *sectors = g_build_filename(name, "size", NULL);

        write_file(queue, scheduler);
        write_file(dev, number);
        write_file(sectors, size);
        if (*number != '7') /* loop */
                write_file(device, "");
}

static void test_io_weight(void) {
        _cleanup_close_ int block = begin_directory();
        Finding finding = {};

        assert_finding(judge_io_weight(block, "", &finding), &finding, &(Expected) { FINDING_OK, "no disk" });

        add_disk("loop0", "[none] mq-deadline\n", "7:0\n", "8\n");
        add_disk("sr0", "[none] mq-deadline\n", "11:0\n", "0\n");
        assert_finding(judge_io_weight(block, "", &finding), &finding, &(Expected) { FINDING_OK, "no disk" });

        add_disk("sda", "none mq-deadline [bfq] \n", "8:0\n", "100\n");
        assert_finding(judge_io_weight(block, "", &finding), &finding,
                       &(Expected) { FINDING_OK, "works on sda (BFQ)" });

        add_disk("vda", "none [mq-deadline]\n", "254:0\n", "100\n");
        assert_finding(judge_io_weight(block, "254:0 enable=1\n", &finding), &finding,
                       &(Expected) { FINDING_OK, "works on sda (BFQ), vda (iocost)" });
        assert_finding(judge_io_weight(block, "254:0 enable=0\n8:0 enable=1\n", &finding), &finding,
                       &(Expected) { FINDING_NOTE, "no effect on vda (mq-deadline): ",
                                     "as root: modprobe bfq; echo bfq >/sys/block/vda/queue/scheduler" });

        for (char c = 'b'; c < 'h'; c++) {
                char name[] = { 'v', 'd', c, '\0' };

                add_disk(name, "none\n", "254:16\n", "100\n");
        }
        add_disk("nvme0n1", "[none] bfq\n", "259:0\n", "100\n");
        assert_finding(judge_io_weight(block, "", &finding), &finding,
                       &(Expected) { FINDING_NOTE,
                                     "nvme0n1 (none), vda (mq-deadline), vdb (none), vdc (none), vdd "
                                     "(none) and 3 more: ",
                                     "as root: echo bfq >/sys/block/nvme0n1/queue/scheduler" });
        end_directory();
}

static void test_real_time(void) {
        static const char config[] = "CONFIG_RT_GROUP_SCHED=y\n",
                          switchable[] = "CONFIG_RT_GROUP_SCHED_DEFAULT_DISABLED=y\nCONFIG_RT_GROUP_SCHED=y\n";
        const struct {
                RealTime real_time;
                int grouped;
                Expected expected;
        } rows[] = {
                { {}, 1, { FINDING_OK, "no real-time process" } },
                { {}, -ENODATA, { FINDING_OK, "no real-time process" } },
                { { (char *) "a (7)", 1, 7, false }, 0, { FINDING_OK, "lets" } },
                { { (char *) "a (7)", 1, 7, true }, -ENODATA, { FINDING_OK, "lets" } },
                { { (char *) "a (7)", 1, 7, false }, -ENODATA, { FINDING_UNKNOWN, "a (7); cannot tell" } },
                { { (char *) "a (7)", 1, 7, false }, 1, { FINDING_PROBLEM, "a (7) (the", "--pid 0 7" } },
                { { (char *) "a (7), b (8), c (9)", 5, 7, false }, 1, { FINDING_PROBLEM, "c (9) and 2 more", "chrt" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Finding finding = {};
                int r = judge_real_time(&rows[i].real_time, rows[i].grouped, &finding);

                assert_finding(r, &finding, &rows[i].expected);
        }

        g_assert_true(kernel_groups_real_time(config, ""));
        g_assert_false(kernel_groups_real_time(config, "rt_group_sched=0"));
        g_assert_true(kernel_groups_real_time(config, "rt_group_sched=0 rt_group_sched=1"));
        g_assert_true(kernel_groups_real_time(config, "rt_group_sched"));
        g_assert_false(kernel_groups_real_time("# CONFIG_RT_GROUP_SCHED is not set\n", "rt_group_sched=1"));
        g_assert_false(kernel_groups_real_time(switchable, ""));
        g_assert_true(kernel_groups_real_time(switchable, "rt_group_sched=1"));
}

static void test_bpf(void) {
        Finding finding = {};

        assert_finding(judge_bpf(0, true, &finding), &finding, &(Expected) { FINDING_OK, "IPAddressDeny=" });
        assert_finding(judge_bpf(0, false, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "SocketBindDeny=", "install libbpf" });
        assert_finding(judge_bpf(-EPERM, true, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "bpf() is refused", "filter" });
        assert_finding(judge_bpf(-ENOSYS, true, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "bpf() is refused", "filter" });
        assert_finding(judge_bpf(-EINVAL, true, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "have no effect", "CONFIG_CGROUP_BPF" });
        assert_finding(judge_bpf(-EIO, true, &finding), &finding, &(Expected) { FINDING_UNKNOWN, "bpf() fails" });
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/checks-kernel/features", test_features);
        g_test_add_func("/checks-kernel/bpf", test_bpf);
        g_test_add_func("/checks-kernel/io-weight", test_io_weight);
        g_test_add_func("/checks-kernel/real-time", test_real_time);

        return g_test_run();
}
