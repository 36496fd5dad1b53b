/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "basic/log.h"
#include "cgroup/group.h"
#include "cgscope/cli/aim.h"
#include "cgscope/verbs.h"

/* `cgscope remove`: groups, and with -r all that is in them. */

typedef struct Remove {
        CommonOptions options;
        bool recursive, self;
} Remove;

static const Option remove_options[] = {
        { "recursive", 'r', NULL, "Kill what is in it, and remove the groups below it",
          OPTION_FLAG(Remove, recursive) },
        { "self", 0, NULL, "Also where this process is in it", OPTION_FLAG(Remove, self) },
        CHANGING_OPTIONS,
};

static int report(const Aim *aim, const Remove *remove, int error) {
        if (error != -EBUSY)
                return aim_report(aim, error, "cannot remove");
        if (remove->recursive)
                return log_refuse(error, "cannot remove %s: what is in it did not end in time", aim->text);

        return log_refuse(error, "cannot remove %s: %s in it; -r %s and removes it with all groups below", aim->text,
                          group_is_populated(aim->target.fd) > 0 ? "processes are" : "groups are",
                          group_is_populated(aim->target.fd) > 0 ? "kills them" : "goes through them");
}

/* What is killed takes us along, and the group cannot go while we are in it. The end of a session's leader, which may
 * be in there, is told to all in front of its terminal. */
static int leave(const Aim *aim) {
        int r;

        if (aim_holds_caller(aim) == 0)
                return 0;

        (void) signal(SIGHUP, SIG_IGN);
        r = aim->groups->leave(&aim->target, false);
        if (r == -EBUSY)
                return log_refuse(r,
                                  "cannot remove %s: this process is in it, and no other group of its unit takes "
                                  "processes; cgscope create makes one",
                                  aim->text);

        return r < 0 ? aim_report(aim, r, "cannot leave") : 0;
}

static int remove_group(Aim *aim, const void *userdata) {
        const Remove *remove = userdata;
        int r = remove->recursive ? leave(aim) : 0;

        if (r < 0)
                return r;

        r = aim->groups->remove(&aim->target, remove->recursive, common_options_left(aim->options));
        return r < 0 && !aim_is_gone(aim) ? report(aim, remove, r) : 0;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        Remove remove = {};
        int status;
        char **targets = verb_parse(verb, &remove.options, &remove, argc, argv, &status);
        VerbAction action = { remove_group, .spares = remove.recursive && !remove.self ? "would be killed" : NULL };

        return targets ? verb_for_targets(verb, &remove.options, targets, &action, &remove) : status;
}

const Verb verb_remove = {
        .name = "remove",
        .synopsis = "[OPTIONS…] TARGET…",
        .summary = "Remove a group",
        .description = "Remove groups from a delegated subtree.",
        VERB_TAKES(1, VERB_ANY, "target"),
        .targets = AIM_BELOW_BOUNDARY | AIM_WRITABLE | AIM_MAY_BE_GONE,
        .changes = true,
        .example = "./job",
        .options = remove_options,
        .run = run,
};
