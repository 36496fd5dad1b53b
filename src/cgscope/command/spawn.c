/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/spawn.h"

#include <assert.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/child.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgscope/command/command.h"
#include "cgscope/verbs.h"

/* For a child that does nothing to come to its end, on a busy machine. */
#define BIRTH_MSEC 5000

/* What a child says before its command begins, in memory that it shares with us. */
typedef struct Word {
        bool alive;  /* it has run at all */
        int failure; /* the exit status; 0: the command did begin */
        int error;
} Word;

int spawn_report(const Aim *aim, int error) {
        _cleanup_free_ char *leaves = NULL;

        if (error == -EAGAIN)
                return log_refuse(error,
                                  "cannot start a process for %s: no more are allowed to this user (ulimit -u) "
                                  "or where this process is (TasksMax, pids.max)",
                                  aim->text);
        if (error != -EBUSY)
                return aim_report(aim, error, "cannot start a process in");

        if (places_list(aim, &leaves) < 0 || isempty(leaves))
                return log_refuse(error,
                                  "%s hands controllers on to groups below it, so that no process can be in it "
                                  "itself; exec --create %s/NAME makes one",
                                  aim->text, aim->text);
        return log_refuse(error,
                          "%s hands controllers on to groups below it, so that no process can be in it itself; "
                          "these can take one: %s",
                          aim->text, leaves);
}

/* A manager says that it is done, and is not believed. */
static int check_entered(const Aim *aim) {
        _cleanup_free_ char *path = NULL;
        int r = cgroup_of_process(0, &path);

        if (r < 0)
                return log_error_errno(r, "cannot read the control group of this process");
        if (!streq(path, aim->target.path))
                return log_refuse(-EXDEV, "the manager was to move this process into %s, and it is in %s", aim->text,
                                  path);

        return 0;
}

/* For a process that the kernel does not let us move: no group above both places is ours, as in a login session. */
static int ask_to_enter(Aim *aim) {
        _cleanup_free_ char *unit = NULL;
        const char *path = aim->target.path;
        const pid_t self = 0; /* whoever asks, by whatever number */
        size_t length;
        int r;

        r = unit_of_path(path, &unit, &length);
        if (r < 0)
                return aim_report(aim, r, "cannot find the unit of");

        r = aim_call(aim, unit_attach, unit, path[length] ? path + length : "/", &self, 1);
        if (r < 0)
                return r;

        client_close(&aim->client);
        return check_entered(aim);
}

int spawn_enter(Aim *aim) {
        int r = aim->groups->attach(&aim->target, 0);

        /* Where the group is not ours either, there is nobody to ask. */
        if (r == -EACCES && faccessat(aim->target.fd, "cgroup.procs", W_OK, AT_EACCESS) >= 0)
                return ask_to_enter(aim);

        return r < 0 ? spawn_report(aim, r) : 0;
}

/* As fork(2): the child goes on here with memory of its own. In @group it is charged from the start, and nothing has to
 * be migrated, for which the kernel would stop all forks of the system for a moment. */
static pid_t clone_into(int group, int *ret_pidfd) {
        struct clone_args arguments = {
                .flags = CLONE_PIDFD | CLONE_INTO_CGROUP,
                .pidfd = (uint64_t) (uintptr_t) ret_pidfd,
                .exit_signal = SIGCHLD,
                .cgroup = (uint64_t) group,
        };
        long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

        return pid < 0 ? -errno : (pid_t) pid;
}

/* In the child, where it was born elsewhere. */
static int enter_group(const Spawn *spawn) {
        int r;

        if (spawn->aim) {
                /* A manager takes for the caller whoever has connected. */
                spawn->aim->client.manager = NULL;
                return spawn_enter(spawn->aim);
        }

        r = group_attach(spawn->group, 0);
        return r < 0 ? log_error_errno(r, "cannot move the command into its group") : 0;
}

/* What is to be done in the child first. */
static int prepare(const Spawn *spawn, bool enter) {
        int r;

        supervisor_leave(spawn->supervisor);

        r = enter ? enter_group(spawn) : 0;
        if (r < 0)
                return r;

        return spawn->prepare ? spawn->prepare(spawn->userdata) : 0;
}

static _noreturn_ void run_child(const Spawn *spawn, volatile Word *word, bool enter) {
        word->alive = true;
        if (prepare(spawn, enter) < 0)
                _exit(word->failure = STATUS_NOT_STARTED);

        word->error = command_execute(spawn->path, spawn->argv);
        word->failure = command_status(word->error);
        _exit(word->failure);
}

/* @enter: the child is to move there by itself. */
static int start(const Spawn *spawn, volatile Word *word, bool enter, Child *ret) {
        int pidfd = -EBADF;
        pid_t pid = enter ? child_fork(&pidfd) : clone_into(spawn->group, &pidfd);

        if (pid < 0)
                return pid;
        if (pid == 0)
                run_child(spawn, word, enter);

        *ret = (Child) { .pid = pid, .pidfd = pidfd };
        return 0;
}

static int start_and_wait(const Spawn *spawn, volatile Word *word, bool enter, int *ret_status) {
        Child child;
        int r = start(spawn, word, enter, &child);

        if (r < 0)
                return r;

        if (spawn->started && spawn->started(spawn->userdata) < 0) {
                (void) syscall(SYS_pidfd_send_signal, child.pidfd, SIGKILL, NULL, 0);
                word->failure = STATUS_NOT_STARTED;
        }

        r = supervisor_wait(spawn->supervisor, &child, ret_status);
        (void) fd_close(child.pidfd);
        return r;
}

static bool was_killed(int status) {
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Some kernels (seen with 6.18, not with 6.12) kill a child at birth when cgroup.kill was once written in the group
 * that it is cloned into, however long ago. Whether this is one of them, another child tells, which does nothing. In a
 * group that was frozen meanwhile it does not even that, and lives. */
static bool kernel_kills_at_birth(int group) {
        _cleanup_close_ int pidfd = -EBADF;
        pid_t pid = clone_into(group, &pidfd);
        struct pollfd pollfd = { .events = POLLIN };
        bool ended;
        int status;

        if (pid < 0)
                return false;
        if (pid == 0)
                _exit(EXIT_SUCCESS);

        pollfd.fd = pidfd;
        ended = poll(&pollfd, 1, BIRTH_MSEC) > 0;
        if (!ended)
                (void) syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
        (void) child_wait(pid, &status);
        return ended && was_killed(status);
}

/* -ENOSYS, -EPERM: system call filters, as of old container engines. -EAGAIN: as many processes as the group may have;
 * who moves in is not refused, so that it can be entered all the same, as in place. What somebody has killed, we
 * ourselves or another, is not started once more. */
static bool has_to_enter(int r, const Spawn *spawn, const volatile Word *word, int status) {
        if (r < 0)
                return r == -ENOSYS || r == -EPERM || (spawn->aim && (r == -EACCES || r == -EAGAIN));

        return spawn->aim && !word->alive && word->failure == 0 && was_killed(status) &&
               kernel_kills_at_birth(spawn->group);
}

/* The page stays: who supervises, starts one command and ends with it. */
static int start_or_enter(const Spawn *spawn, int *ret_status) {
        volatile Word *word = mmap(NULL, sizeof(Word), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        int r;

        if (word == MAP_FAILED)
                return -errno;

        r = start_and_wait(spawn, word, false, ret_status);
        if (has_to_enter(r, spawn, word, *ret_status))
                r = start_and_wait(spawn, word, true, ret_status);
        if (r < 0)
                return r;

        if (word->error < 0)
                log_error_errno(word->error, "cannot execute %s", spawn->path);
        return word->failure;
}

int spawn_and_wait(const Spawn *spawn, Meter *meter, Report *report) {
        int r;

        assert(spawn->path && spawn->argv && spawn->supervisor);

        r = supervisor_init(spawn->supervisor);
        if (r < 0) {
                log_error_errno(r, "cannot take over the signals");
                return STATUS_NOT_STARTED;
        }
        if (spawn->mask)
                spawn->supervisor->mask = *spawn->mask;

        meter_start(meter, report);
        r = start_or_enter(spawn, &report->status);
        if (r == 0)
                meter_stop(meter, report);
        return r;
}
