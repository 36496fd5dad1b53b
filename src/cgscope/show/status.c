/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/search.h"
#include "cgscope/cli/output.h"
#include "cgscope/cli/skipped.h"
#include "cgscope/show/status-json.h"
#include "cgscope/show/status-text.h"
#include "cgscope/verbs.h"

/* As systemctl(1) has them. */
enum {
        STATUS_ACTIVE = 0,
        STATUS_INACTIVE = 3,
        STATUS_UNKNOWN = 4,
};

static const Option status_options[] = {
        MANAGER_OPTIONS,
        ASKING_OPTIONS,
        { "bytes", 'b', NULL, "Print numbers in base units", OPTION_BYTES },
        { "full", 'l', NULL, "List all processes and shorten nothing", OPTION_FULL },
        { "no-pager", 0, NULL, "Do not use a pager", OPTION_NO_PAGER },
        JSON_OPTION,
        GENERAL_OPTIONS,
};

/* A unit that has no group may all the same be one that its manager knows. Returns the exit status. */
static int report_unit(const CommonOptions *options, int root, const TargetName *name, bool locked) {
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        _cleanup_free_ char *state = NULL;
        const char *unit = name->unit;
        int r;

        aim.options = options;
        aim.text = escape_word(unit);
        aim.manager = options->manager;
        if (!aim.text)
                return log_oom(), STATUS_FAILURE;
        r = aim_call(&aim, unit_state, unit, &state);
        if (r < 0)
                return STATUS_FAILURE;
        if (r == 0)
                return unit_report_unknown(options, root, name), STATUS_UNKNOWN;

        r = options->json ? status_json_groupless(unit, state, options->json_pretty)
                          : status_text_groupless(unit, state, locked);
        if (r < 0)
                return STATUS_FAILURE;
        return streq(state, "active") ? STATUS_ACTIVE : STATUS_INACTIVE;
}

/* Whether a unit is meant that has no group, or one that is locked. Everything else is aim_open()'s. */
static bool is_groupless_unit(const CommonOptions *options, int root, const char *text, TargetName *name,
                              bool *ret_locked) {
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int group = -EBADF;
        uid_t manager = options->manager == MANAGER_SYSTEM ? UID_INVALID : user_uid_outside();
        int r;

        if (root < 0 || target_name_parse(text, name, NULL) < 0 || name->kind != TARGET_UNIT || *name->rest)
                return false;

        r = search_unit(root, name->unit, manager, &path);
        if (r >= 0)
                group = group_open(root, path);
        *ret_locked = group == -EACCES;
        if (*ret_locked)
                log_warning_errno(group, "left out what is in %s", name->unit);

        return *ret_locked || r == -ENOENT;
}

static int show(const CommonOptions *options, const char *text) {
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        _cleanup_(status_group_done) StatusGroup status = {};
        _cleanup_(target_name_done) TargetName name = {};
        _cleanup_close_ int root = cgroup_open_root(NULL);
        bool locked;
        int r;

        if (is_groupless_unit(options, root, text, &name, &locked))
                return report_unit(options, root, &name, locked);

        r = aim_open(&aim, options, text, AIM_ANY);
        if (r < 0)
                return r == -ENXIO || r == -ENOENT || r == -ESRCH || r == -ENODATA ? STATUS_UNKNOWN : STATUS_FAILURE;

        r = status_group_read(&status, &aim);
        if (r < 0) {
                aim_report(&aim, r, "cannot read the state of");
                return r == -ENODEV || r == -ENOENT ? STATUS_UNKNOWN : STATUS_FAILURE;
        }

        skipped_report(&status.skipped, aim.text);
        r = options->json ? status_json_print(&status) : status_text_print(&status);
        if (output_check(r) < 0)
                return STATUS_FAILURE;

        return status.n_processes > 0 ? STATUS_ACTIVE : STATUS_INACTIVE;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        CommonOptions options;
        int status;
        char **targets = verb_parse(verb, &options, NULL, argc, argv, &status);

        return targets ? show(&options, *targets ?: ".") : status;
}

const Verb verb_status = {
        .name = "status",
        .synopsis = "[OPTIONS…] [TARGET]",
        .summary = "Show all of a scope or group",
        .description = "Show all of a scope, a service or a group: limits and where they come from, "
                       "usage, pressure, events and processes. Without TARGET it is '.', the delegated "
                       "unit that we are in. "
                       "The exit status is 0 where it holds processes, 3 where not, 4 where there is no "
                       "such unit or group.",
        VERB_TAKES(0, 1, "target"),
        .targets = AIM_ANY,
        .example = ".",
        .options = status_options,
        .run = run,
};
