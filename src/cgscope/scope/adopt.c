/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"
#include "namespace/path.h"
#include "cgscope/command/arrival.h"
#include "cgscope/command/ask.h"
#include "cgscope/command/scope-delegation.h"
#include "cgscope/command/in-force.h"
#include "cgscope/cli/process-list.h"
#include "cgscope/command/scope-request.h"
#include "cgscope/command/scope-options.h"
#include "cgscope/verbs.h"

/* `cgscope adopt`: a new scope around processes that run already. They cannot be put back where they came from, so all
 * that can be asked beforehand is asked before the scope is. */

typedef struct Adopt {
        ScopeOptions options;
        ProcessList processes;
        Request request;
        Scope scope;
        Ask ask;
} Adopt;

static void adopt_done(Adopt *adopt) {
        ask_end(&adopt->ask);
        scope_done(&adopt->scope);
        request_done(&adopt->request);
        process_list_done(&adopt->processes);
        scope_options_done(&adopt->options);
}

static int explain_owned(pid_t pid, const char *owner, Trouble *trouble) {
        return trouble_set(trouble, -EPERM, "process %d is in the delegated %s, whose manager would lose it; --steal "
                           "takes it all the same", (int) pid, owner);
}

static int explain_unknown(pid_t pid, int error, Trouble *trouble) {
        if (error == -ESRCH)
                return trouble_set(trouble, error, "no process %d", (int) pid);

        return trouble_wrap(trouble, error, "cannot look at the control group of process %d", (int) pid);
}

/* A process in another delegated scope is somebody's: marks tell, and where a user manager left none, it is asked. */
static int check_not_owned(Adopt *adopt, pid_t pid, const Asking *asking, Manager *manager, Trouble *trouble) {
        _cleanup_free_ char *path = NULL, *boundary = NULL, *unit = NULL;
        int r;

        r = cgroup_of_process(pid, &path);
        if (r >= 0)
                r = boundary_find(adopt->scope.group.root, path, &boundary);
        if (r >= 0)
                return explain_owned(pid, boundary_title(boundary), trouble);
        if (r != -ENODATA)
                return explain_unknown(pid, r, trouble);

        r = asking->control_group_is_delegated(manager, path, &unit, trouble);
        return r > 0 ? explain_owned(pid, unit, trouble) : r;
}

static int check_ahead(Adopt *adopt) {
        const Asking *asking = adopt->ask.client.asking;
        Manager *manager = adopt->ask.client.manager;
        _cleanup_free_ char *path = NULL;
        Trouble trouble = {};
        int r = 0;

        for (size_t i = 0; r >= 0 && !adopt->options.steal && i < adopt->processes.n; i++)
                r = check_not_owned(adopt, adopt->processes.pids[i], asking, manager, &trouble);
        if (r >= 0)
                r = asking->manager_control_group(manager, &path, &trouble);
        if (r < 0)
                return log_trouble(r, &trouble);

        adopt->scope.unit = adopt->request.unit;
        r = in_force_check_ahead(&adopt->scope, &adopt->options);
        return r < 0 ? r : arrival_check_ahead(adopt->scope.group.root, path, &adopt->options);
}

/* Where all the processes ended meanwhile, no event ends the scope. */
static int check_alive(Adopt *adopt) {
        const ProcessList *processes = &adopt->processes;

        for (size_t i = 0; i < processes->n; i++)
                if (!process_has_ended(processes->pidfds[i])) {
                        ask_settled(&adopt->ask);
                        return 0;
                }

        (void) adopt->ask.client.asking->unit_stop(adopt->ask.client.manager, adopt->request.unit, NULL);
        return log_refuse(-ESRCH, "the processes ended before the scope was made");
}

static int start_scope(Adopt *adopt, ScopeResult *ret) {
        ScopeRequest *request = &adopt->request.scope;
        Trouble trouble = {};
        int r;

        request->pids = adopt->processes.pids;
        request->pidfds = adopt->processes.pidfds;
        request->n_pids = adopt->processes.n;
        request->inquire = true;

        r = log_trouble(ask_connect(&adopt->ask, &adopt->request, &trouble), &trouble);
        if (r >= 0)
                r = check_ahead(adopt);
        if (r >= 0)
                r = log_trouble(ask_start(&adopt->ask, ret, &trouble), &trouble);

        return r < 0 ? r : check_alive(adopt);
}

/* The first that still lives stands for all when the scope is looked at. */
static int look_at_scope(Adopt *adopt, const ScopeResult *result) {
        const ProcessList *processes = &adopt->processes;
        Trouble trouble = {};

        for (size_t i = 0; i < processes->n; i++)
                if (!process_has_ended(processes->pidfds[i]))
                        return log_trouble(scope_identify(&adopt->scope, processes->pids[i], adopt->request.unit,
                                                          result, &adopt->options, &trouble), &trouble);

        return log_refuse(-ESRCH, "the processes have ended");
}

/* The others as well: the manager says that it took them all, and is not believed. What is further down has gone there
 * by itself. */
static int check_taken(const Adopt *adopt) {
        const ProcessList *processes = &adopt->processes;

        for (size_t i = 0; i < processes->n; i++) {
                _cleanup_free_ char *path = NULL;
                int r = cgroup_of_process(processes->pids[i], &path);

                if (process_has_ended(processes->pidfds[i]))
                        continue;
                if (r < 0)
                        return log_error_errno(r, "cannot read the control group of process %d",
                                               (int) processes->pids[i]);
                if (!cgroup_path_is_within(path, adopt->scope.group.path))
                        return log_refuse(-EXDEV, "%s was started, but process %d is in %s", adopt->request.unit,
                                          (int) processes->pids[i], path);
        }

        return 0;
}

/* From here on they are in the scope, whatever else fails. */
static int fill_scope(Adopt *adopt, const ScopeResult *result) {
        const ScopeOptions *options = &adopt->options;
        int r;

        r = look_at_scope(adopt, result);
        if (r >= 0)
                r = check_taken(adopt);
        if (r >= 0)
                r = arrival_check(&adopt->scope, options);
        if (r < 0 || !options->delegate || !options->leaf)
                return r;

        r = scope_fill_leaf(&adopt->scope, &adopt->processes, options);
        return r < 0 ? r : scope_enable_controllers(&adopt->scope, options, CONTROLLER_MASK_NONE);
}

static int adopt_processes(Adopt *adopt, char *argv[]) {
        const ScopeOptions *options = &adopt->options;
        Trouble trouble = {};
        ScopeResult result;
        int r;

        r = scope_open_hierarchy(&adopt->scope, options->delegate && options->leaf);
        if (r >= 0)
                r = log_trouble(request_init(&adopt->request, options, "adopted", argv, &trouble), &trouble);
        if (r < 0)
                return STATUS_FAILURE;

        adopt->options.deadline = adopt->request.manager.deadline;
        r = start_scope(adopt, &result);
        if (r < 0)
                return STATUS_FAILURE;

        r = fill_scope(adopt, &result);
        if (r >= 0 && options->common.json && scope_print_json(&adopt->scope, options->common.json_pretty) < 0)
                r = log_error_errno(-EIO, "cannot write to standard output");
        if (r < 0) {
                log_warning("the processes are in %s all the same", adopt->request.unit);
                return STATUS_FAILURE;
        }

        log_info("Running as unit: %s", adopt->request.unit);
        return EXIT_SUCCESS;
}

static int run(int argc, char *argv[]) {
        _cleanup_(adopt_done) Adopt adopt = { .options = SCOPE_OPTIONS_INIT(&verb_adopt), .scope = SCOPE_INIT,
                                                 .ask = ASK_INIT };
        int status, r;
        char **words = verb_parse(&verb_adopt, &adopt.options.common, &adopt.options, argc, argv, &status);

        if (!words || scope_options_check(&adopt.options) < 0 || process_list_parse(&adopt.processes, words) < 0)
                return status;

        r = process_list_open(&adopt.processes);
        return r < 0 ? STATUS_FAILURE : adopt_processes(&adopt, words);
}

const Verb verb_adopt = {
        .name = "adopt",
        .synopsis = "[OPTIONS…] PID…",
        .summary = "Make a new scope around running processes",
        .description = "Make a new scope around processes that run already.",
        .see = "and systemd.resource-control(5) for properties",
        .words = { "process" },
        .least = 1,
        .most = VERB_ANY,
        .changes = true,
        .example = "$$",
        .options = adopt_options,
        .parse = scope_options_parse,
        .run = run,
};
