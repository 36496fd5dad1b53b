/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/temporary.h"
#include "cgscope/cli/process-list.h"
#include "cgscope/command/command.h"
#include "cgscope/command/spawn.h"
#include "cgscope/group/exec-in-place.h"
#include "cgscope/group/exec-state.h"
#include "cgscope/group/exec-supervised.h"
#include "cgscope/verbs.h"

/* `cgscope exec`: a command inside a group, in our place or, where something is to be done after its end, beside us. */

/* For all that is to be done beside the command and after its end. */
#define DESCRIPTORS_NEEDED 16

enum {
        OPTION_PROPERTY = OPTION_OWN,
};

/* clang-format off */
static const Option exec_options[] = {
        { "property", 'p', "KEY=VALUE", "Set a limit of the group first (repeatable)", OPTION_PROPERTY },
        { "create", 0, NULL, "Make the group first", OPTION_FLAG(Exec, create) },
        { "parents", 0, NULL, "Likewise those above it; it may be there", OPTION_FLAG(Exec, parents) },
        { "evacuate", 0, "LEAF", "Move processes that are in the way into this group", OPTION_TEXT(Exec, division.evacuate) },
        { "remove", 0, NULL, "Afterwards end all in the group and remove it", OPTION_FLAG(Exec, remove) },
        COMMAND_OPTIONS(Exec),
        { "wait", 0, NULL, "Stay beside the command until it has ended", OPTION_FLAG(Exec, command.wait) },
        { "report", 0, "[=FILE]", "Likewise, and say what it used", OPTION_REPORT },
        { "keep", 0, NULL, "Let what it leaves in a new group run on", OPTION_FLAG(Exec, command.keep) },
        { "json", 0, "[=MODE]", "Print the report as JSON (short, pretty, off)", OPTION_JSON },
        CHANGING_OPTIONS,
};
/* clang-format on */

static void exec_done(Exec *exec) {
        report_done(&exec->report);
        command_options_done(&exec->command);
        free(exec->path);
        free(exec->home);
        division_done(&exec->division);
        aim_done(&exec->aim);
        attribute_list_done(&exec->attributes);
}

static int parse_option(void *userdata, int id) {
        Exec *exec = userdata;

        return id == OPTION_PROPERTY ? divide_parse((char *[]) { optarg, NULL }, &exec->attributes)
                                     : command_options_parse(&exec->command, id);
}

static bool is_supervised(const Exec *exec) {
        return exec->command.wait || exec->command.report || exec->remove;
}

/* What only makes sense beside another option. */
static int check_combination(const Exec *exec) {
        if (!exec->create && (exec->parents || exec->division.evacuate))
                return log_refuse(-EINVAL, "--parents, --evacuate: a group is made only with --create");
        if (exec->command.keep && (exec->remove || !is_supervised(exec)))
                return log_refuse(-EINVAL, "--keep: %s",
                                  exec->remove ? "with --remove nothing can stay in the group"
                                               : "nothing is ended without --wait or --report");

        return divide_check(&exec->division) < 0 ? -EINVAL : command_options_check(&exec->command);
}

static int find_target(Exec *exec, const char *text) {
        AimFlags flags = AIM_WRITABLE;
        int r;

        if (exec->create)
                flags |= AIM_MAY_BE_ABSENT;
        if (exec->create || exec->remove || exec->attributes.n_items > 0)
                flags |= AIM_BELOW_BOUNDARY;

        r = aim_open(&exec->aim, &exec->options, text, flags);
        if (r < 0)
                return r;

        if (exec->command.cgroup_namespace.wanted && !exec->options.quiet)
                confine_check_delegation(exec->aim.target.root);
        if (!exec->remove || exec->aim.target.fd < 0)
                return 0;

        r = aim_holds_caller(&exec->aim);
        if (r > 0)
                return log_refuse(-EBUSY, "--remove: this process itself is in %s", text);
        if (r < 0 && r != -ENOSYS)
                return log_error_errno(r, "--remove: cannot tell whether this process itself is in %s", text);
        return r < 0 ? process_report(0, r) : 0;
}

/* Nothing would run in a frozen group, and we would hang in there. */
static int check_frozen(const Aim *aim) {
        int r = aim_check_frozen(aim, true);

        if (r < 0)
                return r;

        r = group_is_frozen(aim->target.fd); /* outside of our cgroup namespace */
        if (r > 0)
                return log_refuse(-EAGAIN, "%s is frozen, and nothing runs in it; cgscope thaw lets it go on",
                                  aim->text);

        return r < 0 ? aim_report(aim, r, "cannot look at") : 0;
}

static int prepare_group(Exec *exec) {
        int r;

        if (exec->create)
                r = divide_make(&exec->division, &exec->aim, &exec->attributes, exec->parents, &exec->before);
        else
                r = divide_apply(&exec->aim, &exec->attributes);
        if (r < 0)
                return r;

        exec->made = exec->division.n_made > 0;
        if (exec->made && !is_supervised(exec))
                (void) cgroup_of_process(0, &exec->home);

        r = check_frozen(&exec->aim);
        if (r < 0 || exec->made)
                return r;

        /* With a group that is to go with another command, this one would be killed. */
        r = exec->aim.groups->admit(&exec->aim.target, !exec->create);
        return r < 0 ? spawn_report(&exec->aim, r) : 0;
}

/* What `run` sets, for the unit that the group is in. Where the boundary is the root of our namespace, we do not see
 * what that unit is called; but who set it for us did. */
static int set_environment(const Exec *exec) {
        const Boundary *target = &exec->aim.target;
        _cleanup_free_ char *boundary = boundary_path(target), *unit = NULL;

        if (!boundary)
                return log_oom();
        if (boundary_begins_at_root(target))
                return command_set_environment(&exec->command, NULL, "");

        if (unit_of_path(boundary, &unit, NULL) < 0 && unsetenv("CGSCOPE_UNIT") < 0)
                return log_oom();
        return command_set_environment(&exec->command, unit, boundary);
}

/* Takes back what was made for the command. Where a signal is why, it ends this process. */
static void undo(Exec *exec) {
        exec->aim.groups->undo(&exec->division);
        if (exec->division.temporary)
                temporary_remove_above(exec->aim.target.top, boundary_below(&exec->aim.target));
        watch_dismiss(&exec->watch);
        watch_end(&exec->watch);
        interrupt_release(&exec->before);
}

static int check_descriptors(const Exec *exec) {
        int r = is_supervised(exec) ? fd_check_room(DESCRIPTORS_NEEDED) : 0;

        return r < 0 ? log_error_errno(r, "cannot stay beside the command with so few descriptors (ulimit -n)") : 0;
}

static int enter_and_run(Exec *exec) {
        if (check_descriptors(exec) < 0 || (exec->division.temporary && exec_watch(exec) < 0) ||
            prepare_group(exec) < 0 || set_environment(exec) < 0 || interrupt_is_pending(&exec->before))
                return STATUS_NOT_STARTED;

        return is_supervised(exec) ? exec_supervised(exec) : exec_in_place(exec);
}

static int run_command(Exec *exec, const char *target) {
        int r;

        if (report_open(&exec->report, &exec->command, NULL) < 0)
                return STATUS_NOT_STARTED;

        /* First: where it was forgotten, a word of the command stands in its place. */
        if (find_target(exec, target) < 0)
                return STATUS_NOT_STARTED;

        r = command_prepare(&exec->command, exec->argv[0], &exec->path);
        if (r != 0)
                return r;

        interrupt_hold(&exec->before);
        r = enter_and_run(exec);
        undo(exec);
        return r;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(exec_done)
                Exec exec = { .aim = AIM_INIT, .division = DIVISION_INIT, .report = REPORT_INIT, .watch = WATCH_INIT };
        int status;
        char **words = verb_parse(verb, &exec.options, &exec, argc, argv, &status);

        if (!words || check_combination(&exec) < 0)
                return status;

        exec.argv = words + 1;
        exec.division.temporary = exec.create && exec.remove;
        return run_command(&exec, words[0]);
}

const Verb verb_exec = {
        .name = "exec",
        .synopsis = "TARGET [OPTIONS…] [--] COMMAND [ARGUMENTS…]",
        .summary = "Start a command inside a group",
        .description = "Start a command inside a group of a delegated subtree, in place: same process, "
                       "same terminal. With --wait, --report or --remove, cgscope stays beside it until "
                       "it has ended.",
        .see = "and systemd.resource-control(5) for properties",
        VERB_TAKES(2, VERB_ANY, "target", "command"),
        .targets = AIM_WRITABLE,
        .changes = true,
        .example = "./job -- true",
        .options = exec_options,
        .usage_status = STATUS_NOT_STARTED,
        .failure_status = STATUS_NOT_STARTED,
        .parse = parse_option,
        .run = run,
};
