/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/scope-options.h"

#include "basic/log.h"
#include "basic/parse.h"
#include "cgroup/group.h"
#include "cgscope/command/scope-delegation.h"
#include "cgscope/command/in-force.h"
#include "cgscope/command/scope-assignment.h"
#include "unit/unit-name.h"

enum {
        OPTION_DELEGATE = OPTION_OWN,
        OPTION_LEAF,
        OPTION_NO_LEAF,
        OPTION_BEST_EFFORT,
        OPTION_UNIT,
        OPTION_SLICE,
        OPTION_SLICE_INHERIT,
        OPTION_DESCRIPTION,
        OPTION_PROPERTY,
        OPTION_COLLECT,
        OPTION_NO_COLLECT,
        OPTION_STEAL,
        OPTION_SAME_DIR,
        OPTION_UID,
        OPTION_GID,
        OPTION_SCOPE,
        OPTION_EXPAND_ENVIRONMENT,
        OPTION_SHELL,
};

/* clang-format off */
#define DELEGATION_OPTIONS \
        { "delegate",          0,  "[=CONTROLLERS]", "Delegate these, as cpu,io (default: all there are)", OPTION_DELEGATE }, \
        { "leaf",              0,  "NAME",    "Put the processes into this group [main]",      OPTION_LEAF }, \
        { "no-leaf",           0,  NULL,      "Leave them in the scope's own group",           OPTION_NO_LEAF }, \
        { "best-effort",       0,  NULL,      "Only warn about what does not reach the scope", OPTION_BEST_EFFORT }

#define UNIT_OPTIONS \
        { "system",            0,  NULL,      "Ask the system manager (default for root)",     OPTION_SYSTEM_MANAGER }, \
        { "user",              0,  NULL,      "Ask your user manager (default for others)",    OPTION_USER_MANAGER }, \
        { "unit",              'u', "NAME",   "Name of the scope",                             OPTION_UNIT }, \
        { "property",          'p', "NAME=VALUE", "Set a property of the scope (repeatable)",  OPTION_PROPERTY }, \
        { "description",       0,  "TEXT",    "Description of the scope",                      OPTION_DESCRIPTION }, \
        { "slice",             0,  "SLICE",   "Put the scope into this slice",                 OPTION_SLICE }, \
        { "slice-inherit",     0,  NULL,      "Put it below the slice that we are in",         OPTION_SLICE_INHERIT }, \
        { "collect",           'G', NULL,     "Unload it when it has failed, too (default)",   OPTION_COLLECT }, \
        { "no-collect",        0,  NULL,      "Keep it loaded when it has failed",             OPTION_NO_COLLECT }, \
        ASKING_OPTIONS

static const Option run_options[] = {
        DELEGATION_OPTIONS,
        UNIT_OPTIONS,
        NAMESPACE_OPTIONS,
        { "uid",               0,  "USER",    "Run the command as this user",                  OPTION_UID },
        { "gid",               0,  "GROUP",   "Run the command as this group",                 OPTION_GID },
        { "nice",              0,  "LEVEL",   "Run the command at this nice level",            OPTION_NICE },
        { "working-directory", 0,  "PATH",    "Run the command there",                         OPTION_WORKING_DIRECTORY },
        { "same-dir",          'd', NULL,     "Run the command here (default)",                OPTION_SAME_DIR },
        { "setenv",            'E', "NAME[=VALUE]", "Set an environment variable (repeatable)", OPTION_SETENV },
        { "scope",             0,  NULL,      NULL,                                            OPTION_SCOPE },
        { "expand-environment", 0, "BOOL",    NULL,                                            OPTION_EXPAND_ENVIRONMENT },
        { "shell",             'S', NULL,     NULL,                                            OPTION_SHELL },
        { "wait",              0,  NULL,      "Stay beside it, and end what it leaves behind", OPTION_WAIT },
        { "report",            0,  "[=FILE]", "Likewise, and say what it used",                OPTION_REPORT },
        { "keep",              0,  NULL,      "Let what it leaves behind run on",              OPTION_KEEP },
        { "json",              0,  "[=MODE]", "Print report or scope as JSON (short, pretty, off)", OPTION_JSON },
        GENERAL_OPTIONS,
};

static const Option adopt_options[] = {
        DELEGATION_OPTIONS,
        UNIT_OPTIONS,
        { "steal",             0,  NULL,      "Take processes out of other delegated scopes",  OPTION_STEAL },
        { "json",              0,  "[=MODE]", "Print what was made as JSON (short, pretty, off)", OPTION_JSON },
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

/* "--delegate=cpu,io", or "--delegate cpu,io": the next word counts as the value where it is made of controllers' names
 * alone; any other word there is the command. */
static int parse_delegate(ScopeOptions *options, int argc, char *argv[]) {
        _cleanup_free_ char *unknown = NULL;
        ControllerMask mask;

        options->delegate = true;

        if (optarg) {
                if (controller_mask_parse(optarg, &mask, &unknown) < 0)
                        return refuse_controllers(optarg, unknown);
        } else if (optind < argc && controller_mask_parse(argv[optind], &mask, NULL) >= 0)
                optind++;
        else {
                options->all_controllers = true;
                return 0;
        }

        options->controllers |= mask;
        return 0;
}

static int parse_unit(ScopeOptions *options) {
        int r;

        free(options->unit);
        options->unit = NULL;
        r = scope_name_complete(optarg, &options->unit);
        if (r == -EPERM)
                return log_refuse(r, "--unit: '%s' is a scope of systemd's own (init.scope, session-N.scope); choose "
                                  "another name", optarg);

        return r < 0 ? log_error("--unit: '%s' is no valid name of a scope", optarg), -EINVAL : 0;
}

static int parse_slice(ScopeOptions *options) {
        free(options->slice);
        options->slice = NULL;
        if (slice_name_complete(optarg, &options->slice) < 0)
                return log_refuse(-EINVAL, "--slice: '%s' is no valid name of a slice", optarg);

        return 0;
}

static int parse_option(void *userdata, int id, int argc, char *argv[]);
static const VerbUsage *usage_of(ScopeVerb verb);

/* 1: the property @optarg is what an option of the verb's is for, and was taken for that; 0: it is none. */
static int parse_as_option(ScopeOptions *options) {
        const VerbUsage *usage = usage_of(options->verb);
        const char *value = NULL, *name = assignment_find_option(optarg, &value);
        int r;

        for (size_t i = 0; name && i < usage->n_table; i++) {
                if (!streq(usage->table[i].name, name))
                        continue;

                optarg = (char *) value;
                r = parse_option(options, usage->table[i].id, 0, NULL);
                return r < 0 ? r : 1;
        }

        if (name)
                return log_refuse(-EINVAL, "--property: %.*s is what --%s of cgscope run says; adopt starts no command",
                                  (int) strcspn(optarg, "="), optarg, name);
        return 0;
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

/* Options with nothing to check. */
static void set_plain(ScopeOptions *options, int id) {
        switch (id) {
        case OPTION_NO_LEAF:           options->leaf = NULL; options->leaf_given = true; break;
        case OPTION_BEST_EFFORT:       options->best_effort = true; break;
        case OPTION_SLICE_INHERIT:     options->slice_inherit = true; break;
        case OPTION_DESCRIPTION:       options->description = optarg; break;
        case OPTION_COLLECT:           options->collect = true; break;
        case OPTION_NO_COLLECT:        options->collect = false; break;
        case OPTION_STEAL:             options->steal = true; break;
        case OPTION_SAME_DIR:          options->command.working_directory = NULL; break;
        case OPTION_UID:               options->user = optarg; break;
        case OPTION_GID:               options->group = optarg; break;
        default:                       break; /* --scope: it always is one */
        }
}

static int parse_option(void *userdata, int id, int argc, char *argv[]) {
        ScopeOptions *options = userdata;
        int r;

        switch (id) {
        case OPTION_DELEGATE:
                return parse_delegate(options, argc, argv);
        case OPTION_LEAF:
                return parse_leaf(options);
        case OPTION_UNIT:
                return parse_unit(options);
        case OPTION_SLICE:
                return parse_slice(options);
        case OPTION_PROPERTY:
                return parse_property(options);
        case OPTION_EXPAND_ENVIRONMENT:
                return parse_expand_environment();
        case OPTION_SHELL:
                return refuse_shell();
        default:
                set_plain(options, id);
                r = command_options_parse(&options->command, id);
                return r == -ENOENT ? 0 : r;
        }
}

/* What only makes sense beside another option. */
static int check_combination(const ScopeOptions *options) {
        if (options->leaf_given && !options->delegate)
                return log_refuse(-EINVAL, "--leaf, --no-leaf: there is a leaf only with --delegate");
        if (options->command.cgroup_namespace.leaf && !scope_options_supervise(options) &&
            !(options->delegate && options->leaf))
                return log_refuse(-EINVAL, "--root=leaf: there is a leaf only with --delegate, --wait or --report");
        if (!scope_options_supervise(options))
                return options->command.keep ? log_error("--keep: nothing is ended without --wait or --report"), -EINVAL : 0;
        if (options->leaf && streq(options->leaf, SUPERVISOR_GROUP))
                return log_refuse(-EINVAL, "--leaf: with --wait and --report, cgscope itself is in the group "
                                  SUPERVISOR_GROUP);

        return 0;
}

static const VerbUsage usages[] = {
        [SCOPE_VERB_RUN] = {
                .synopsis = "cgscope run [OPTIONS…] [--] COMMAND [ARGUMENTS…]",
                .summary = "Run a command in a new scope, in place: same process, same terminal. With "
                           "--wait or --report, cgscope stays beside it until it has ended.",
                .see = "and systemd.resource-control(5) for properties",
                .table = run_options,
                .n_table = ELEMENTSOF(run_options),
                .in_order = true,
                .own = parse_option,
        },
        [SCOPE_VERB_ADOPT] = {
                .synopsis = "cgscope adopt [OPTIONS…] PID…",
                .summary = "Make a new scope around processes that run already.",
                .see = "and systemd.resource-control(5) for properties",
                .table = adopt_options,
                .n_table = ELEMENTSOF(adopt_options),
                .own = parse_option,
        },
};

static const VerbUsage *usage_of(ScopeVerb verb) {
        return usages + verb;
}

int scope_options_parse(ScopeOptions *options, ScopeVerb verb, int argc, char *argv[], int *ret_rest) {
        int r;

        *options = (ScopeOptions) { .verb = verb, .leaf = LEAF_DEFAULT, .collect = true };

        r = common_options_parse(&options->common, usage_of(verb), options, argc, argv, ret_rest);
        if (r <= 0)
                return r;

        r = command_options_check(&options->command);
        if (r >= 0)
                r = check_combination(options);
        if (r >= 0)
                r = in_force_check_privileges(options->common.manager, &options->properties, options->best_effort);
        return r < 0 ? r : 1;
}

void scope_options_done(ScopeOptions *options) {
        free(options->unit);
        free(options->slice);
        command_options_done(&options->command);
        free(options->assignments);
        property_list_done(&options->properties);
}
