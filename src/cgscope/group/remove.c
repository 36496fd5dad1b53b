/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/division.h"
#include "cgroup/group.h"
#include "cgscope/cli/aim.h"
#include "cgscope/cli/leave.h"
#include "cgscope/verbs.h"

/* `cgscope remove`: groups, and with -r all that is in them. */

typedef struct Remove {
        CommonOptions options;
        bool recursive, self;
} Remove;

static const Option remove_options[] = {
        { "recursive", 'r', NULL, "Kill what is in it, and remove the groups below it", OPTION_FLAG(Remove, recursive) },
        { "self",      0,   NULL, "Also where this process is in it",                 OPTION_FLAG(Remove, self) },
        MANAGER_OPTIONS,
        ASKING_OPTIONS,
        GENERAL_OPTIONS,
};

static const VerbUsage remove_usage = {
        .synopsis = "cgscope remove [OPTIONS…] TARGET…",
        .summary = "Remove groups from a delegated subtree.",
        .table = remove_options,
        .n_table = ELEMENTSOF(remove_options),
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

        if (!aim_holds_caller(aim))
                return 0;

        (void) signal(SIGHUP, SIG_IGN);
        r = leave_group(aim, false);
        if (r == -EBUSY)
                return log_refuse(r, "cannot remove %s: this process is in it, and no other group of its unit takes "
                                  "processes; cgscope create makes one", aim->text);

        return r < 0 ? aim_report(aim, r, "cannot leave") : 0;
}

static int remove_target(const Remove *remove, const char *text) {
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        _cleanup_close_ int parent = -EBADF;
        const char *name;
        int r;

        r = aim_open(&aim, &remove->options, text, AIM_BELOW_BOUNDARY | AIM_WRITABLE | AIM_MAY_BE_GONE);
        if (aim.gone)
                return 0;
        if (r >= 0)
                r = aim_spare_caller(&aim, !remove->recursive || remove->self, "would be killed");
        if (r >= 0 && remove->recursive)
                r = leave(&aim);
        if (r < 0)
                return r;

        parent = boundary_open_parent(&aim.target, &name);
        if (parent < 0)
                return aim_is_gone(&aim) ? 0 : aim_report(&aim, parent, "cannot remove");

        if (remove->recursive)
                r = group_remove_all(parent, name, remove->options.timeout);
        else
                r = group_remove(parent, name, remove->options.timeout);

        return r < 0 && !aim_is_gone(&aim) ? report(&aim, remove, r) : 0;
}

int verb_remove(int argc, char *argv[]) {
        Remove remove = {};
        int rest, r, status = EXIT_SUCCESS;

        r = common_options_parse(&remove.options, &remove_usage, &remove, argc, argv, &rest);
        if (r <= 0)
                return r < 0 ? STATUS_USAGE : EXIT_SUCCESS;
        if (rest >= argc)
                return log_refuse(STATUS_USAGE, "remove: no target given; see cgscope remove --help");

        for (; rest < argc; rest++)
                if (remove_target(&remove, argv[rest]) < 0)
                        status = STATUS_FAILURE;

        return status;
}
