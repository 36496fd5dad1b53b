/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/descendant.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "cgroup/members.h"
#include "proc/proc.h"
#include "proc/stat.h"

/* As for all that is killed at the end of a command (group_end()). */
#define TIMEOUT_USEC (2 * USEC_PER_SEC)
#define NAP_USEC (2 * USEC_PER_MSEC)

void descendants_adopt(void) {
        (void) prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void descendants_reap(pid_t spared) {
        for (;;) {
                siginfo_t info = {};

                if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0 ||
                    info.si_pid == spared)
                        return;
                (void) waitpid(info.si_pid, NULL, WNOHANG);
        }
}

static bool read_stat(pid_t pid, ProcStat *ret) {
        _cleanup_close_ int proc = proc_open_number(pid);

        return proc >= 0 && proc_stat_read(proc, ret) >= 0;
}

/* Whether it lives, and is one. One whose parent ends while this is read is found in the next round. */
static bool comes_down_from_us(pid_t pid) {
        ProcStat stat;

        if (!read_stat(pid, &stat) || proc_stat_is_dead(&stat))
                return false;

        do {
                pid = stat.parent;
                if (pid == getpid())
                        return true;
        } while (pid > 1 && read_stat(pid, &stat));

        return false;
}

/* By a descriptor: what was read of a number after it was opened is of that process, where it still is alive. */
static bool kill_one(pid_t pid) {
        _cleanup_close_ int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);

        return pidfd >= 0 && comes_down_from_us(pid) && !proc_has_gone(pidfd) &&
               syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) >= 0;
}

static ssize_t kill_all(int group) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n = group_members_below(group, &pids, NULL), n_killed = 0;
        int r = n > 0 ? proc_check_own() : 0;

        if (r < 0) /* who comes down from whom cannot be seen */
                return r;

        for (ssize_t i = 0; i < n; i++)
                n_killed += pids[i] > 0 && kill_one(pids[i]);

        return n < 0 ? n : n_killed;
}

ssize_t descendants_end(int group) {
        uint64_t deadline = deadline_after(TIMEOUT_USEC);
        ssize_t n = kill_all(group), left = n;

        while (left > 0 && deadline_left(deadline) > 0) {
                (void) usleep(NAP_USEC);
                left = kill_all(group);
        }

        return n;
}
