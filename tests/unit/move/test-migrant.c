/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "move/migrant.h"

static int open_process(pid_t pid) {
        int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);

        g_assert_cmpint(pidfd, >=, 0);
        return pidfd;
}

static bool has_hierarchy(void) {
        char here[16384];

        return fd_read_path("/proc/self/cgroup", here, sizeof(here)) >= 0 &&
               (startswith(here, "0::") || strstr(here, "\n0::"));
}

static void test_oneself(void) {
        _cleanup_(migrant_done) Migrant migrant = MIGRANT_INIT;
        _cleanup_close_ int pidfd = open_process(getpid());

        if (!has_hierarchy()) {
                g_test_skip("no unified hierarchy on this machine");
                return;
        }

        g_assert_cmpint(migrant_read(getpid(), pidfd, "", &migrant), ==, 0);
        g_assert_cmpint(migrant.pid, ==, getpid());
        g_assert_cmpint(migrant.path[0], ==, '/');
        g_assert_cmpuint(migrant.uid, ==, getuid());
        g_assert_cmpstr(migrant.name, ==, "test-migrant");
        g_assert_false(migrant.ended);
        g_assert_false(migrant.kernel);
        g_assert_false(migrant.bound);
        g_assert_false(proc_has_policy(migrant.proc, 1U << 1 | 1U << 2));
        g_assert_true(proc_has_policy(migrant.proc, 1U << 0 | 1U << 3 | 1U << 5));
        g_assert_false(migrant_is_foreign(&migrant));

        g_assert_cmpint(migrant_read(getpid(), pidfd, "no-such-hierarchy", &migrant), ==, -ENODATA);
}

static void test_ended(void) {
        _cleanup_(migrant_done) Migrant migrant = MIGRANT_INIT;
        _cleanup_close_ int pidfd = -EBADF;
        siginfo_t info;
        pid_t pid;

        if (!has_hierarchy()) {
                g_test_skip("no unified hierarchy on this machine");
                return;
        }

        pid = fork();
        if (pid == 0)
                _exit(0);
        pidfd = open_process(pid);
        g_assert_cmpint(waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), ==, 0);

        g_assert_cmpint(migrant_read(pid, pidfd, "", &migrant), ==, 0);
        g_assert_true(migrant.ended);
        migrant_done(&migrant);

        /* When it is gone for good its number may be another one's. */
        g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
        g_assert_cmpint(migrant_read(pid, pidfd, "", &migrant), ==, -ESRCH);
        g_assert_cmpint(migrant_read(getpid(), pidfd, "", &migrant), ==, -ESRCH);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/migrant/oneself", test_oneself);
        g_test_add_func("/migrant/ended", test_ended);

        return g_test_run();
}
