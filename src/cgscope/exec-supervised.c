/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgscope/exec.h"
#include "cgscope/spawn.h"
#include "cgscope/verbs.h"

/* `cgscope exec --wait`, `--report` and `--remove`: we stay where we are, for what is to be done after the command's
 * end. */

/* For what was killed to leave its group. */
#define REMOVE_TIMEOUT_USEC (5 * USEC_PER_SEC)

/* @all: with what is left in it; else -EBUSY says that there is something. */
static int remove_group(const Exec *exec, bool all) {
        const char *name;
        _cleanup_close_ int parent = target_open_parent(&exec->aim.target, &name);

        if (parent < 0)
                return parent;
        if (all)
                return group_remove_all(parent, name, REMOVE_TIMEOUT_USEC);

        return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static void end_outlivers(const Exec *exec, Report *report) {
        ssize_t n = outlivers_end(exec->aim.target.fd, -EBADF, !exec->keep);

        report->left = n < 0 ? STATISTIC_ABSENT : (uint64_t) n;
        report->killed = n > 0 && !exec->keep;
        if (n < 0)
                log_warning_errno((int) n, "cannot end what the command left in %s", exec->aim.text);
}

/* Where the group can be removed at once, nothing was left in it. Else it is read again when that has ended. */
static void finish(const Exec *exec, const Meter *meter, Report *report) {
        bool ours = exec->made || exec->remove;
        int r;

        report->left = ours ? 0 : STATISTIC_ABSENT;
        if (exec->report)
                meter_read(meter, report);

        r = exec->remove ? remove_group(exec, false) : -EBUSY;
        if (r == -EBUSY && ours) {
                end_outlivers(exec, report);
                if (exec->report && report->killed)
                        meter_read(meter, report);
                r = exec->remove ? remove_group(exec, true) : 0;
        }

        if (exec->remove && r < 0 && r != -ENOENT)
                log_warning_errno(r, "--remove: cannot remove %s", exec->aim.text);
        if (exec->report)
                report_write(report, exec->file, exec->report_file, exec->options.json, exec->options.json_pretty);
}

static int confine_command(void *userdata) {
        const Exec *exec = userdata;

        return exec->cgroup_namespace.wanted ? confine_in(&exec->aim, &exec->cgroup_namespace) : 0;
}

int exec_supervised(Exec *exec) {
        _cleanup_(supervisor_done) Supervisor supervisor = SUPERVISOR_INIT;
        _cleanup_(meter_done) Meter meter = METER_INIT;
        _cleanup_(report_done) Report report = { .control_group = exec->aim.target.path };
        const Spawn spawn = {
                .group = exec->aim.target.fd,
                .path = exec->path,
                .argv = exec->argv,
                .supervisor = &supervisor,
                .aim = &exec->aim,
                .prepare = confine_command,
                .userdata = exec,
        };
        int r, error;

        r = supervisor_init(&supervisor);
        if (r < 0)
                return log_error_errno(r, "cannot take over the signals"), STATUS_NOT_STARTED;

        meter.kind = exec->made ? METER_NEW : METER_SHARED;
        meter.group = exec->aim.target.fd;
        if (exec->report)
                meter_start(&meter);

        r = spawn_and_wait(&spawn, &report.status, &error);
        if (r != 0) {
                if (r < 0)
                        (void) spawn_report(&exec->aim, r);
                else if (error < 0)
                        log_error_errno(error, "cannot execute %s", exec->path);
                divide_undo(&exec->divide);
                return r < 0 ? STATUS_NOT_STARTED : r;
        }

        meter_stop(&meter, &report);
        finish(exec, &meter, &report);
        status_pass_on(report.status);
}
