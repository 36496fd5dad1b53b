/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/probe.h"

#include <signal.h>
#include <sys/prctl.h>

#include "basic/child.h"
#include "basic/clock.h"
#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"

#define NAP_USEC (2 * USEC_PER_MSEC)

/* It lives no longer than we do, holds nothing open, and no key on our terminal reaches it. */
static _noreturn_ void wait_for_the_end(pid_t parent) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
                _exit(EXIT_SUCCESS);

        (void) setsid();
        (void) close_range(0, ~0U, 0);
        (void) chdir("/");
        for (;;)
                (void) pause();
}

static int start_process(Probe *probe, Trouble *trouble) {
        pid_t parent = getpid(), pid = child_fork(&probe->pidfd);

        if (pid < 0)
                return trouble_wrap(trouble, pid, "cannot start a process to make a scope around");
        if (pid == 0)
                wait_for_the_end(parent);

        probe->pid = pid;
        return 0;
}

static void end_process(Probe *probe) {
        if (probe->pid > 0) {
                (void) kill(probe->pid, SIGKILL);
                (void) child_wait(probe->pid, NULL);
        }

        probe->pid = 0;
        probe->pidfd = fd_close(probe->pidfd);
}

static int start_scope(Probe *probe, Trouble *trouble) {
        static char description[] = "Which controllers reach a new scope";
        char *const words[] = { description, NULL };
        ScopeRequest *request = &probe->ask.request;
        int r;

        r = ask_init(&probe->ask, &probe->options, "probe", words, trouble);
        if (r < 0)
                return r;

        request->pids = &probe->pid;
        request->pidfds = &probe->pidfd;
        request->n_pids = 1;

        r = ask_connect(&probe->ask, trouble);
        if (r < 0)
                return r;

        r = ask_start(&probe->ask, trouble);
        if (r < 0)
                return r;

        /* Where it ended meanwhile, no event ends the scope: the request is taken back. */
        if (process_has_ended(probe->pidfd))
                return trouble_set(trouble, -ESRCH, "the process in the scope was killed");

        ask_settled(&probe->ask);
        return 0;
}

int probe_scope(Probe *probe, const CommonOptions *options, Trouble *trouble) {
        int r;

        *probe = (Probe) PROBE_INIT;
        probe->options = (ScopeOptions) {
                .common = *options,
                .collect = true,
                .delegate = true,
                .all_controllers = true,
        };

        probe->scope.group.root = cgroup_open_root(NULL);
        if (probe->scope.group.root < 0)
                return trouble_wrap(trouble, probe->scope.group.root, "cannot open " CGROUP_MOUNT);

        r = start_process(probe, trouble);
        if (r < 0)
                return r;

        r = start_scope(probe, trouble);
        if (r < 0)
                return r;

        return scope_identify(&probe->scope, probe->pid, &probe->ask, &probe->options, trouble);
}

static bool is_gone(const Scope *scope) {
        _cleanup_close_ int fd = group_open(scope->group.root, scope->group.path);

        return fd == -ENOENT;
}

/* The process goes first, and is reaped: a request that is taken back leaves scopes alone that somebody is in. The
 * manager removes the scope as soon as it has noticed. */
void probe_done(Probe *probe) {
        end_process(probe);

        while (probe->scope.group.fd >= 0 && !is_gone(&probe->scope) && deadline_left(probe->ask.manager.deadline) > 0)
                (void) usleep(NAP_USEC);

        ask_done(&probe->ask);
        scope_done(&probe->scope);
        *probe = (Probe) PROBE_INIT;
}
