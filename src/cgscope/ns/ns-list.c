/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns.h"

#include <inttypes.h>
#include <stdarg.h>

#include "basic/escape.h"
#include "basic/log.h"
#include "basic/terminal.h"
#include "cgscope/cli/table-view.h"
#include "namespace/view-mark.h"
#include "namespace/view-namespace.h"

enum {
        COLUMN_PID,
        COLUMN_COMMAND,
        COLUMN_NAMESPACE,
        COLUMN_CGROUP,
        COLUMN_INSIDE,
        COLUMN_ABSOLUTE,
        COLUMN_HIERARCHY,
        COLUMN_MARKS,
        _COLUMN_CHOICE_MAX,
        COLUMN_TREE = _COLUMN_CHOICE_MAX, /* with --tree */
        _COLUMN_MAX,
};

const TableColumn ns_columns[_COLUMN_MAX + 1] = {
        [COLUMN_PID] = { "PID", "pid", "0: outside of this PID namespace", TABLE_NUMBER },
        [COLUMN_COMMAND] = { "COMMAND", "command", "its name", 0 },
        [COLUMN_NAMESPACE] = { "NAMESPACE", "namespace", "its cgroup namespace: inode, or ours", 0 },
        [COLUMN_CGROUP] = { "CGROUP", "control_group", "its path as we see it", TABLE_SHORTEN },
        [COLUMN_INSIDE] = { "INSIDE", "inside", "as it sees it", TABLE_SHORTEN },
        [COLUMN_ABSOLUTE] = { "ABSOLUTE", "absolute", "from the initial namespace", TABLE_SHORTEN },
        [COLUMN_HIERARCHY] = { "HIERARCHY", "hierarchy", "unified, or what v1 calls it", 0 },
        [COLUMN_MARKS] = { "MARKS", "marks", "what misleads", 0 },
        [COLUMN_TREE] = { "PROCESS", NULL, "the namespace, and below it its processes", TABLE_TREE },
};

#define UNKNOWN "?"
#define SAME "="

typedef struct Listing {
        const Ns *ns;
        const ViewProcess *only; /* its hierarchies */
        Tabular table;
        CommonOptions options;
        char *columns;
} Listing;

static void listing_done(Listing *listing) {
        tabular_done(&listing->table);
        free(listing->columns);
}

int ns_check_columns(const Ns *ns) {
        Tabular table;

        return tabular_choose(&table, &ns->options, ns_columns, _COLUMN_CHOICE_MAX, 0);
}

static unsigned process_marks(const Ns *ns, const ViewProcess *process) {
        unsigned marks = 0;
        size_t n;

        for (const ViewRow *row = view_rows(process, ns->all_hierarchies, &n); n > 0; row++, n--)
                marks |= view_row_marks(&ns->view, process, row, ns->all_hierarchies);

        return marks;
}

unsigned ns_all_marks(const Ns *ns) {
        unsigned marks = 0;

        for (size_t i = 0; i < ns->view.n_processes; i++)
                marks |= process_marks(ns, ns->view.processes + i);

        return marks;
}

/* A column that would be empty all the way down is left out, where the choice is ours. */
static int choose_columns(Listing *listing) {
        const char *chosen = listing->ns->options.columns;
        const Ns *ns = listing->ns;
        bool tree = ns->tree && !listing->only, more = chosen && *chosen == '+';
        int r;

        if (chosen && !more)
                r = asprintf(&listing->columns, "%s%s", tree ? "PROCESS," : "", chosen);
        else
                r = asprintf(&listing->columns, "%s%s%s,CGROUP,INSIDE%s%s%s",
                             listing->only ? "HIERARCHY"
                             : tree        ? "PROCESS"
                                           : "PID,COMMAND,NAMESPACE",
                             ns->all_hierarchies && !listing->only ? ",HIERARCHY" : "",
                             (listing->only ? process_marks(ns, listing->only) : ns_all_marks(ns)) ? ",MARKS" : "",
                             listing->only ? ",ABSOLUTE" : "", more ? "," : "", more ? chosen + 1 : "");
        if (r < 0)
                return listing->columns = NULL, log_oom();

        listing->options.columns = listing->columns;
        return tabular_choose(&listing->table, &listing->options, ns_columns, _COLUMN_MAX, 0);
}

static _printf_(1, 2) char *format(const char *text, ...) {
        va_list arguments;
        char *result;
        int r;

        va_start(arguments, text);
        r = vasprintf(&result, text, arguments);
        va_end(arguments);
        return r < 0 ? NULL : result;
}

/* @like is the path of the column beside it. */
static char *format_path(const Listing *listing, const char *path, const char *like) {
        bool same = path && like && !listing->only && streq(path, like);

        return path && !same ? escape_process_group(path) : strdup(path ? SAME : UNKNOWN);
}

static char *format_namespace(const View *view, size_t namespace) {
        if (namespace == SIZE_MAX)
                return strdup(UNKNOWN);

        return view->namespaces[namespace].own ? strdup("ours") : format("%" PRIu64, view->namespaces[namespace].inode);
}

static void add_process(Listing *listing, TableRow *parent, const ViewProcess *process) {
        const Ns *ns = listing->ns;
        Tabular *table = &listing->table;
        size_t n;

        for (const ViewRow *shown = view_rows(process, ns->all_hierarchies, &n); n > 0; shown++, n--) {
                unsigned marks = view_row_marks(&ns->view, process, shown, ns->all_hierarchies);
                const char *command = process->command ?: UNKNOWN;
                char text[VIEW_MARKS_TEXT_MAX];
                TableRow *row = tabular_add(table, parent);

                tabular_set(table, row, COLUMN_TREE, format("%d %s", (int) process->pid, command));
                tabular_set_number(table, row, COLUMN_PID, (uint64_t) process->pid);
                tabular_set_string(table, row, COLUMN_COMMAND, command);
                tabular_set(table, row, COLUMN_NAMESPACE, format_namespace(&ns->view, process->namespace));
                tabular_set(table, row, COLUMN_CGROUP, format_path(listing, shown->ours, NULL));
                tabular_set(table, row, COLUMN_INSIDE, format_path(listing, shown->inside, shown->ours));
                tabular_set(table, row, COLUMN_ABSOLUTE, format_path(listing, shown->absolute, shown->ours));
                tabular_set_string(table, row, COLUMN_HIERARCHY,
                                   shown->hierarchy ? view_hierarchy_title(shown->hierarchy) : UNKNOWN);
                tabular_set_string(table, row, COLUMN_MARKS, view_marks_format(marks, text));
                if (marks)
                        tabular_color(table, row, SIZE_MAX, TERMINAL_RED);
        }
}

/* The row of a namespace, NULL for what is not known. */
static TableRow *add_title(Listing *listing, const ViewNamespace *namespace, const char *root) {
        Tabular *table = &listing->table;
        TableRow *row = tabular_add(table, NULL);

        tabular_set(table, row, COLUMN_TREE,
                    namespace ? format("%" PRIu64 "%s%s", namespace->inode, namespace->own ? " (ours)" : "",
                                       namespace->inode == CGROUP_NAMESPACE_INITIAL ? " (initial)" : "")
                              : strdup("not known"));
        tabular_set(table, row, COLUMN_CGROUP, format_path(listing, root, NULL));
        tabular_set_string(table, row, COLUMN_INSIDE, namespace ? "/" : UNKNOWN);
        tabular_color(table, row, COLUMN_TREE, TERMINAL_BOLD);
        return row;
}

/* Those of one namespace, SIZE_MAX for those of which it is not known. */
static int add_namespace(Listing *listing, size_t index) {
        const View *view = &listing->ns->view;
        _cleanup_free_ char *root = NULL;
        TableRow *parent = NULL;

        if (index != SIZE_MAX && view_namespace_root(view->namespaces + index, "", &root) == -ENOMEM)
                return log_oom();

        for (size_t i = 0; i < view->n_processes; i++)
                if (view->processes[i].namespace == index) {
                        parent =
                                parent ?: add_title(listing, index == SIZE_MAX ? NULL : view->namespaces + index, root);
                        add_process(listing, parent, view->processes + i);
                }

        return 0;
}

static int add_all(Listing *listing) {
        const View *view = &listing->ns->view;
        int r = 0;

        if (listing->only)
                add_process(listing, NULL, listing->only);
        else if (listing->ns->tree)
                for (size_t i = 0; r >= 0 && i <= view->n_namespaces; i++)
                        r = add_namespace(listing, i < view->n_namespaces ? i : SIZE_MAX);
        else
                for (size_t i = 0; i < view->n_processes; i++)
                        add_process(listing, NULL, view->processes + i);

        return r;
}

int ns_print_list(const Ns *ns, const ViewProcess *only) {
        _cleanup_(listing_done) Listing listing = { .ns = ns, .only = only, .options = ns->options };
        int r;

        if (only && only->n_rows == 0)
                return 0;
        if (only)
                putchar('\n');

        r = choose_columns(&listing);
        if (r >= 0)
                r = tabular_open(&listing.table, &listing.options, ns_columns, "processes");
        if (r >= 0)
                r = add_all(&listing);
        return r < 0 ? r : tabular_print(&listing.table, &listing.options);
}
