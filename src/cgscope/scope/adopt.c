/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"
#include "cgscope/cli/output.h"
#include "cgscope/command/arrival.h"
#include "cgscope/command/in-force.h"
#include "cgscope/command/linger.h"
#include "cgscope/command/scope-delegation.h"
#include "cgscope/scope/scope-parse.h"
#include "cgscope/verbs.h"
#include "namespace/path.h"

/* `cgscope adopt`: a new scope around processes that run already. They cannot be put back where they came from, so all
 * that can be asked beforehand is asked before the scope is. */

typedef struct Adopt {
        ScopeOptions options;
        ProcessList processes;
        Scope scope;
        Ask ask;
} Adopt;

static void adopt_done(Adopt *adopt) {
        ask_done(&adopt->ask);
        scope_done(&adopt->scope);
        process_list_done(&adopt->processes);
        scope_options_done(&adopt->options);
}

static int explain_owned(pid_t pid, const char *owner, Trouble *trouble) {
        return trouble_set(trouble, -EPERM,
                           "process %d is in the delegated %s, whose manager would lose it; --steal "
                           "takes it all the same",
                           (int) pid, owner);
}

/* A process in another delegated scope is somebody's: marks tell, and where a user manager left none, it is asked. */
static int check_not_owned(Adopt *adopt, pid_t pid, Trouble *trouble) {
        const Client *client = &adopt->ask.client;
        _cleanup_free_ char *path = NULL, *boundary = NULL, *unit = NULL;
        int r;

        r = cgroup_of_process(pid, &path);
        if (r >= 0)
                r = boundary_find(adopt->scope.group.root, path, &boundary);
        if (r >= 0)
                return explain_owned(pid, boundary_title(boundary), trouble);
        if (r == -ESRCH)
                return trouble_set(trouble, r, "no process %d", (int) pid);
        if (r == -EXDEV)
                return trouble_set(trouble, r,
                                   "process %d is in %s, outside of this cgroup namespace, and whose it is cannot be "
                                   "seen; --steal tries it all the same",
                                   (int) pid, path);
        if (r != -ENODATA)
                return trouble_wrap(trouble, r, "cannot look at the control group of process %d", (int) pid);

        r = client->asking->control_group_is_delegated(client->manager, path, &unit, trouble);
        return r > 0 ? explain_owned(pid, unit, trouble) : r;
}

static int check_ahead(Adopt *adopt) {
        _cleanup_free_ char *path = NULL;
        Trouble trouble = {};
        int r;

        for (size_t i = 0; !adopt->options.steal && i < adopt->processes.n; i++) {
                r = check_not_owned(adopt, adopt->processes.pids[i], &trouble);
                if (r < 0)
                        return log_trouble(r, &trouble);
        }

        r = client_call(&adopt->ask.client, manager_control_group, &path);
        if (r < 0)
                return r;

        adopt->scope.unit = adopt->ask.unit;
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

        (void) adopt->ask.client.asking->unit_stop(adopt->ask.client.manager, adopt->ask.unit, NULL);
        return log_refuse(-ESRCH, "the processes ended before the scope was made");
}

static int start_scope(Adopt *adopt) {
        ScopeRequest *request = &adopt->ask.request;
        Trouble trouble = {};
        int r;

        request->pids = adopt->processes.pids;
        request->pidfds = adopt->processes.pidfds;
        request->n_pids = adopt->processes.n;
        request->inquire = true;

        r = ask_connect(&adopt->ask, &trouble);
        if (r < 0)
                return log_trouble(r, &trouble);

        r = check_ahead(adopt);
        if (r < 0)
                return r;

        r = ask_start(&adopt->ask, &trouble);
        if (r >= 0)
                return check_alive(adopt);

        (void) log_trouble(r, &trouble);
        if (r == -ENOMEM && adopt->ask.result.pending)
                log_warning("the processes may get into %s all the same", adopt->ask.unit);
        return r;
}

/* The first that still lives stands for all when the scope is looked at. */
static int look_at_scope(Adopt *adopt) {
        const ProcessList *processes = &adopt->processes;
        Trouble trouble = {};

        for (size_t i = 0; i < processes->n; i++)
                if (!process_has_ended(processes->pidfds[i]))
                        return log_trouble(scope_identify(&adopt->scope, processes->pids[i], &adopt->ask,
                                                          &adopt->options, &trouble),
                                           &trouble);

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
                        return log_refuse(-EXDEV, "%s was started, but process %d is in %s", adopt->ask.unit,
                                          (int) processes->pids[i], path);
        }

        return 0;
}

/* They are in the scope, whatever fails here. -EXDEV: they are not. */
static int fill_scope(Adopt *adopt) {
        const ScopeOptions *options = &adopt->options;
        int r;

        r = look_at_scope(adopt);
        if (r < 0)
                return r;

        r = check_taken(adopt);
        if (r < 0)
                return r;

        r = arrival_check(&adopt->scope, options);
        if (r < 0)
                return r;

        if (options->delegate && options->leaf) {
                r = scope_fill_leaf(&adopt->scope, &adopt->processes, options);
                if (r < 0)
                        return r;

                r = scope_enable_controllers(&adopt->scope, options, CONTROLLER_MASK_NONE);
                if (r < 0)
                        return r;
        }

        return options->common.json ? output_check(scope_print_json(&adopt->scope, options->common.json_pretty)) : 0;
}

/* Where it was, a logout may have spared it. */
static void warn_of_logout(const Adopt *adopt) {
        for (size_t i = 0; i < adopt->processes.n; i++)
                if (linger_is_meant(adopt->processes.pids[i])) {
                        linger_warn(adopt->options.common.manager, adopt->ask.unit);
                        return;
                }
}

static int adopt_processes(Adopt *adopt, char *argv[]) {
        const ScopeOptions *options = &adopt->options;
        Trouble trouble = {};
        int r;

        if (scope_open_hierarchy(&adopt->scope, options->delegate && options->leaf) < 0)
                return STATUS_FAILURE;

        r = ask_init(&adopt->ask, options, "adopted", argv, &trouble);
        if (r >= 0)
                r = ask_check_slice(&adopt->ask, adopt->scope.group.root, &trouble);
        if (log_trouble(r, &trouble) < 0)
                return STATUS_FAILURE;

        adopt->options.deadline = adopt->ask.manager.deadline;
        if (start_scope(adopt) < 0)
                return STATUS_FAILURE;

        r = fill_scope(adopt);
        if (r < 0) {
                /* Where else they are, as when somebody else took them meanwhile, has been said. */
                if (r != -EXDEV)
                        log_warning("the processes are in %s all the same", adopt->ask.unit);
                return STATUS_FAILURE;
        }

        log_info("Running as unit: %s", adopt->ask.unit);
        warn_of_logout(adopt);
        return EXIT_SUCCESS;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(adopt_done)
                Adopt adopt = { .options = SCOPE_OPTIONS_INIT(verb), .scope = SCOPE_INIT, .ask = ASK_INIT };
        int status, r;
        char **words = verb_parse(verb, &adopt.options.common, &adopt.options, argc, argv, &status);

        if (!words)
                return status;

        r = scope_options_check(&adopt.options);
        if (r >= 0)
                r = process_list_parse(&adopt.processes, words);
        if (r < 0)
                return verb_refusal_status(verb, r);

        r = process_list_open(&adopt.processes, true);
        return r < 0 ? STATUS_FAILURE : adopt_processes(&adopt, words);
}

const Verb verb_adopt = {
        .name = "adopt",
        .synopsis = "[OPTIONS…] PID…",
        .summary = "Make a new scope around running processes",
        .description = "Make a new scope around processes that run already.",
        .see = "and systemd.resource-control(5) for properties",
        VERB_TAKES(1, VERB_ANY, "process"),
        .changes = true,
        .example = "--steal $$",
        .options = adopt_options,
        .parse = scope_options_parse,
        .run = run,
};
