/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <signal.h>
#include <sys/wait.h>

#include "basic/child.h"
#include "basic/fd.h"

static void test_fork(void) {
        _cleanup_close_ int pidfd = -EBADF;
        int status = 0;
        pid_t pid = child_fork(&pidfd);

        if (pid == 0)
                _exit(3);
        g_assert_cmpint(pid, >, 0);
        g_assert_cmpint(pidfd, >=, 0);
        g_assert_cmpint(child_wait(pid, &status), ==, 0);
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
        g_assert_cmpint(child_wait(pid, NULL), ==, -ECHILD);
}

static void test_within(void) {
        _cleanup_close_ int pidfd = -EBADF;
        pid_t pid = child_fork(&pidfd);

        if (pid == 0) {
                (void) alarm(30); /* also where this test fails */
                for (;;)
                        (void) pause();
        }

        g_assert_false(child_ends_within(pid, 10));
        g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
        g_assert_true(child_ends_within(pid, 10000));
        g_assert_cmpint(child_wait(pid, NULL), ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/child/fork", test_fork);
        g_test_add_func("/child/within", test_within);
        return g_test_run();
}
