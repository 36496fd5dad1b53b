/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "diagnosis/check-host.h"
#include "diagnosis/check-kernel.h"
#include "diagnosis/finding-test.h"

#define ALL_V1 "cpuset, cpu,cpuacct, blkio, memory, pids"

static void test_hierarchy(void) {
        static const struct {
                CgroupMode mode;
                const char *legacy;
                Surroundings surroundings;
                Expected expected;
        } rows[] = {
                { CGROUP_UNIFIED, "", { .arguments = (char *) "" }, { FINDING_OK, "cgroup v2 alone" } },
                { CGROUP_UNIFIED,
                  "net_cls, devices",
                  { .arguments = (char *) "" },
                  { FINDING_NOTE, "net_cls, devices" } },
                { CGROUP_UNIFIED,
                  "blkio",
                  { .arguments = (char *) "", .systemd = true },
                  { FINDING_PROBLEM, "v1 holds blkio", "cgroup_no_v1=all" } },
                { CGROUP_UNIFIED,
                  ALL_V1,
                  { .arguments = (char *) "", .container = "docker" },
                  { FINDING_PROBLEM, ALL_V1, "on the host of this container" } },
                { CGROUP_HYBRID,
                  ALL_V1,
                  { .arguments = (char *) "", .systemd = true },
                  { FINDING_PROBLEM, ALL_V1, "boot with systemd.unified_cgroup_hierarchy=1" } },
                { CGROUP_HYBRID,
                  "",
                  { .arguments = (char *) "", .systemd = true },
                  { FINDING_PROBLEM, "holds the hierarchies", "systemd.unified_cgroup_hierarchy=1" } },
                { CGROUP_HYBRID,
                  ALL_V1,
                  { .arguments = (char *) "quiet systemd.unified_cgroup_hierarchy=0", .systemd = true },
                  { FINDING_PROBLEM, "/unified", "boot without systemd.unified_cgroup_hierarchy=0" } },
                { CGROUP_HYBRID,
                  ALL_V1,
                  { .arguments = (char *) "systemd.unified_cgroup_hierarchy=no systemd.unified_cgroup_hierarchy",
                    .systemd = true },
                  { FINDING_PROBLEM, "/unified", "boot with systemd" } },
                { CGROUP_HYBRID,
                  ALL_V1,
                  { .arguments = (char *) "systemd.unified_cgroup_hierarchy=1 systemd.unified_cgroup_hierarchy=0",
                    .systemd = true },
                  { FINDING_PROBLEM, "/unified", "boot without systemd" } },
                { CGROUP_HYBRID,
                  ALL_V1,
                  { .arguments = (char *) "systemd.unified_cgroup_hierarchy=0 systemd.unified_cgroup_hierarchy=1",
                    .systemd = true },
                  { FINDING_PROBLEM, "/unified", "boot with systemd" } },
                { CGROUP_LEGACY,
                  ALL_V1,
                  { .arguments = (char *) "" },
                  { FINDING_PROBLEM, "there is no cgroup v2", "cgroup_no_v1=all" } },
                { CGROUP_LEGACY,
                  ALL_V1,
                  { .arguments = (char *) "", .wsl = 2, .systemd = true },
                  { FINDING_PROBLEM, ALL_V1, ".wslconfig" } },
                { CGROUP_ABSENT,
                  "",
                  { .arguments = (char *) "" },
                  { FINDING_PROBLEM, "no cgroup2 is mounted at /sys/fs/cgroup", "mount -t cgroup2" } },
                { CGROUP_ABSENT,
                  "",
                  { .arguments = (char *) "", .container = "podman" },
                  { FINDING_PROBLEM, "no cgroup2", "starts this container" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Finding finding = {};
                int r = judge_hierarchy(rows[i].mode, rows[i].legacy, &rows[i].surroundings, &finding);

                assert_finding(r, &finding, &rows[i].expected);
        }
}

static void test_controllers(void) {
        static const ControllerMask managed = CONTROLLER_MASK_MANAGED, io = 1U << CONTROLLER_IO,
                                    memory = 1U << CONTROLLER_MEMORY;
        const struct {
                ControllerMask there, legacy;
                bool inner;
                const char *arguments, *container;
                Expected expected;
        } rows[] = {
                { managed, 0, false, "", "", { FINDING_OK, "cpuset cpu io memory pids" } },
                { CONTROLLER_MASK_ALL, 0, true, "cgroup_disable=pressure", "lxc", { FINDING_OK, "dmem" } },
                { managed & ~memory,
                  0,
                  false,
                  "cgroup_disable=memory",
                  "",
                  { FINDING_PROBLEM, "kernel command line: memory", "cgroup_enable=memory" } },
                { managed & ~memory & ~io,
                  0,
                  false,
                  "cgroup_disable=blkio,memory",
                  "lxc",
                  { FINDING_PROBLEM, "io memory", "cgroup_disable=" } },
                { managed & ~io,
                  0,
                  false,
                  "cgroup_disable=iox",
                  "",
                  { FINDING_PROBLEM, "not in this kernel: io", "boot" } },
                { managed & ~io,
                  0,
                  true,
                  "",
                  "",
                  { FINDING_PROBLEM, "not handed to this container: io", "Delegate=" } },
                { managed & ~io, io, true, "", "lxc", { FINDING_PROBLEM, "held by cgroup v1: io" } },
                { managed & ~io & ~memory,
                  io,
                  false,
                  "",
                  "",
                  { FINDING_PROBLEM, "not in this kernel: memory", "boot" } },
                { 0,
                  managed,
                  false,
                  "cgroup_disable=memory",
                  "",
                  { FINDING_PROBLEM, "held by cgroup v1: cpuset cpu io memory pids" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Surroundings surroundings = { .arguments = (char *) rows[i].arguments };
                Finding finding = {};
                int r;

                (void) stpcpy(surroundings.container, rows[i].container);
                r = judge_controllers(rows[i].there, rows[i].legacy, rows[i].inner, &surroundings, &finding);
                assert_finding(r, &finding, &rows[i].expected);
        }
}

static void test_mount_options(void) {
        static const char *const all = "rw,nsdelegate,memory_recursiveprot", *const none = "rw";
        Surroundings surroundings = { .arguments = (char *) "" },
                     named = { .arguments = (char *) "cgroup_favordynmods=1" };
        Finding finding = {};

        assert_finding(judge_nsdelegate(all, false, &finding), &finding, &(Expected) { FINDING_OK, "on" });
        assert_finding(judge_nsdelegate(none, false, &finding), &finding,
                       &(Expected) { FINDING_PROBLEM, "no boundary", "mount -o remount,nsdelegate /sys/fs/cgroup" });
        assert_finding(judge_nsdelegate("rw,memory_recursiveprot,favordynmods", true, &finding), &finding,
                       &(Expected) { FINDING_PROBLEM, "off",
                                     "on the host of this container: mount -o "
                                     "remount,memory_recursiveprot,favordynmods,nsdelegate /sys/fs/cgroup" });

        assert_finding(judge_memory_recursiveprot(all, false, &finding), &finding, &(Expected) { FINDING_OK, "on" });
        assert_finding(judge_memory_recursiveprot("rw,nsdelegate", false, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "off", "remount,nsdelegate,memory_recursiveprot " });

        assert_finding(judge_favordynmods(all, &surroundings, &finding), &finding, &(Expected) { FINDING_OK, "off" });
        assert_finding(judge_favordynmods("rw,favordynmods", &surroundings, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "on: " });
        assert_finding(judge_favordynmods("rw,favordynmods", &named, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "on (cgroup_favordynmods=" });
}

static void test_surroundings(void) {
        Surroundings plain = { .arguments = (char *) "", .systemd = true },
                     container = { .arguments = (char *) "", .container = "docker" },
                     wsl1 = { .arguments = (char *) "", .wsl = 1 }, wsl2 = { .arguments = (char *) "", .wsl = 2 },
                     other = { .arguments = (char *) "" };
        Finding finding = {};

        assert_finding(check_container(&(Doctor) { .surroundings = plain }, &finding), &finding,
                       &(Expected) { FINDING_OK, "none" });
        assert_finding(check_container(&(Doctor) { .surroundings = container }, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "(docker)" });
        assert_finding(check_wsl(&(Doctor) { .surroundings = plain }, &finding), &finding, &NOTHING);
        assert_finding(check_wsl(&(Doctor) { .surroundings = wsl1 }, &finding), &finding,
                       &(Expected) { FINDING_PROBLEM, "WSL 1", "wsl --set-version" });
        assert_finding(check_wsl(&(Doctor) { .surroundings = wsl2 }, &finding), &finding,
                       &(Expected) { FINDING_NOTE, "WSL 2" });
        assert_finding(check_systemd(&(Doctor) { .surroundings = plain }, &finding), &finding,
                       &(Expected) { FINDING_OK, "process 1" });
        assert_finding(check_systemd(&(Doctor) { .surroundings = container }, &finding), &finding,
                       &(Expected) { FINDING_PROBLEM, "systemd is not PID 1 here", "start the container with" });
        assert_finding(check_systemd(&(Doctor) { .surroundings = wsl2 }, &finding), &finding,
                       &(Expected) { FINDING_PROBLEM, "not PID 1", "/etc/wsl.conf" });
        assert_finding(check_systemd(&(Doctor) { .surroundings = other }, &finding), &finding,
                       &(Expected) { FINDING_PROBLEM, "not PID 1", "boot with systemd" });
}

static void test_container_variable(void) {
        _cleanup_(surroundings_done) Surroundings surroundings = {};

        if (access("/run/systemd/container", F_OK) >= 0 || access("/run/host/container-manager", F_OK) >= 0) {
                g_test_skip("this is a container, and systemd says so");
                return;
        }

        g_setenv("container", "own\x1b[1m kind\n", true);
        g_assert_cmpint(surroundings_read(&surroundings), ==, 0);
        g_assert_cmpstr(surroundings.container, ==, "own\\x1b[1m kind\\x0a");
        g_unsetenv("container");
}

static void test_systemd_version(void) {
        static const struct {
                const char *version;
                Expected expected;
        } rows[] = {
                { "252.39-1~deb12u1",
                  { FINDING_OK, "252.39-1~deb12u1; lacks QueueSignalUnit() (254), "
                                "DelegateSubgroup= (254), PIDFDs= (255)" } },
                { "v255",
                  { FINDING_OK, "v255; has QueueSignalUnit() (254), DelegateSubgroup= (254), PIDFDs= (255), "
                                "MemoryPeak= (255); lacks KillUnitSubgroup() (258)" } },
                { "258~rc1", { FINDING_OK, "RemoveSubgroupFromUnit() (258)" } },
                { "251", { FINDING_PROBLEM, "251 is too old", "252" } },
                { "", { FINDING_UNKNOWN, "does not tell" } },
                { "new\n", { FINDING_UNKNOWN, "does not tell" } },
                { "257\n\x1b", { FINDING_OK, "257\\x0a\\x1b; has" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Finding finding = {};
                int r = judge_systemd_version(rows[i].version, &finding);

                assert_finding(r, &finding, &rows[i].expected);
        }
}

static void test_kernel(void) {
        static const struct {
                int (*judge)(const char *release, Finding *ret);
                const char *release;
                Expected expected;
        } rows[] = {
                { judge_kernel, "6.1.0-56-cloud-amd64", { FINDING_OK, "Linux 6.1.0-56-cloud-amd64" } },
                { judge_kernel, "5.10.0", { FINDING_PROBLEM, "Linux 5.10.0 is too old", "5.14" } },
                { judge_kernel, "?", { FINDING_UNKNOWN, "version" } },
                { judge_cpuset, "6.5.9", { FINDING_NOTE, "somebody else", "6.6" } },
                { judge_cpuset, "6.6.0", { FINDING_OK, "whosever" } },
                { judge_cpuset, "?", { _FINDING_MAX, NULL, NULL } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Finding finding = {};
                int r = rows[i].judge(rows[i].release, &finding);

                assert_finding(r, &finding, &rows[i].expected);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/checks/hierarchy", test_hierarchy);
        g_test_add_func("/checks/controllers", test_controllers);
        g_test_add_func("/checks/mount-options", test_mount_options);
        g_test_add_func("/checks/surroundings", test_surroundings);
        g_test_add_func("/checks/container-variable", test_container_variable);
        g_test_add_func("/checks/systemd-version", test_systemd_version);
        g_test_add_func("/checks/kernel", test_kernel);

        return g_test_run();
}
