/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgroup/search.h"
#include "cgscope/cli/aim.h"
#include "cgscope/verbs.h"
#include "namespace/path.h"

/* `cgscope freeze` and `cgscope thaw`: a unit by its manager, which then knows of it, a group by its files. */

typedef struct Freeze {
        CommonOptions options;
        bool freeze, self;
} Freeze;

static const Option freeze_options[] = {
        { "self", 0, NULL, "Also where this process or what thaws is in it", OPTION_FLAG(Freeze, self) },
        CHANGING_OPTIONS,
};

static int freeze_group(Aim *aim, const void *userdata) {
        const Freeze *context = userdata;
        int r = context->freeze ? 0 : aim_check_frozen(aim, false);

        if (r < 0)
                return r;

        r = aim->groups->freeze(&aim->target, context->freeze, common_options_left(aim->options));
        if (r == -ETIMEDOUT && !context->freeze)
                return log_refuse(r, "cannot thaw %s: a group above it is frozen; thaw that one", aim->text);

        return r < 0 ? aim_report(aim, r, context->freeze ? "cannot freeze" : "cannot thaw") : 0;
}

/* Whether the manager's unit @unit is the target or in it. */
static bool holds_unit(const Aim *aim, const char *unit) {
        uid_t uid = aim->manager == MANAGER_USER ? user_uid_outside() : UID_INVALID;
        _cleanup_free_ char *path = NULL;

        return search_unit(aim->target.root, unit, uid, &path) >= 0 && cgroup_path_is_within(path, aim->target.path);
}

/* Only the manager thaws a unit. So the manager itself, the bus on which it is asked and, for callers other than root,
 * polkit have to go on. */
static int spare_what_thaws(const Aim *aim) {
        static const char *const needed[] = { "init.scope", "dbus.service", "dbus-broker.service", "polkit.service" };
        size_t n = ELEMENTSOF(needed) - (aim->manager == MANAGER_USER || user_is_administrator());

        for (size_t i = 0; i < n; i++)
                if (holds_unit(aim, needed[i]))
                        return log_refuse(-EDEADLK,
                                          "%s holds %s, without which nobody could ask for it to be thawed; "
                                          "--self freezes it all the same",
                                          aim->text, needed[i]);

        return 0;
}

static int freeze_unit(Aim *aim, const char *unit, const void *userdata) {
        const Freeze *context = userdata;
        int r = !context->freeze ? aim_check_frozen(aim, false) : context->self ? 0 : spare_what_thaws(aim);

        return r < 0 ? r : aim_call(aim, unit_freeze, unit, context->freeze);
}

static int run(const Verb *verb, int argc, char *argv[]) {
        Freeze context = { .freeze = verb == &verb_freeze };
        int status;
        char **targets = verb_parse(verb, &context.options, &context, argc, argv, &status);
        VerbAction action = { freeze_group, freeze_unit, context.freeze && !context.self ? "would be frozen" : NULL };

        return targets ? verb_for_targets(verb, &context.options, targets, &action, &context) : status;
}

const Verb verb_freeze = {
        .name = "freeze",
        .synopsis = "[OPTIONS…] TARGET…",
        .summary = "Stop all processes in a scope or group for a while",
        .description = "Stop all processes in a unit or group, until it is thawed. After --timeout without "
                       "success it is as it was.",
        VERB_TAKES(1, VERB_ANY, "target"),
        .targets = AIM_UNIT_OR_GROUP,
        .changes = true,
        .example = "./job",
        .options = freeze_options,
        .run = run,
};

const Verb verb_thaw = {
        .name = "thaw",
        .synopsis = "[OPTIONS…] TARGET…",
        .summary = "Let them go on",
        .description = "Let the processes in a frozen unit or group go on.",
        VERB_TAKES(1, VERB_ANY, "target"),
        .targets = AIM_UNIT_OR_GROUP,
        .changes = true,
        .example = "./job",
        .options = freeze_options + 1, /* no --self */
        .run = run,
};
