/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "cgscope/run.h"
#include "cgscope/spawn.h"
#include "cgscope/verbs.h"

/* `cgscope run --wait` and `--report`: we stay in the scope, in a group of our own beside the command's, so that the
 * scope is there to be read when the command has ended. If we are killed, it ends with its last process. */

static bool has_property(const PropertyList *list, const PropertyInfo *info) {
        for (size_t i = 0; i < list->n_items; i++)
                if (list->items[i].info == info)
                        return true;

        return false;
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

int run_add_accounting(Run *run) {
        static const char *const names[] = { "IOAccounting", "MemoryAccounting", "TasksAccounting" };
        const PropertyList *given = &run->options.properties;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char assignment[64];
                _cleanup_free_ char *message = NULL;

                if (has_property(given, property_find(names[i])))
                        continue;

                (void) snprintf(assignment, sizeof(assignment), "%s=yes", names[i]);
                r = property_list_add(&run->accounting, assignment, &message);
                if (r < 0)
                        return log_error_errno(r, "cannot ask for %s", names[i]);
        }

        r = join_properties(given, &run->accounting, &run->properties);
        if (r >= 0)
                run->request.scope.properties = &run->properties;
        return r;
}

void run_accounting_done(Run *run) {
        free(run->properties.items);
        property_list_done(&run->accounting);
}

static void end_outlivers(const Run *run, Report *report) {
        const Scope *scope = &run->scope;
        ssize_t n = outlivers_end(scope->fd, scope->supervisor, !run->options.keep);

        if (n < 0)
                log_warning_errno((int) n, "%s: cannot end what the command left behind", scope->unit);
        report->left = n < 0 ? STATISTIC_ABSENT : (uint64_t) n;
        report->killed = n > 0 && !run->options.keep;
}

static int run_and_report(Run *run, const Supervisor *supervisor, Meter *meter, Report *report) {
        const CommonOptions *options = &run->options.common;
        const Scope *scope = &run->scope;
        const Spawn spawn = {
                .group = scope->leaf,
                .path = run->path,
                .argv = run->argv,
                .supervisor = supervisor,
                .prepare = run_confine_command,
                .started = run_confine_supervisor,
                .userdata = run,
        };
        int r, error;

        if (run->report >= 0)
                meter_start(meter);

        r = spawn_and_wait(&spawn, &report->status, &error);
        if (r < 0)
                return log_error_errno(r, "%s: cannot start the command", scope->unit), STATUS_NOT_STARTED;
        if (r > 0) {
                if (error < 0)
                        log_error_errno(error, "cannot execute %s", run->path);
                return r;
        }

        meter_stop(meter, report);
        end_outlivers(run, report);
        if (run->report >= 0) {
                meter_read(meter, report);
                report_write(report, run->report, run->options.report_file, options->json, options->json_pretty);
        }

        status_pass_on(report->status);
}

int run_supervised(Run *run) {
        const Scope *scope = &run->scope;
        _cleanup_(supervisor_done) Supervisor supervisor = SUPERVISOR_INIT;
        _cleanup_(report_done) Report report = { .unit = scope->unit, .control_group = scope->path };
        _cleanup_(meter_done) Meter meter = METER_INIT;
        int r;

        r = supervisor_init(&supervisor);
        if (r < 0)
                return log_error_errno(r, "cannot take over the signals"), STATUS_NOT_STARTED;

        meter.kind = METER_OWN;
        meter.group = scope->fd;
        meter.leaf = scope->leaf;
        meter.aside = scope->supervisor;
        return run_and_report(run, &supervisor, &meter, &report);
}
