/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <sys/syscall.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgscope/command/arrival.h"
#include "cgscope/command/command.h"
#include "cgscope/command/linger.h"
#include "cgscope/scope/run-confine.h"
#include "cgscope/scope/run-limits.h"
#include "cgscope/scope/run-state.h"
#include "cgscope/scope/run-stop.h"
#include "cgscope/scope/run-supervised.h"
#include "cgscope/scope/scope-parse.h"
#include "cgscope/verbs.h"

/* `cgscope run`: a new scope around a command, in place or beside us. Everything that can be checked is checked before
 * anyone is asked for anything; what happens after that happens in the scope, which ends with this process if it
 * fails. */

static void run_done(Run *run) {
        ask_done(&run->ask);
        report_done(&run->report);
        confinement_done(&run->confinement);
        free(run->path);
        run_supervised_done(run);
        scope_done(&run->scope);
        identity_done(&run->identity);
        scope_options_done(&run->options);
}

/* Whether the user that the command runs as may be there, too. */
static int check_directory(const Run *run) {
        const char *directory = run->options.command.working_directory;

        if (directory && run->identity.user_given && chdir(*directory == '/' ? directory : ".") < 0)
                return log_error_errno(-errno, "--working-directory: %s cannot enter %s", run->identity.name,
                                       directory);

        return 0;
}

static int find_identity(Run *run) {
        const ScopeOptions *options = &run->options;
        const char *unknown;
        int r;

        r = identity_look_up(options->user, options->group, &run->identity, &unknown);
        if (r == -ESRCH)
                return log_refuse(r, "%s: there is no %s '%s'", unknown == options->user ? "--uid" : "--gid",
                                  unknown == options->user ? "user" : "group", unknown);
        if (r < 0)
                return log_error_errno(r, "cannot look up '%s'", unknown);

        if (geteuid() != 0 && (run->identity.uid != geteuid() || run->identity.gid != getegid()))
                return log_refuse(-EPERM, "--uid, --gid: only root can run a command as somebody else");
        if (options->common.manager == MANAGER_USER && run->identity.uid != geteuid())
                return log_refuse(-EPERM, "--uid: your user manager's scopes are yours; use --system");

        return 0;
}

static int prepare(Run *run) {
        const ScopeOptions *options = &run->options;
        bool supervise = scope_options_supervise(options);
        Trouble trouble = {};
        int r;

        r = scope_open_hierarchy(&run->scope, supervise || (options->delegate && options->leaf));
        if (r < 0)
                return r;

        if (options->command.cgroup_namespace.wanted && !options->common.quiet)
                confine_check_delegation(run->scope.group.root);

        r = ask_init(&run->ask, options, run->argv[0], run->argv, &trouble);
        if (r >= 0)
                r = ask_check_slice(&run->ask, run->scope.group.root, &trouble);
        if (r < 0)
                return log_trouble(r, &trouble);

        return supervise ? run_prepare_supervised(run) : 0;
}

static void fill_request(Run *run, const pid_t *pid, const int *pidfd) {
        ScopeRequest *request = &run->ask.request;

        request->pids = pid;
        request->pidfds = pidfd;
        request->n_pids = 1;

        /* Who asks the system manager without being root gets the subtree all the same. */
        if (run->identity.user_given || (run->options.common.manager == MANAGER_SYSTEM && geteuid() != 0))
                request->user = run->identity.uid_text;
        if (run->identity.group_given || request->user)
                request->group = run->identity.gid_text;
}

static int start_scope(Run *run) {
        _cleanup_close_ int pidfd = -EBADF;
        const pid_t self = 0; /* whoever asks, by whatever number */
        Trouble trouble = {};
        int r;

        pidfd = (int) syscall(SYS_pidfd_open, getpid(), 0);
        if (pidfd < 0)
                return log_error_errno(-errno, "cannot open a pidfd of this process");

        fill_request(run, &self, &pidfd);
        r = ask_connect(&run->ask, &trouble);
        if (r < 0)
                return log_trouble(r, &trouble);

        r = scope_options_supervise(&run->options) ? run_complete_request(run) : 0;
        if (r < 0)
                return r;

        r = ask_start(&run->ask, &trouble);
        if (r < 0)
                return log_trouble(r, &trouble);

        /* Alive with the job done, this process was so when the manager took it in: its end will be seen. */
        ask_settled(&run->ask);
        run_begin_stop(run);
        return 0;
}

static int divide_scope(Run *run) {
        const ScopeOptions *options = &run->options;
        int r;

        if (scope_options_supervise(options)) {
                r = scope_make_supervisor(&run->scope, options);
                return r < 0 ? r : run_limit_command(run);
        }
        if (!options->delegate || !options->leaf)
                return 0;

        r = scope_fill_leaf(&run->scope, NULL, options);
        return r < 0 ? r : scope_enable_controllers(&run->scope, options, CONTROLLER_MASK_NONE);
}

/* Of what the manager was asked for. */
static int check_arrival(const Run *run) {
        ScopeOptions options = run->options;

        options.deadline = run->ask.manager.deadline;
        if (scope_options_supervise(&options))
                options.properties = run->asked;

        return arrival_check(&run->scope, &options);
}

/* In the scope: looks at what we were given, and makes it ready. Done as the user the subtree was handed to. */
static int enter_scope(Run *run) {
        Trouble trouble = {};
        int r;

        /* Looked at with our own rights: others may not see BPF programs. */
        r = scope_identify(&run->scope, 0, &run->ask, &run->options, &trouble);
        if (r < 0)
                return log_trouble(r, &trouble);

        r = check_arrival(run);
        if (r < 0)
                return r;

        r = run_assume(run);
        if (r < 0)
                return r;

        r = run_confine_at_boundary(run);
        if (r < 0)
                return r;

        r = divide_scope(run);
        return r < 0 ? r : run_confine_at_leaf(run);
}

/* Managers keep the ID where the journal daemon looks: one read instead of one more question. */
static int read_invocation_id(const Run *run, char id[static 33]) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
        char path[PATH_MAX];
        int n;

        if (run->options.common.manager == MANAGER_SYSTEM)
                n = snprintf(path, sizeof(path), "/run/systemd/units/invocation:%s", run->ask.unit);
        else if (!isempty(runtime))
                n = snprintf(path, sizeof(path), "%s/systemd/units/invocation:%s", runtime, run->ask.unit);
        else
                n = snprintf(path, sizeof(path), "/run/user/%u/systemd/units/invocation:%s",
                             (unsigned) user_uid_outside(), run->ask.unit);

        id[32] = '\0';
        return n < (int) sizeof(path) && readlink(path, id, 33) == 32 ? 0 : -ENODATA;
}

/* What systemd-run sets, too. One that was inherited would be another unit's. */
static int set_invocation_id(const Run *run) {
        const char *told = run->ask.result.invocation_id;
        char id[33];

        if (*told)
                return setenv("INVOCATION_ID", told, 1);

        return read_invocation_id(run, id) < 0 ? unsetenv("INVOCATION_ID") : setenv("INVOCATION_ID", id, 1);
}

/* Everything between the scope and the command. */
static int hand_over(Run *run) {
        const ScopeOptions *options = &run->options;
        int r;

        r = check_directory(run);
        if (r < 0)
                return r;

        if (identity_set_environment(&run->identity) < 0 || set_invocation_id(run) < 0)
                return log_oom();

        r = command_set_environment(&options->command, run->scope.unit, run->scope.group.path);
        if (r < 0)
                return r;

        r = options->common.json && !options->command.report
                    ? scope_print_json(&run->scope, options->common.json_pretty)
                    : 0;
        if (r < 0)
                return log_error_errno(r, "cannot write to standard output");

        /* A report in JSON is alone there. */
        if (!options->common.json || !options->command.report || options->command.report_file)
                log_info("Running as unit: %s", run->scope.unit);
        if (linger_is_meant(0))
                linger_warn(options->common.manager, run->scope.unit);
        return 0;
}

/* As the user of the command: root shall not write for somebody where that user may not. */
static int open_report(Run *run) {
        const CommandOptions *options = &run->options.command;
        int r, opened;

        if (!options->report_file || !run->identity.foreign)
                return report_open(&run->report, options, NULL);

        r = identity_borrow(&run->identity);
        if (r < 0)
                return log_error_errno(r, "--report: cannot become uid %s", run->identity.uid_text);

        opened = report_open(&run->report, options, run->identity.name);
        r = identity_return(&run->identity);
        return r < 0 ? log_error_errno(r, "cannot become root again") : opened;
}

static int run_command(Run *run) {
        int r;

        if (find_identity(run) < 0 || open_report(run) < 0)
                return STATUS_NOT_STARTED;

        r = command_prepare(&run->options.command, run->argv[0], &run->path);
        if (r != 0)
                return r;

        if (prepare(run) < 0 || start_scope(run) < 0 || enter_scope(run) < 0 || hand_over(run) < 0)
                return STATUS_NOT_STARTED;

        if (scope_options_supervise(&run->options)) {
                ask_end(&run->ask);
                return run_supervised(run);
        }

        ask_end_watch(&run->ask);
        r = command_execute(run->path, run->argv);
        log_error_errno(r, "cannot execute %s", run->path);
        return command_status(r);
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(run_done) Run run = { .options = SCOPE_OPTIONS_INIT(verb),
                                        .scope = SCOPE_INIT,
                                        .ask = ASK_INIT,
                                        .confinement = CONFINEMENT_INIT,
                                        .report = REPORT_INIT,
                                        .stop = STOP_INIT };
        int status;

        run.argv = verb_parse(verb, &run.options.common, &run.options, argc, argv, &status);
        if (!run.argv || scope_options_check(&run.options) < 0)
                return status;

        return run_command(&run);
}

const Verb verb_run = {
        .name = "run",
        .synopsis = "[--delegate [CONTROLLERS]] [OPTIONS…] [--] COMMAND [ARGUMENTS…]",
        .summary = "Run a command in a new scope",
        .description = "Run a command in a new scope, in place: same process, same terminal. With "
                       "--wait or --report, cgscope stays beside it until it has ended.",
        .see = "and systemd.resource-control(5) for properties",
        VERB_TAKES(1, VERB_ANY, "command"),
        .changes = true,
        .example = "--delegate -- true",
        .options = run_options,
        .usage_status = STATUS_NOT_STARTED,
        .failure_status = STATUS_NOT_STARTED,
        .parse = scope_options_parse,
        .run = run,
};
