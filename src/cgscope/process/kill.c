/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "basic/log.h"
#include "basic/parse-words.h"
#include "cgroup/group.h"
#include "cgscope/cli/aim.h"
#include "cgscope/process/remainder.h"
#include "cgscope/verbs.h"

/* `cgscope kill`: a signal to all processes of a unit, by its manager, or of a group. */

typedef struct Kill {
        CommonOptions options;
        int signal;
        bool self;
} Kill;

enum {
        OPTION_SIGNAL = OPTION_OWN,
};

static const Option kill_options[] = {
        { "signal", 's', "SIGNAL", "Send this signal [SIGTERM]", OPTION_SIGNAL },
        { "self", 0, NULL, "Also where this very process is in there", OPTION_FLAG(Kill, self) },
        CHANGING_OPTIONS,
};

static int parse_option(void *userdata, int id _unused_) {
        Kill *context = userdata;

        if (parse_signal(optarg, &context->signal) < 0)
                return log_refuse(-EINVAL, "--signal: '%s' is no signal (examples: TERM, SIGKILL, 10, RTMIN+1)",
                                  optarg);

        return 0;
}

/* A user's manager that may not signal all processes does not say which; the system's may, and refuses the caller. A
 * unit that the manager does not have any more needs no signal where its group is empty. */
static int report_unit(const Aim *aim, int error, Trouble *trouble) {
        bool refused = aim->manager == MANAGER_USER && (error == -EPERM || error == -EACCES);
        pid_t foreign = refused ? remainder_find_foreign(aim) : 0;

        if (foreign == 0 && !(error == -ENOENT && group_is_populated(aim->target.fd) <= 0))
                return log_trouble(error, trouble);

        trouble_done(trouble);
        return foreign > 0 ? remainder_report_refused(aim, foreign) : 0;
}

/* Some user managers do not report a process that they may not kill. */
static int check_unit(const Kill *context, const Aim *aim) {
        if (context->signal != SIGKILL || aim->manager != MANAGER_USER)
                return 0;

        return remainder_check(aim, true, "was killed");
}

static int kill_unit(Aim *aim, const char *unit, const void *userdata) {
        const Kill *context = userdata;
        Trouble trouble = {};
        int r = aim_ask(aim);

        if (r < 0)
                return r;

        r = aim->client.asking->unit_kill(aim->client.manager, unit, context->signal, &trouble);
        return r < 0 ? report_unit(aim, r, &trouble) : check_unit(context, aim);
}

static int kill_group(Aim *aim, const void *userdata) {
        const Kill *context = userdata;
        pid_t refused = 0;
        int r = aim->groups->kill(&aim->target, context->signal, &refused);

        if (r < 0 && aim_is_gone(aim))
                return 0;
        if (refused > 0)
                return remainder_report_refused(aim, refused);
        if (r == -EXDEV)
                return log_refuse(r,
                                  "processes in %s that are outside of this PID namespace did not get the signal; "
                                  "send it from there, or end them: cgscope kill -s KILL %s",
                                  aim->text, aim->text);
        if (r == -EACCES && context->signal != SIGKILL)
                return log_refuse(r,
                                  "groups in %s cannot be looked into, and what is in them did not get the signal; "
                                  "cgscope kill -s KILL %s ends it",
                                  aim->text, aim->text);
        if (r == -EOPNOTSUPP)
                return log_refuse(r,
                                  "%s is a threaded group, in which threads are and no processes; kill the group "
                                  "above it",
                                  aim->text);

        return r < 0 ? aim_report(aim, r, "cannot kill") : 0;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        Kill context = { .signal = SIGTERM };
        int status;
        char **targets = verb_parse(verb, &context.options, &context, argc, argv, &status);
        VerbAction action = { kill_group, kill_unit, context.self ? NULL : "would get the signal" };
        int signal;

        /* As in "kill TERM 4711" of some shells. A scope of such a name has its suffix. */
        if (targets && parse_signal(targets[0], &signal) >= 0)
                return log_refuse(status, "kill: '%s' is a signal and no target; it is written --signal=%s", targets[0],
                                  targets[0]);

        return targets ? verb_for_targets(verb, &context.options, targets, &action, &context) : status;
}

const Verb verb_kill = {
        .name = "kill",
        .synopsis = "[OPTIONS…] TARGET…",
        .summary = "Send a signal to all processes in a scope or group",
        .description = "Send a signal to all processes in a unit or group and below it, each once. SIGKILL to "
                       "a group reaches also what is forked meanwhile.",
        VERB_TAKES(1, VERB_ANY, "target"),
        .targets = AIM_UNIT_OR_GROUP,
        .changes = true,
        .example = "--signal CONT ./job",
        .options = kill_options,
        .parse = parse_option,
        .run = run,
};
