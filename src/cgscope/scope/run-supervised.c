/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/scope/run-supervised.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/control.h"
#include "cgroup/group.h"
#include "cgscope/command/linger.h"
#include "cgscope/command/spawn.h"
#include "cgscope/scope/run-confine.h"
#include "cgscope/scope/run-limits.h"
#include "cgscope/scope/run-stop.h"
#include "cgscope/verbs.h"

/* `cgscope run --wait` and `--report`: we stay in the scope, in a group of our own beside the command's, so that the
 * scope is there to be read when the command has ended. If we are killed, it ends with its last process. */

/* What makes the kernel count, unless the user said otherwise. What of it does not reach the scope is missing in the
 * report, and no error. */
static int add_accounting(Run *run) {
        static const char *const names[] = { "IOAccounting", "MemoryAccounting", "TasksAccounting" };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char assignment[64];

                if (property_of(&run->options.properties, names[i]))
                        continue;

                (void) snprintf(assignment, sizeof(assignment), "%s=yes", names[i]);
                r = property_list_add(&run->added, assignment, NULL);
                if (r < 0)
                        return log_error_errno(r, "cannot ask for %s", names[i]);
        }

        return 0;
}

int run_prepare_supervised(Run *run) {
        int r = run_make_room(run);

        return r < 0 || !run->options.command.report ? r : add_accounting(run);
}

/* Shallow: what the items own stays theirs. */
static int join_properties(const PropertyList *a, const PropertyList *b, PropertyList *ret) {
        PropertyValue *items = calloc(a->n_items + b->n_items + 1, sizeof(*items));

        if (!items)
                return log_oom();

        for (size_t i = 0; i < a->n_items; i++)
                items[i] = a->items[i];
        for (size_t i = 0; i < b->n_items; i++)
                items[a->n_items + i] = b->items[i];

        *ret = (PropertyList) { .items = items, .n_items = a->n_items + b->n_items };
        return 0;
}

int run_complete_request(Run *run) {
        int r;

        r = run_plan_stop(run);
        if (r < 0)
                return r;

        r = join_properties(&run->asked, &run->added, &run->properties);
        if (r < 0)
                return r;

        run->ask.request.properties = &run->properties;
        return 0;
}

void run_supervised_done(Run *run) {
        run->stop.events = fd_close(run->stop.events);
        free(run->properties.items);
        free(run->asked.items);
        property_list_done(&run->added);
}

static void end_outlivers(const Run *run, Report *report) {
        const Scope *scope = &run->scope;
        bool keep = run->options.command.keep;
        ssize_t n = group_end(scope->group.fd, scope->supervisor, !keep);

        if (n < 0)
                log_warning_errno((int) n, "%s: cannot end what the command left behind", scope->unit);
        report->left = n < 0 ? STATISTIC_ABSENT : (uint64_t) n;
        report->killed = n > 0 && !keep;
}

static int report_failure(const Scope *scope, int error) {
        if (error == -EAGAIN)
                log_error(
                        "%s: cannot start the command: no more processes are allowed to this user (ulimit -u) or in a "
                        "slice above (TasksMax); cgscope stays beside it and is one itself",
                        scope->unit);
        else
                log_error_errno(error, "%s: cannot start the command", scope->unit);

        return STATUS_NOT_STARTED;
}

/* What goes on in the scope needs no group of ours. Once in the command's, we leave as one of its processes. */
static void leave_supervisor(const Scope *scope) {
        int r = group_is_frozen(scope->leaf);

        if (r == 0)
                r = group_attach(scope->leaf, 0);
        if (r >= 0 && unlinkat(scope->group.fd, SUPERVISOR_GROUP, AT_REMOVEDIR) < 0)
                r = -errno;
        if (r < 0)
                log_full(LOG_DEBUG, r, "%s: the group " SUPERVISOR_GROUP " stays", scope->unit);
}

int run_supervised(Run *run) {
        const CommonOptions *options = &run->options.common;
        const Scope *scope = &run->scope;
        Report *report = &run->report;
        _cleanup_(supervisor_done) Supervisor supervisor = SUPERVISOR_INIT;
        _cleanup_(meter_done) Meter meter = METER_INIT;
        const Spawn spawn = {
                .group = scope->leaf,
                .path = run->path,
                .argv = run->argv,
                .supervisor = &supervisor,
                .prepare = run_confine_command,
                .started = run_confine_supervisor,
                .userdata = run,
        };
        int r;

        run_watch_stop(run, &supervisor);
        report->unit = scope->unit;
        report->control_group = scope->group.path;
        meter.kind = METER_OWN;
        meter.group = scope->group.fd;
        meter.leaf = scope->leaf;
        meter.aside = scope->supervisor;

        r = spawn_and_wait(&spawn, &meter, report);
        if (r != 0)
                return r < 0 ? report_failure(scope, r) : r;

        report->stopped_by = run_stopped_by(run, report->status);
        end_outlivers(run, report);
        meter_read(&meter, report);
        report_write(report, options->json, options->json_pretty);
        if (report->left > 0 && !report->killed) {
                if (!linger_is_meant(0)) /* or it has been said */
                        linger_warn(options->manager, scope->unit);
                leave_supervisor(scope);
        }
        status_pass_on(report->status);
}
