/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>

#include "basic/fd.h"
#include "proc/mountinfo.h"

static void parse(const char *text, CgroupMounts *ret) {
        _cleanup_free_ char *copy = strdup(text);

        g_assert_cmpint(cgroup_mounts_parse(copy, ret), ==, 0);
}

static void test_unified(void) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        _cleanup_free_ char *name = NULL;
        const CgroupMount *mount;

        parse("22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
              "26 22 0:24 / /sys/fs/cgroup rw,nosuid shared:9 master:3 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n"
              "27 22 0:25 / /proc rw - proc proc rw\n",
              &mounts);

        g_assert_cmpuint(mounts.n, ==, 1);
        mount = cgroup_mounts_find(&mounts, CGROUP_HIERARCHY_UNIFIED);
        g_assert_nonnull(mount);
        g_assert_cmpuint(mount->id, ==, 26);
        g_assert_true(mount->unified);
        g_assert_false(mount->read_only);
        g_assert_false(mount->all_read_only);
        g_assert_cmpstr(mount->root, ==, "/");
        g_assert_cmpstr(mount->point, ==, "/sys/fs/cgroup");
        g_assert_true(cgroup_mount_has_option(mount, "nsdelegate"));
        g_assert_false(cgroup_mount_has_option(mount, "nsdelegat"));
        g_assert_cmpint(cgroup_mount_hierarchy(mount, &name), ==, 0);
        g_assert_cmpstr(name, ==, "");
}

static const char hybrid[] = "30 22 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                             "31 22 0:31 / /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory\n"
                             "32 22 0:32 / /sys/fs/cgroup/systemd rw - cgroup cgroup "
                             "rw,xattr,release_agent=/lib/systemd/systemd-cgroups-agent,name=systemd\n"
                             "33 22 0:33 /.. /sys/fs/cgroup/unified rw - cgroup2 cgroup2 ro\n"
                             "34 22 0:33 / /mnt rw - cgroup2 cgroup2 ro\n";

static void test_hybrid(void) {
        static const struct {
                const char *name, *point, *hierarchy;
        } cases[] = {
                { "cpu", "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct" },
                { "cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct" },
                { "memory", "/sys/fs/cgroup/memory", "memory" },
                { "systemd", "/sys/fs/cgroup/systemd", "name=systemd" },
                { "name=systemd", "/sys/fs/cgroup/systemd", "name=systemd" },
                { "unified", "/mnt", "" }, /* the one that shows all of the namespace */
        };
        static const char *const none[] = { "", "rw", "xattr", "pids", "name=memory", "cgroup", "cpu,cpuacct" };
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};

        parse(hybrid, &mounts);
        g_assert_cmpuint(mounts.n, ==, 5);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const CgroupMount *mount = cgroup_mounts_find(&mounts, cases[i].name);
                _cleanup_free_ char *name = NULL;

                g_assert_nonnull(mount);
                g_assert_cmpstr(mount->point, ==, cases[i].point);
                g_assert_cmpint(cgroup_mount_hierarchy(mount, &name), ==, 0);
                g_assert_cmpstr(name, ==, cases[i].hierarchy);
        }
        for (size_t i = 0; i < ELEMENTSOF(none); i++)
                g_assert_null(cgroup_mounts_find(&mounts, none[i]));

        g_assert_true(cgroup_mounts_find(&mounts, "memory")->read_only);
        g_assert_false(cgroup_mounts_find(&mounts, "memory")->all_read_only);
        g_assert_true(cgroup_mounts_find(&mounts, "unified")->all_read_only);
}

static void test_escapes(void) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        g_autofree char *long_path = g_strnfill(60000, 'x');
        g_autofree char *text =
                g_strdup_printf("40 1 0:40 /a\\040b\\011c\\134d /mnt\\012x rw opt:1 opt:2 - cgroup2 none rw\n"
                                "41 1 0:41 /%s /%s rw - cgroup2 with\\040blank rw,nsdelegate",
                                long_path, long_path);

        parse(text, &mounts);
        g_assert_cmpuint(mounts.n, ==, 2);
        g_assert_cmpstr(mounts.mounts[0].flags, ==, "rw");
        g_assert_cmpstr(mounts.mounts[0].root, ==, "/a b\tc\\d");
        g_assert_cmpstr(mounts.mounts[0].point, ==, "/mnt\nx");
        g_assert_cmpuint(strlen(mounts.mounts[1].root), ==, 60001);
        g_assert_cmpuint(strlen(mounts.mounts[1].point), ==, 60001);
        g_assert_true(cgroup_mount_has_option(mounts.mounts + 1, "nsdelegate"));
}

/* The source can be empty; what is no whole escape stands for itself. */
static void test_odd(void) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};

        parse("40 1 0:40 /.. /m\\04 rw - cgroup2  rw,nsdelegate\n"
              "41 1 0:41 / /m\\ rw - cgroup2  ro\n"
              "42 1 0:42 / /m\\400 rw - cgroup2 x rw\n"
              "43 1 0:43 /r\\000 /m rw - cgroup2 x rw\n"
              "44 43 0:44 / /m\\000x rw - tmpfs x rw\n",
              &mounts);
        g_assert_cmpuint(mounts.n, ==, 4);
        g_assert_cmpstr(mounts.mounts[3].root, ==, "/r\\000");
        g_assert_false(mounts.mounts[3].covered);
        g_assert_cmpstr(mounts.mounts[0].root, ==, "/..");
        g_assert_cmpstr(mounts.mounts[0].point, ==, "/m\\04");
        g_assert_true(cgroup_mount_has_option(mounts.mounts, "nsdelegate"));
        g_assert_cmpstr(mounts.mounts[1].point, ==, "/m\\");
        g_assert_true(mounts.mounts[1].all_read_only);
        g_assert_cmpstr(mounts.mounts[2].point, ==, "/m\\400");
}

/* By what is mounted on it, at its own point, whatever that is and wherever it stands in the list. */
static void test_covered(void) {
        static const bool covered[] = { true, false, false, true, false };
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};

        parse("50 40 0:50 / /a\\040b rw - tmpfs none rw\n"
              "40 1 0:40 / /a\\040b rw - cgroup2 none rw\n"
              "41 1 0:40 / /c rw - cgroup2 none rw\n"
              "51 41 0:51 / /c/below rw - tmpfs none rw\n"
              "42 1 0:40 / /d rw - cgroup2 none rw\n"
              "43 1 0:40 / /e rw - cgroup2 none rw\n"
              "44 43 0:40 / /e rw - cgroup2 none rw\n"
              "52 42\n",
              &mounts);
        g_assert_cmpuint(mounts.n, ==, ELEMENTSOF(covered));
        for (size_t i = 0; i < ELEMENTSOF(covered); i++)
                g_assert_cmpint(mounts.mounts[i].covered, ==, covered[i]);
}

/* Twice as many mounts take twice the work, and little more. */
static void test_many(void) {
        uint64_t steps[2];

        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
                g_autoptr(GString) text = g_string_new(NULL);
                unsigned n = 2000U << i;

                for (unsigned k = 0; k < n; k++)
                        g_string_append_printf(text, "%u %u 0:40 / /m%u rw - cgroup2 none rw\n", 10 + (k * 7919) % n,
                                               9 + k, k / 2);
                parse(text->str, &mounts);
                g_assert_cmpuint(mounts.n, ==, n);
                steps[i] = mounts.n_steps;
                g_assert_cmpuint(steps[i], <, n * 20);
        }

        g_assert_cmpuint(steps[1], <, 3 * steps[0]);
}

/* What is no mount costs nobody else's: a user may mount in ways that nobody has thought of. */
static void test_junk(void) {
        static const char *const texts[] = {
                "40 - cgroup2 none rw",
                "x 1 0:40 / /mnt rw - cgroup2 none rw",
                "40 1 0:40 / /mnt rw - cgroup2",
                "40 1 0:40 / /mnt rw - cgroup2 none",
                " - cgroup",
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
                g_autofree char *text =
                        g_strdup_printf("%s\n41 1 0:41 / /x rw - cgroup2 none rw\n%s", texts[i], texts[i]);

                parse(text, &mounts);
                g_assert_cmpuint(mounts.n, ==, 1);
                g_assert_cmpuint(mounts.mounts[0].id, ==, 41);
        }
}

/* One whose point is called so is none. */
static void test_others(void) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};

        parse("40 1 0:40 / /mnt rw - ext4 cgroup2 rw\n41 1 0:41 / /x rw - cgroupfs - cgroup2\n\n", &mounts);
        g_assert_cmpuint(mounts.n, ==, 0);
}

static void test_here(void) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        _cleanup_close_ int root = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

        g_assert_cmpint(cgroup_mounts_read(&mounts), ==, 0);
        g_assert_null(cgroup_mounts_of(&mounts, root));
        for (size_t i = 0; i < mounts.n; i++) {
                _cleanup_close_ int fd = open(mounts.mounts[i].point, O_PATH | O_DIRECTORY | O_CLOEXEC);
                const CgroupMount *mount = fd < 0 ? NULL : cgroup_mounts_of(&mounts, fd);

                g_assert_true(fd < 0 || (mount && streq(mount->point, mounts.mounts[i].point)));
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/mount/unified", test_unified);
        g_test_add_func("/mount/hybrid", test_hybrid);
        g_test_add_func("/mount/escapes", test_escapes);
        g_test_add_func("/mount/odd", test_odd);
        g_test_add_func("/mount/covered", test_covered);
        g_test_add_func("/mount/many", test_many);
        g_test_add_func("/mount/junk", test_junk);
        g_test_add_func("/mount/others", test_others);
        g_test_add_func("/mount/here", test_here);

        return g_test_run();
}
