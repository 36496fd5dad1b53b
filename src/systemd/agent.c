/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/agent.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#include "basic/child.h"
#include "basic/fd.h"
#include "basic/user-namespace.h"

#define PKTTYAGENT "/usr/bin/pkttyagent"

/* As long as the agent may take to register: the bus and polkit may have to be started for it. */
#define REGISTER_TIMEOUT_MSEC 10000

/* As long as it may take to give the terminal back. */
#define END_TIMEOUT_MSEC 2000

/* What its parent holds back at the moment is to end the agent all the same: we end it by a signal ourselves. */
static void release_signals(void) {
        sigset_t none;

        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

static _noreturn_ void run_agent(pid_t parent, int notify_fd) {
        char number[16];

        release_signals();
        (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) /* it ended before that */
                _exit(EXIT_FAILURE);
        (void) fcntl(notify_fd, F_SETFD, 0);
        (void) snprintf(number, sizeof(number), "%d", notify_fd);
        fd_limit_restore();
        (void) execl(PKTTYAGENT, PKTTYAGENT, "--notify-fd", number, "--fallback", NULL);
        _exit(EXIT_FAILURE);
}

int agent_open(Agent *agent) {
        _cleanup_close_ int reader = -EBADF, writer = -EBADF;
        struct pollfd pollfd = { .events = POLLIN };
        pid_t parent = getpid(), pid;
        int fds[2];

        if (user_is_administrator() || !isatty(STDIN_FILENO) || access(PKTTYAGENT, X_OK) < 0)
                return 0;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        reader = fds[0];
        writer = fds[1];

        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                run_agent(parent, writer);

        agent->pid = pid;
        writer = fd_close(writer);

        /* The agent closes its end when it is registered, or ends. */
        pollfd.fd = reader;
        (void) poll(&pollfd, 1, REGISTER_TIMEOUT_MSEC);
        return 0;
}

void agent_close(Agent *agent) {
        if (agent->pid <= 0)
                return;

        (void) kill(agent->pid, SIGTERM);
        (void) kill(agent->pid, SIGCONT);
        if (!child_ends_within(agent->pid, END_TIMEOUT_MSEC))
                (void) kill(agent->pid, SIGKILL);
        (void) child_wait(agent->pid, NULL);
        agent->pid = 0;
}
