/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/supervise.h"

#include <assert.h>
#include <limits.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "cgscope/command/descendant.h"

static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP };

/* Only the terminal sends these, to all of the process group: who stops is the command, and we with it. */
static const int terminal_stops[] = { SIGTTIN, SIGTTOU };

int supervisor_init(Supervisor *supervisor) {
        const struct sigaction by_default = { .sa_handler = SIG_DFL };
        sigset_t set;

        (void) sigemptyset(&set);
        (void) sigaddset(&set, SIGCHLD);
        /* Nobody may read the report any more, or it may be too long (ulimit -f): that is no reason not to pass on how
         * the command ended. */
        (void) sigaddset(&set, SIGPIPE);
        (void) sigaddset(&set, SIGXFSZ);
        for (size_t i = 0; i < ELEMENTSOF(forwarded); i++)
                (void) sigaddset(&set, forwarded[i]);
        for (size_t i = 0; i < ELEMENTSOF(terminal_stops); i++)
                (void) sigaddset(&set, terminal_stops[i]);
        if (supervisor->stop_signal > 0)
                (void) sigaddset(&set, supervisor->stop_signal);

        supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC);
        if (supervisor->signals < 0)
                return -errno;

        /* Ignored, as some parents leave it, it would reap our child unseen. */
        if (sigaction(SIGCHLD, &by_default, &supervisor->on_child) < 0 ||
            sigprocmask(SIG_BLOCK, &set, &supervisor->mask) < 0)
                return -errno;

        return 0;
}

void supervisor_done(Supervisor *supervisor) {
        supervisor->signals = fd_close(supervisor->signals);
}

void supervisor_leave(const Supervisor *supervisor) {
        if (supervisor->on_child.sa_handler != SIG_DFL)
                (void) sigaction(SIGCHLD, &supervisor->on_child, NULL);
        (void) sigprocmask(SIG_SETMASK, &supervisor->mask, NULL);
}

static bool is_forwarded(const Supervisor *supervisor, int signal) {
        if (signal == supervisor->stop_signal)
                return true;

        for (size_t i = 0; i < ELEMENTSOF(forwarded); i++)
                if (forwarded[i] == signal)
                        return true;

        return false;
}

/* What the terminal sends comes from the kernel, and went to the command as well. */
static void forward(const Supervisor *supervisor, const Child *child, const struct signalfd_siginfo *info) {
        int signal = (int) info->ssi_signo;

        if (supervisor->stop_came && signal == supervisor->stop_signal)
                *supervisor->stop_came = true;
        if (info->ssi_code != SI_KERNEL && is_forwarded(supervisor, signal))
                (void) syscall(SYS_pidfd_send_signal, child->pidfd, signal, NULL, 0);
}

/* By the child's signal, as it would stop without us: a shell says 148 of ^Z. Where the kernel lets that one stop
 * nobody, in a process group that no shell looks after, nobody waits for it either. */
static void stop_by(int number) {
        sigset_t set;

        (void) sigemptyset(&set);
        (void) sigaddset(&set, number);
        (void) raise(number);
        (void) sigprocmask(SIG_UNBLOCK, &set, NULL); /* here it stops */
        (void) sigprocmask(SIG_BLOCK, &set, NULL);
}

/* 1: the child has ended; 0: it goes on. When it has stopped, so do we until somebody lets us go on, which is handed
 * on to it. */
static int look_after(const Child *child, int *ret_status) {
        descendants_reap(child->pid);
        for (;;) {
                int status;
                pid_t pid = waitpid(child->pid, &status, WNOHANG | WUNTRACED);

                if (pid < 0 && errno == EINTR)
                        continue;
                if (pid <= 0)
                        return pid < 0 ? -errno : 0;

                if (!WIFSTOPPED(status)) {
                        *ret_status = status;
                        return 1;
                }
                stop_by(WSTOPSIG(status));
        }
}

static int timeout_msec(uint64_t deadline) {
        uint64_t left = deadline_left(deadline);

        if (left == USEC_INFINITY)
                return -1;

        return left / USEC_PER_MSEC < INT_MAX ? (int) (left / USEC_PER_MSEC) + 1 : INT_MAX;
}

/* Returns when there is a signal to be read, and wakes whom it has to meanwhile. */
static int wait_for_signal(const Supervisor *supervisor, uint64_t *deadline) {
        for (;;) {
                struct pollfd fds[] = { { .fd = supervisor->signals, .events = POLLIN },
                                        { .fd = supervisor->events, .events = POLLPRI } };
                int n = poll(fds, ELEMENTSOF(fds), timeout_msec(*deadline));

                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0 && fds[1].revents == 0)
                        return 0;
                if (n >= 0 && (n > 0 || deadline_left(*deadline) == 0))
                        *deadline = supervisor->wake(supervisor->userdata);
        }
}

int supervisor_wait(const Supervisor *supervisor, const Child *child, int *ret_status) {
        uint64_t deadline = supervisor->deadline;

        assert(supervisor->signals >= 0 && child->pid > 0);

        for (;;) {
                struct signalfd_siginfo info;
                ssize_t n;
                int r;

                r = supervisor->wake ? wait_for_signal(supervisor, &deadline) : 0;
                if (r < 0)
                        return r;

                n = read(supervisor->signals, &info, sizeof(info));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n != sizeof(info))
                        return n < 0 ? -errno : -EIO;

                if (info.ssi_signo != SIGCHLD) {
                        forward(supervisor, child, &info);
                        continue;
                }

                r = look_after(child, ret_status);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
}

void status_pass_on(int status) {
        int number = WTERMSIG(status);
        sigset_t set;

        if (!WIFSIGNALED(status))
                exit(WEXITSTATUS(status));

        (void) fflush(NULL);
        (void) prctl(PR_SET_DUMPABLE, 0); /* the core is the command's to leave */
        (void) signal(number, SIG_DFL);
        (void) sigemptyset(&set);
        (void) sigaddset(&set, number);
        (void) raise(number);
        (void) sigprocmask(SIG_UNBLOCK, &set, NULL);

        exit(128 + number);
}
