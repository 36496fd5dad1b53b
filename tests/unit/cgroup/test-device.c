/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* On the block devices of this machine, whichever there are. */

#include <glib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cgroup/device.h"

static void test_number(void) {
        dev_t device;

        g_assert_cmpint(device_find("/dev/block/250:77", &device), ==, 0);
        g_assert_cmpuint(device, ==, makedev(250, 77));
        g_assert_cmpint(device_find("/dev/block/250:77x", &device), ==, -ENOENT);
}

static void test_no_disk(void) {
        dev_t device;

        g_assert_cmpint(device_find("/dev/null", &device), ==, -ENOTBLK);
        g_assert_cmpint(device_find("/dev/no/such", &device), ==, -ENOENT);
        g_assert_cmpint(device_find("/proc/self/stat", &device), ==, -ENOTBLK);
        g_assert_cmpint(device_find("/proc", &device), ==, -ENOTBLK);
}

static void test_unknown_name(void) {
        _cleanup_free_ char *name = NULL;

        g_assert_cmpint(device_name(makedev(250, 77), &name), ==, 0);
        g_assert_cmpstr(name, ==, "/dev/block/250:77");
}

/* Each partition is found to be on a disk, and the disk to be itself; the name that belongs to a number leads back to
 * it where there is a node. */
static void test_sysfs(void) {
        GDir *directory = g_dir_open("/sys/dev/block", 0, NULL);
        const char *entry;
        unsigned n = 0;

        while (directory && (entry = g_dir_read_name(directory))) {
                g_autofree char *partition = g_strdup_printf("/sys/dev/block/%s/partition", entry);
                g_autofree char *slaves = g_strdup_printf("/sys/dev/block/%s/slaves", entry);
                g_autofree char *path = g_strdup_printf("/dev/block/%s", entry);
                g_autoptr(GDir) below = g_dir_open(slaves, 0, NULL);
                g_autofree char *disk = NULL, *number = NULL;
                _cleanup_free_ char *name = NULL;
                dev_t device;

                if (below && g_dir_read_name(below)) /* on others: another matter */
                        continue;

                n++;
                g_assert_cmpint(device_find(path, &device), ==, 0);
                number = g_strdup_printf("%u:%u", major(device), minor(device));
                disk = g_strdup_printf("/sys/dev/block/%s/partition", number);
                g_assert_false(g_file_test(disk, G_FILE_TEST_EXISTS));
                g_assert_true(g_str_equal(number, entry) != g_file_test(partition, G_FILE_TEST_EXISTS));

                g_assert_cmpint(device_name(device, &name), ==, 0);
                g_assert_true(g_str_has_prefix(name, "/dev/"));
                if (g_file_test(name, G_FILE_TEST_EXISTS)) {
                        dev_t again;

                        g_assert_cmpint(device_find(name, &again), ==, 0);
                        g_assert_cmpuint(again, ==, device);
                }
        }

        if (directory)
                g_dir_close(directory);
        if (n == 0)
                g_test_skip("no block device on this machine");
}

/* A file is on the disk of its file system. */
static void test_file(void) {
        dev_t device;
        struct stat st;

        g_assert_cmpint(stat("/", &st), ==, 0);
        if (major(st.st_dev) == 0) {
                g_test_skip("the root directory is on no disk");
                return;
        }
        g_assert_cmpint(device_find("/", &device), ==, 0);
        g_assert_cmpuint(major(device), !=, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/device/number", test_number);
        g_test_add_func("/device/no-disk", test_no_disk);
        g_test_add_func("/device/unknown-name", test_unknown_name);
        g_test_add_func("/device/sysfs", test_sysfs);
        g_test_add_func("/device/file", test_file);

        return g_test_run();
}
