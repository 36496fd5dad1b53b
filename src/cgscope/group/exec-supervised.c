/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/group/exec-supervised.h"

#include <sys/prctl.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/temporary.h"
#include "cgscope/command/descendant.h"
#include "cgscope/command/spawn.h"
#include "cgscope/verbs.h"

/* `cgscope exec --wait`, `--report` and `--remove`: we stay where we are, for what is to be done after the command's
 * end. */

/* For what was killed to leave its group. */
#define REMOVE_TIMEOUT_USEC (5 * USEC_PER_SEC)

/* In the child that stays behind when we were killed. What it knows is from before the group was made. */
static void clear_away(const char *word, void *userdata) {
        const Exec *exec = userdata;
        _cleanup_free_ char *path = boundary_path(&exec->aim.target);
        _cleanup_close_ int root = cgroup_open_root(NULL);
        _cleanup_close_ int boundary = root >= 0 && path ? group_open(root, path) : -EBADF;

        (void) word;
        if (boundary >= 0)
                temporary_end(boundary, boundary_below(&exec->aim.target), REMOVE_TIMEOUT_USEC);
}

int exec_watch(Exec *exec) {
        int r = watch_start(&exec->watch, clear_away, exec);

        r = r < 0 ? r : watch_tell(&exec->watch, "made");
        return r < 0 ? log_error_errno(r, "--remove: cannot start the process that removes the group where this one is "
                                          "killed")
                     : 0;
}

/* With @all what is left in it, too; else -EBUSY says at once that there is something. */
static int remove_group(const Exec *exec, bool all) {
        return exec->aim.groups->remove(&exec->aim.target, all, all ? REMOVE_TIMEOUT_USEC : 0);
}

/* @whole: all that is in the group, else what the command has started. Then it is read again. */
static void end_outlivers(Exec *exec, const Meter *meter, bool whole) {
        int group = exec->aim.target.fd;
        Report *report = &exec->report;
        bool keep = exec->command.keep;
        ssize_t n = whole ? exec->aim.groups->end(&exec->aim.target, !keep) : descendants_end(group);

        report->left = n < 0 ? STATISTIC_ABSENT : (uint64_t) n;
        report->killed = n > 0 && !keep;
        if (report->killed)
                meter_read(meter, report);
        if (n < 0 && !group_is_gone(group))
                log_warning_errno((int) n, "cannot end what the command left in %s", exec->aim.text);
}

/* A group that was there before is removed where it was meant itself, not by --create, and is empty. */
static void remove_old(const Exec *exec) {
        int r = exec->create ? 0 : remove_group(exec, false);

        if (r == -EBUSY)
                log_warning("--remove: %s stays: groups or processes are in it that are not of this command; cgscope "
                            "remove -r %s removes it with them",
                            exec->aim.text, exec->aim.text);
        else if (r < 0 && r != -ENOENT)
                log_warning_errno(r, "--remove: cannot remove %s", exec->aim.text);
}

/* With all that is in it: who is at work there came after us, by a way that makes no claim. */
static void remove_new(Exec *exec, const Meter *meter) {
        int r = remove_group(exec, false);

        if (r == -EBUSY) {
                end_outlivers(exec, meter, true);
                r = remove_group(exec, true);
        }

        if (r < 0 && r != -ENOENT)
                log_warning_errno(r, "--remove: cannot remove %s", exec->aim.text);
        temporary_remove_above(exec->aim.target.top, boundary_below(&exec->aim.target));
}

/* Where the group can be removed at once, nothing was left in it. */
static void finish(Exec *exec, const Meter *meter) {
        int group = exec->aim.target.fd, r = 0;

        exec->report.left = exec->made || exec->remove ? 0 : STATISTIC_ABSENT;
        meter_read(meter, &exec->report);

        if (exec->remove && group_is_temporary(group))
                r = temporary_release(group, &exec->division.claim);
        if (r > 0)
                remove_new(exec, meter);
        else if (exec->remove || exec->made)
                end_outlivers(exec, meter, !exec->remove);
        if (r == -ESTALE) /* who removed it may not have meant those above it */
                temporary_remove_above(exec->aim.target.top, boundary_below(&exec->aim.target));
        if (exec->remove && !group_is_temporary(group))
                remove_old(exec);

        /* That the rest is ended, --remove says itself. */
        if (!exec->remove || exec->command.report)
                report_write(&exec->report, exec->options.json, exec->options.json_pretty);
}

/* In the child. With --remove its group goes when we go, and so does the command. */
static int prepare_command(void *userdata) {
        const Exec *exec = userdata;

        if (exec->remove && (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != exec->supervisor))
                return -ESRCH;

        return exec->command.cgroup_namespace.wanted ? confine_in(&exec->aim, &exec->command.cgroup_namespace) : 0;
}

int exec_supervised(Exec *exec) {
        _cleanup_(supervisor_done) Supervisor supervisor = SUPERVISOR_INIT;
        _cleanup_(meter_done) Meter meter = METER_INIT;
        const Spawn spawn = {
                .group = exec->aim.target.fd,
                .path = exec->path,
                .argv = exec->argv,
                .supervisor = &supervisor,
                .mask = &exec->before,
                .aim = &exec->aim,
                .prepare = prepare_command,
                .userdata = exec,
        };
        int r;

        exec->supervisor = getpid();
        if (exec->remove)
                descendants_adopt();

        exec->report.control_group = exec->aim.target.path;
        meter.kind = exec->made ? METER_NEW : METER_SHARED;
        meter.group = exec->aim.target.fd;

        r = spawn_and_wait(&spawn, &meter, &exec->report);
        if (r > 0)
                return r;
        if (r < 0) {
                (void) spawn_report(&exec->aim, r);
                return STATUS_NOT_STARTED;
        }

        finish(exec, &meter);
        watch_dismiss(&exec->watch);
        watch_end(&exec->watch);
        status_pass_on(exec->report.status);
}
