/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <limits.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/parse.h"
#include "basic/terminal.h"
#include "basic/user-namespace.h"
#include "basic/utf8.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/members.h"
#include "cgroup/walk.h"
#include "cgscope/cli/aim.h"
#include "cgscope/cli/skipped.h"
#include "cgscope/show/tree-columns.h"
#include "cgscope/verbs.h"
#include "proc/command-line.h"
#include "unit/unit-name.h"

/* No terminal is that wide, and what draws the branches takes the square of it. */
#define DEPTH_MAX 500U

/* A group that was entered and not yet left: what is below it is still to be counted. */
typedef struct Level {
        TableRow *row;
        uint64_t processes;
        uint64_t lacking; /* in the groups right below it, see tree_figures_read() */
        bool is_empty;    /* no process is in it or below */
        bool is_unit;
} Level;

typedef struct Tree {
        CommonOptions common;
        bool processes;
        uint64_t depth; /* UINT64_MAX: as deep as is sensible to show */
        bool cut;       /* there was more */
        Aim aim;
        char *default_target; /* what @aim is for where none was named */
        Tabular tabular;
        Figures figures;
        Level *levels; /* from the top of the tree to the group that is being looked at */
        size_t n_levels, n_allocated;
        WalkSkipped skipped;
} Tree;

enum {
        OPTION_DEPTH = OPTION_OWN,
};

/* clang-format off */
static const Option tree_options[] = {
        { "processes", 'p', NULL, "Show the processes in each group, too", OPTION_FLAG(Tree, processes) },
        { "depth",     0,   "N",  "Go no deeper than N groups",            OPTION_DEPTH },
        TABLE_OPTIONS,
        MANAGER_OPTIONS,
        GENERAL_OPTIONS,
};
/* clang-format on */

static void tree_done(Tree *tree) {
        free(tree->levels);
        walk_skipped_done(&tree->skipped);
        tabular_done(&tree->tabular);
        aim_done(&tree->aim);
        free(tree->default_target);
}

static int parse_own(void *userdata, int id _unused_) {
        Tree *tree = userdata;

        if (parse_unsigned(optarg, 0, UINT_MAX, &tree->depth) < 0)
                return log_refuse(-EINVAL, "--depth: '%s' is no number of groups", optarg);

        return 0;
}

/* One command line would make every row as wide as it is itself. With this the usual columns fit in 80 or little more.
 */
#define PROCESS_WIDTH_MAX 40

static char *process_title(const Tree *tree, pid_t pid, const char *command) {
        bool cut = !tree->common.full;
        char *title, *shorter;
        const char *end;

        if (asprintf(&title, "%d %s", (int) pid, command) < 0)
                return NULL;

        end = title;
        for (size_t column = 1; cut && column < PROCESS_WIDTH_MAX && *end; column++)
                end += utf8_length(end) ?: 1;
        if (!cut || strlen(end) <= (utf8_length(end) ?: 1))
                return title;

        if (asprintf(&shorter, "%.*s%s", (int) (end - title), title, terminal_is_utf8() ? "…" : "...") < 0)
                shorter = NULL;
        free(title);
        return shorter;
}

/* One that has ended is passed over. */
static void add_process(Tree *tree, TableRow *parent, pid_t pid) {
        Tabular *tabular = &tree->tabular;
        _cleanup_free_ char *command = NULL;
        TableRow *row;

        if (command_line_read(pid, &command) == -ESRCH)
                return;
        if (!command && !(command = strdup("?")))
                return;

        row = tabular_add(tabular, parent);
        if (!tabular->json)
                tabular_set(tabular, row, TREE_GROUP, process_title(tree, pid, command));
        tabular_set_number(tabular, row, TREE_PID, (uint64_t) pid);
        tabular_set_string(tabular, row, TREE_COMMAND, command);
}

static bool has_children(int group) {
        struct stat st;

        return fstat(group, &st) >= 0 && st.st_nlink > 2; /* see group_children() */
}

/* Below the last group that is shown the processes are only counted, and where there are none, not even looked for. */
static int read_processes(const Tree *tree, int group, bool is_last, Level *level, pid_t **ret, size_t *ret_n) {
        _cleanup_free_ pid_t *pids = NULL, *below = NULL;
        ssize_t n = group_members(group, &pids), n_all = n;

        if (n == -EOPNOTSUPP) /* a threaded group: its processes are listed above it */
                n = n_all = 0;
        if (n == 0 && has_children(group))
                level->is_empty = group_is_populated(group) == 0;
        if (n >= 0 && is_last && !level->is_empty)
                n_all = group_members_below(group, &below, NULL);
        if (n < 0 || n_all < 0)
                return (int) (n < 0 ? n : n_all);

        level->processes = (uint64_t) n_all;
        *ret = TAKE_PTR(pids);
        *ret_n = tree->processes ? (size_t) n : 0;
        return 0;
}

/* Ends the groups that are at @depth or deeper. */
static void leave_levels(Tree *tree, size_t depth) {
        Tabular *tabular = &tree->tabular;

        while (tree->n_levels > depth) {
                Level *level = &tree->levels[--tree->n_levels];

                if (tree->n_levels > 0)
                        level[-1].processes += level->processes;

                tabular_set_number(tabular, level->row, TREE_PROCESSES, level->processes);
                if (level->processes == 0 && tabular_wants(tabular, TREE_PROCESSES))
                        tabular_color(tabular, level->row, SIZE_MAX, TERMINAL_GRAY);
                else if (level->is_unit)
                        tabular_color(tabular, level->row, TREE_GROUP, TERMINAL_BOLD);
        }
}

static int enter_level(Tree *tree, const Level *level) {
        if (tree->n_levels == tree->n_allocated) {
                size_t n = tree->n_allocated + 16;
                Level *levels = reallocarray(tree->levels, n, sizeof(Level));

                if (!levels)
                        return log_oom();
                tree->levels = levels;
                tree->n_allocated = n;
        }

        tree->levels[tree->n_levels++] = *level;
        return 0;
}

static const char *last_part(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* The top from its unit's name on: what stands before that is long and tells little. */
static const char *top_title(const Tree *tree) {
        _cleanup_free_ char *unit = NULL;
        const char *top = tree->aim.target.path, *begin;
        size_t length;

        if (tree->common.json || unit_of_path(top, &unit, &length) < 0)
                return top;

        begin = memrchr(top, '/', length);
        return begin ? begin + 1 : top;
}

static void set_names(Tree *tree, TableRow *row, const char *path) {
        const char *top = tree->aim.target.path;
        _cleanup_free_ char *whole = NULL;

        tabular_set_path(&tree->tabular, row, TREE_GROUP, *path ? last_part(path) : top_title(tree));
        if (!tabular_wants(&tree->tabular, TREE_CGROUP))
                return;

        if (asprintf(&whole, "%s%s%s", *path && streq(top, "/") ? "" : top, *path ? "/" : "", path) < 0)
                tabular_set(&tree->tabular, row, TREE_CGROUP, whole = NULL);
        else
                tabular_set_path(&tree->tabular, row, TREE_CGROUP, whole);
}

/* Whether the groups right below it have the same controllers. The root of the hierarchy can have threaded ones beside
 * others. */
static bool is_uniform(const Tree *tree, unsigned depth) {
        return depth > 0 || !streq(tree->aim.target.path, "/");
}

static bool is_last(const Tree *tree, unsigned depth) {
        return depth >= (tree->depth == UINT64_MAX ? DEPTH_MAX : tree->depth);
}

/* All of it that may fail because the group vanishes. */
static int read_group(Tree *tree, int fd, unsigned depth, Level *level, TreeFigures *ret, pid_t **ret_pids,
                      size_t *ret_n_pids) {
        Level *parent = depth > 0 ? tree->levels + depth - 1 : NULL;
        uint64_t lacking = 0;
        int r;

        r = tree_figures_read(&tree->tabular, &tree->figures, fd,
                              parent && is_uniform(tree, depth - 1) ? &parent->lacking : &lacking, ret);
        if (r < 0)
                return r;

        level->is_empty = parent && parent->is_empty;
        if (level->is_empty || (!tree->processes && !tabular_wants(&tree->tabular, TREE_PROCESSES)))
                return 0;

        return read_processes(tree, fd, is_last(tree, depth), level, ret_pids, ret_n_pids);
}

/* -ECANCELED: what failed was said. */
static int add_group(int fd, const char *path, unsigned depth, void *userdata) {
        _cleanup_free_ pid_t *pids = NULL;
        Tree *tree = userdata;
        Level level = { .is_unit = unit_name_is_valid(last_part(*path ? path : tree->aim.target.path)) };
        TreeFigures figures;
        size_t n_pids = 0;
        int r;

        r = read_group(tree, fd, depth, &level, &figures, &pids, &n_pids);
        if (r < 0)
                return r;

        leave_levels(tree, depth);
        level.row = tabular_add(&tree->tabular, depth > 0 ? tree->levels[depth - 1].row : NULL);
        set_names(tree, level.row, path);
        tree_figures_set(&tree->tabular, level.row, &tree->figures, &figures);
        if (tree->tabular.error < 0 || enter_level(tree, &level) < 0)
                return -ECANCELED;

        for (size_t i = 0; i < n_pids; i++)
                add_process(tree, level.row, pids[i]);

        if (tree->tabular.error < 0)
                return -ECANCELED;

        tree->cut = tree->cut || (depth >= DEPTH_MAX && tree->depth == UINT64_MAX && has_children(fd));
        return is_last(tree, depth);
}

/* The boundary that the caller lives in, unless a manager was named; else all that the manager has. */
static int open_default(Tree *tree) {
        _cleanup_close_ int root = cgroup_open_root(NULL);
        _cleanup_free_ char *path = NULL, *boundary = NULL;

        if (root >= 0 && !tree->common.manager_given && cgroup_of_process(0, &path) >= 0 &&
            boundary_find(root, path, &boundary) >= 0)
                return aim_open(&tree->aim, &tree->common, ".", AIM_ANY);

        if (tree->common.manager == MANAGER_SYSTEM)
                return aim_open(&tree->aim, &tree->common, CGROUP_MOUNT, AIM_ANY);

        if (asprintf(&tree->default_target, CGROUP_MOUNT "/user.slice/user-%u.slice/user@%u.service",
                     (unsigned) user_uid_outside(), (unsigned) user_uid_outside()) < 0)
                return log_oom();
        return aim_open(&tree->aim, &tree->common, tree->default_target, AIM_ANY);
}

static int print_tree(Tree *tree, const char *text) {
        const Walk walk = { .function = add_group, .userdata = tree, .skipped = &tree->skipped };
        int r;

        r = text ? aim_open(&tree->aim, &tree->common, text, AIM_ANY) : open_default(tree);
        if (r >= 0)
                r = tabular_open(&tree->tabular, &tree->common, tree_columns, "groups");
        if (r < 0)
                return r;

        figures_choose(&tree->tabular, tree_columns, &tree->figures);
        r = group_walk_all(tree->aim.target.fd, &walk);
        if (r >= 0)
                skipped_report(&tree->skipped, tree->aim.text);
        if (tree->cut)
                log_warning("groups more than %u levels down are only counted; --depth shows them", DEPTH_MAX);
        if (r < 0 && r != -ECANCELED)
                return aim_report(&tree->aim, r, "cannot read the groups of");
        if (r < 0)
                return r;

        leave_levels(tree, 0);
        return tabular_print(&tree->tabular, &tree->common);
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(tree_done) Tree tree = { .depth = UINT64_MAX, .aim = AIM_INIT };
        size_t n_default;
        int status, r;
        char **targets = verb_parse(verb, &tree.common, &tree, argc, argv, &status);

        if (!targets)
                return status;

        n_default = tree.processes && tree.common.json ? _TREE_DEFAULT_WITH_PROCESSES : _TREE_DEFAULT;
        r = tabular_choose(&tree.tabular, &tree.common, tree_columns, _TREE_COLUMN_MAX, n_default);
        if (r < 0)
                return verb_refusal_status(verb, r);

        return print_tree(&tree, *targets) < 0 ? STATUS_FAILURE : EXIT_SUCCESS;
}

const Verb verb_tree = {
        .name = "tree",
        .synopsis = "[OPTIONS…] [TARGET]",
        .summary = "Show groups as a tree, with usage and limits",
        .description = "Show the groups below a scope or group, with what they use and what limits them. "
                       "Without TARGET those of the delegated unit that you are in, else all of your manager.",
        .see = "systemd-cgls(1)",
        VERB_TAKES(0, 1, "target"),
        .targets = AIM_ANY,
        .example = ".",
        .options = tree_options,
        .columns = tree_columns,
        .parse = parse_own,
        .run = run,
};
