/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/scope/scope-parse.h"

#include "basic/log.h"
#include "basic/parse.h"
#include "cgroup/group.h"
#include "cgscope/command/in-force.h"
#include "unit/unit-name.h"

enum {
        OPTION_DELEGATE = OPTION_OWN,
        OPTION_LEAF,
        OPTION_NO_LEAF,
        OPTION_UNIT,
        OPTION_SLICE,
        OPTION_PROPERTY,
        OPTION_NO_COLLECT,
        OPTION_SAME_DIR,
        OPTION_SCOPE,
        OPTION_EXPAND_ENVIRONMENT,
        OPTION_SHELL,
};

/* "--delegate cpu,io": any other word there is the command. */
static bool is_controllers(const char *word) {
        ControllerMask mask;

        return controller_mask_parse(word, &mask, NULL) >= 0;
}

/* clang-format off */
#define DELEGATION_OPTIONS \
        { "delegate", 0, "[=CONTROLLERS]", "Delegate these, as cpu,io (default: all there are)", OPTION_DELEGATE, \
          is_controllers }, \
        { "leaf", 0, "NAME", "Put the processes into this group [main]", OPTION_LEAF }, \
        { "no-leaf", 0, NULL, "Leave them in the scope's own group", OPTION_NO_LEAF }, \
        { "best-effort", 0, NULL, "Only warn about what does not reach the scope", \
          OPTION_FLAG(ScopeOptions, best_effort) }

#define UNIT_OPTIONS \
        { "system", 0, NULL, "Ask the system manager (default for root)", OPTION_SYSTEM_MANAGER }, \
        { "user", 0, NULL, "Ask your user manager (default for others)", OPTION_USER_MANAGER }, \
        { "unit", 'u', "NAME", "Name of the scope", OPTION_UNIT }, \
        { "property", 'p', "NAME=VALUE", "Set a property of the scope (repeatable)", OPTION_PROPERTY }, \
        { "description", 0, "TEXT", "Description of the scope", OPTION_TEXT(ScopeOptions, description) }, \
        { "slice", 0, "SLICE", "Put the scope into this slice", OPTION_SLICE }, \
        { "slice-inherit", 0, NULL, "Put it below the slice that we are in", \
          OPTION_FLAG(ScopeOptions, slice_inherit) }, \
        { "collect", 'G', NULL, "Unload it when it has failed, too (default)", OPTION_FLAG(ScopeOptions, collect) }, \
        { "no-collect", 0, NULL, "Keep it loaded when it has failed", OPTION_NO_COLLECT }, \
        ASKING_OPTIONS

const Option run_options[] = {
        DELEGATION_OPTIONS,
        UNIT_OPTIONS,
        { "uid", 0, "USER", "Run the command as this user", OPTION_TEXT(ScopeOptions, user) },
        { "gid", 0, "GROUP", "Run the command as this group", OPTION_TEXT(ScopeOptions, group) },
        { "scope", 0, NULL, NULL, OPTION_SCOPE },
        { "expand-environment", 0, "BOOL", NULL, OPTION_EXPAND_ENVIRONMENT },
        { "shell", 'S', NULL, NULL, OPTION_SHELL },
        COMMAND_OPTIONS(ScopeOptions),
        { "same-dir", 'd', NULL, "Run the command here (default)", OPTION_SAME_DIR },
        { "wait", 0, NULL, "Stay beside it, and end what it leaves behind", OPTION_FLAG(ScopeOptions, command.wait) },
        { "report", 0, "[=FILE]", "Likewise, and say what it used", OPTION_REPORT },
        { "keep", 0, NULL, "Let what it leaves behind run on", OPTION_FLAG(ScopeOptions, command.keep) },
        { "json", 0, "[=MODE]", "Print report or scope as JSON (short, pretty, off)", OPTION_JSON },
        GENERAL_OPTIONS,
};

const Option adopt_options[] = {
        DELEGATION_OPTIONS,
        UNIT_OPTIONS,
        { "steal", 0, NULL, "Take processes out of other delegated scopes", OPTION_FLAG(ScopeOptions, steal) },
        { "json", 0, "[=MODE]", "Print what was made as JSON (short, pretty, off)", OPTION_JSON },
        GENERAL_OPTIONS,
};
/* clang-format on */

static int refuse_controllers(const char *text, const char *unknown) {
        char known[CONTROLLER_MASK_TEXT_MAX];

        if (!unknown)
                return log_refuse(-EINVAL, "--delegate: no controller in '%s'", text);

        return log_refuse(-EINVAL, "--delegate: unknown controller '%s'; known: %s", unknown,
                          controller_mask_format(CONTROLLER_MASK_ALL, ' ', known));
}

static int parse_delegate(ScopeOptions *options) {
        _cleanup_free_ char *unknown = NULL;
        ControllerMask mask;
        bool all = !optarg || streq(optarg, "all");

        if (!all && parse_boolean(optarg, &all) >= 0 && !all)
                return log_refuse(-EINVAL, "--delegate: to delegate nothing, leave the option out");

        options->delegate = true;
        if (all) {
                options->all_controllers = true;
                return 0;
        }
        if (controller_mask_parse(optarg, &mask, &unknown) < 0)
                return refuse_controllers(optarg, unknown);

        options->controllers |= mask;
        return 0;
}

static int parse_unit(ScopeOptions *options) {
        int r;

        free(options->unit);
        options->unit = NULL;
        r = scope_name_complete(optarg, &options->unit);
        if (r == -EPERM)
                return log_refuse(r,
                                  "--unit: '%s' is a scope of systemd's own (init.scope, session-N.scope); choose "
                                  "another name",
                                  optarg);

        return r < 0 ? log_refuse(-EINVAL, "--unit: '%s' is no valid name of a scope", optarg) : 0;
}

static int parse_slice(ScopeOptions *options) {
        free(options->slice);
        options->slice = NULL;
        if (slice_name_complete(optarg, &options->slice) < 0)
                return log_refuse(-EINVAL, "--slice: '%s' is no valid name of a slice", optarg);

        return 0;
}

/* "yes" is all that there is. "no" no option says: who has the scope has its subtree. */
static const char *find_delegate(const char **value) {
        bool all;

        if (parse_boolean(*value, &all) < 0)
                return "delegate";

        *value = NULL;
        return all ? "delegate" : NULL;
}

static const char *find_collect(const char **value) {
        const char *option = streq(*value, "inactive")             ? "no-collect"
                             : streq(*value, "inactive-or-failed") ? "collect"
                                                                   : NULL;

        *value = NULL;
        return option;
}

/* "~", and a "-" in front of what may lack, are for services. */
static const char *find_directory(const char **value) {
        return **value == '/' ? "working-directory" : NULL;
}

/* The long option that says what "NAME=VALUE" in @text does, as "slice" of "Slice=build.slice": command lines that were
 * written for systemd-run have such assignments. Its value, in @text, is *ret_value, NULL where it is to have none.
 * NULL: no option says that. */
static const char *find_option(const char *text, const char **ret_value) {
        static const struct {
                const char *name, *option;
                const char *(*find)(const char **value);
        } rows[] = {
                { "Slice=", "slice", NULL },
                { "Description=", "description", NULL },
                { "User=", "uid", NULL },
                { "Group=", "gid", NULL },
                { "Nice=", "nice", NULL },
                { "DelegateSubgroup=", "leaf", NULL },
                { "Delegate=", NULL, find_delegate },
                { "CollectMode=", NULL, find_collect },
                { "WorkingDirectory=", NULL, find_directory },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *value = startswith(text, rows[i].name);

                if (!value)
                        continue;

                *ret_value = value;
                return rows[i].find ? rows[i].find(ret_value) : rows[i].option;
        }

        return NULL;
}

/* 1: the property @optarg is what an option of the verb's is for, and was taken for that; 0: it is none. */
static int parse_as_option(ScopeOptions *options) {
        const char *value = NULL, *name = find_option(optarg, &value);

        if (!name)
                return 0;

        OPTIONS_FOREACH(o, options->verb->options)
        if (streq(o->name, name)) {
                int r;

                optarg = (char *) value;
                r = verb_parse_option(options->verb, &options->common, options, o->id);
                return r < 0 ? r : 1;
        }

        return log_refuse(-EINVAL, "--property: %.*s is what --%s of cgscope run says; adopt starts no command",
                          (int) strcspn(optarg, "="), optarg, name);
}

/* As it is given, for who sets it on a group. */
static int remember_assignment(ScopeOptions *options) {
        const char **larger = reallocarray(options->assignments, options->properties.n_items + 1, sizeof(*larger));

        if (!larger)
                return log_oom();

        options->assignments = larger;
        options->assignments[options->properties.n_items] = optarg;
        return 0;
}

static int parse_property(ScopeOptions *options) {
        Trouble trouble = {};
        int r;

        r = parse_as_option(options);
        if (r != 0)
                return r < 0 ? r : 0;

        r = remember_assignment(options);
        if (r < 0)
                return r;

        r = property_list_add(&options->properties, optarg, &trouble);
        return r < 0 ? log_trouble(trouble_wrap(&trouble, r, "--property"), &trouble) : 0;
}

/* The words reach the command as they are, as with systemd-run --scope without the option. */
static int parse_expand_environment(void) {
        bool expand;

        if (parse_boolean(optarg, &expand) < 0)
                return log_refuse(-EINVAL, "--expand-environment: '%s' is neither yes nor no", optarg);
        if (expand)
                return log_refuse(-EINVAL, "--expand-environment: words are handed to the command as they are; let a "
                                           "shell expand them, as sh -c does");

        return 0;
}

static int refuse_shell(void) {
        return log_refuse(-EINVAL, "--shell: that is a service with a terminal of its own; a shell in a scope is "
                                   "cgscope run -- \"$SHELL\"");
}

static int parse_leaf(ScopeOptions *options) {
        if (!group_name_is_valid(optarg))
                return log_refuse(-EINVAL, "--leaf: '%s' is no valid name of a group", optarg);

        options->leaf = optarg;
        options->leaf_given = true;
        return 0;
}

int scope_options_parse(void *userdata, int id) {
        ScopeOptions *options = userdata;
        int r;

        switch (id) {
        case OPTION_DELEGATE:
                return parse_delegate(options);
        case OPTION_LEAF:
                return parse_leaf(options);
        case OPTION_NO_LEAF:
                options->leaf = NULL;
                options->leaf_given = true;
                return 0;
        case OPTION_UNIT:
                return parse_unit(options);
        case OPTION_SLICE:
                return parse_slice(options);
        case OPTION_PROPERTY:
                return parse_property(options);
        case OPTION_NO_COLLECT:
                options->collect = false;
                return 0;
        case OPTION_SAME_DIR:
                options->command.working_directory = NULL;
                return 0;
        case OPTION_EXPAND_ENVIRONMENT:
                return parse_expand_environment();
        case OPTION_SHELL:
                return refuse_shell();
        default:
                r = command_options_parse(&options->command, id);
                return r == -ENOENT ? 0 : r; /* --scope: it always is one */
        }
}

/* What only makes sense beside another option. */
static int check_combination(const ScopeOptions *options) {
        if (options->leaf_given && !options->delegate)
                return log_refuse(-EINVAL, "--leaf, --no-leaf: there is a leaf only with --delegate");
        if (options->command.cgroup_namespace.leaf && !scope_options_supervise(options) &&
            !(options->delegate && options->leaf))
                return log_refuse(-EINVAL, "--root=leaf: there is a leaf only with --delegate, --wait or --report");
        if (options->command.keep && !scope_options_supervise(options))
                return log_refuse(-EINVAL, "--keep: nothing is ended without --wait or --report");
        if (scope_options_supervise(options) && options->leaf && streq(options->leaf, SUPERVISOR_GROUP))
                return log_refuse(-EINVAL,
                                  "--leaf: with --wait and --report, cgscope itself is in the group " SUPERVISOR_GROUP);

        return 0;
}

int scope_options_check(const ScopeOptions *options) {
        int r;

        r = command_options_check(&options->command);
        if (r < 0)
                return r;

        r = check_combination(options);
        if (r < 0)
                return r;

        return in_force_check_privileges(options->common.manager, &options->properties, options->best_effort);
}

void scope_options_done(ScopeOptions *options) {
        free(options->unit);
        free(options->slice);
        command_options_done(&options->command);
        free(options->assignments);
        property_list_done(&options->properties);
}
