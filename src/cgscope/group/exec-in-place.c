/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/group/exec-in-place.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/members.h"
#include "cgscope/cli/aim.h"
#include "cgscope/command/command.h"
#include "cgscope/command/spawn.h"
#include "cgscope/command/watch.h"
#include "cgscope/verbs.h"

/* `cgscope exec` in place of this process. A group that was made is to go again where the command does not begin, and
 * so we have to leave it. */

static int go_home(int root, const Exec *exec, pid_t pid) {
        _cleanup_close_ int home = group_open(root, exec->home);

        return home < 0 ? home : group_attach(home, pid);
}

/* Out of a namespace that begins below nobody gets by himself (nsdelegate): the child outside fetches us. */
static void fetch(const char *word, void *userdata) {
        _cleanup_close_ int root = cgroup_open_root(NULL);
        const Exec *exec = userdata;

        /* Who has been killed meanwhile is not the parent any more. */
        (void) word;
        if (root >= 0 && getppid() == exec->self)
                (void) go_home(root, exec, exec->self);
}

static int confine(Exec *exec) {
        Watch watch = WATCH_INIT;
        int r;

        exec->self = getpid();
        r = exec->home ? watch_start(&watch, fetch, exec) : 0;
        if (r < 0)
                return log_error_errno(r, "--cgroup-namespace: cannot start a process");

        r = confine_in(&exec->aim, &exec->command.cgroup_namespace);
        if (r >= 0)
                watch_dismiss(&watch);
        else if (watch.pid > 0)
                (void) watch_tell(&watch, "failed");
        watch_end(&watch);

        return r;
}

/* Its path would not tell: in a namespace it is another. */
static bool is_in_new(const Exec *exec) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n = group_members(exec->aim.target.fd, &pids);

        for (ssize_t i = 0; i < n; i++)
                if (pids[i] == getpid())
                        return true;

        return n < 0;
}

/* Where the kernel does not let us go home, from a namespace or back into a login session, any group beside the new one
 * is as good for the moment that is left. */
static void leave(Exec *exec) {
        if (!is_in_new(exec) || go_home(exec->aim.target.root, exec, 0) >= 0)
                return;
        if (exec->aim.groups->leave(&exec->aim.target, true) < 0)
                log_warning("%s remains: this process cannot leave it any more", exec->aim.text);
}

/* Returns the exit status where it cannot be run. */
static int enter_and_execute(Exec *exec) {
        int r;

        if (spawn_enter(&exec->aim) < 0 || (exec->command.cgroup_namespace.wanted && confine(exec) < 0) ||
            interrupt_is_pending(&exec->before))
                return STATUS_NOT_STARTED;

        interrupt_release(&exec->before);
        r = command_execute(exec->path, exec->argv);
        log_error_errno(r, "cannot execute %s", exec->path);
        return command_status(r);
}

int exec_in_place(Exec *exec) {
        int status = enter_and_execute(exec);

        if (exec->home)
                leave(exec);
        return status;
}
