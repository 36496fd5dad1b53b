/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/child.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/fd.h"

pid_t child_fork(int *ret_pidfd) {
        pid_t pid = fork();
        int r;

        if (pid < 0)
                return -errno;
        if (pid == 0)
                return 0;

        *ret_pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
        if (*ret_pidfd >= 0)
                return pid;

        r = -errno;
        (void) kill(pid, SIGKILL); /* not reaped yet: the number is its own */
        (void) child_wait(pid, NULL);
        return r;
}

int child_wait(pid_t pid, int *ret_status) {
        assert(pid > 0);

        while (waitpid(pid, ret_status, 0) < 0)
                if (errno != EINTR)
                        return -errno;

        return 0;
}

bool child_ends_within(pid_t pid, int msec) {
        _cleanup_close_ int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
        struct pollfd pollfd = { .fd = pidfd, .events = POLLIN };

        assert(pid > 0);

        return poll(&pollfd, 1, msec) > 0;
}
