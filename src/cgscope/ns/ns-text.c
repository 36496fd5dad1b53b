/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns-text.h"

#include <inttypes.h>

#include "basic/escape.h"
#include "basic/log.h"
#include "cgscope/ns/ns-finding.h"
#include "cgscope/cli/table-view.h"

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
        const NsProcess *only; /* its hierarchies */
        Tabular table;
        CommonOptions options;
        char *columns;
        unsigned marks;
} Listing;

static void listing_done(Listing *listing) {
        tabular_done(&listing->table);
        free(listing->columns);
}

int ns_check_columns(const Ns *ns) {
        Tabular table;

        return tabular_choose(&table, &ns->options, ns_columns, _COLUMN_CHOICE_MAX, 0);
}

/* --- a table --- */

/* A column that would be empty all the way down is left out, where the choice is ours. */
static int format_default(const Listing *listing, char **ret) {
        const char *first = listing->only       ? "HIERARCHY"
                            : listing->ns->tree ? "PROCESS"
                                                : "PID,COMMAND,NAMESPACE";

        return asprintf(ret, "%s%s%s,CGROUP,INSIDE%s", first,
                        listing->ns->all_hierarchies && !listing->only ? ",HIERARCHY" : "",
                        listing->marks ? ",MARKS" : "", listing->only ? ",ABSOLUTE" : "");
}

static int choose_columns(Listing *listing) {
        const char *chosen = listing->ns->options.columns;
        _cleanup_free_ char *text = NULL;
        int r;

        if (chosen && *chosen != '+')
                r = asprintf(&listing->columns, "%s%s", listing->ns->tree ? "PROCESS," : "", chosen);
        else
                r = format_default(listing, &listing->columns);
        if (r < 0)
                return listing->columns = NULL, log_oom();

        if (chosen && *chosen == '+') {
                text = TAKE_PTR(listing->columns);
                if (asprintf(&listing->columns, "%s,%s", text, chosen + 1) < 0)
                        return listing->columns = NULL, log_oom();
        }

        listing->options.columns = listing->columns;
        return tabular_choose(&listing->table, &listing->options, ns_columns, _COLUMN_MAX, 0);
}

static int set_path(Listing *listing, TableRow *row, size_t column, const char *path, const char *like) {
        bool same = path && like && !listing->only && streq(path, like);
        char *shown;

        if (!path || same)
                return tabular_set_string(&listing->table, row, column, path ? SAME : UNKNOWN);

        shown = escape_process_group(path);
        return shown ? tabular_set(&listing->table, row, column, shown) : log_oom();
}

static int set_namespace(Listing *listing, TableRow *row, const NsProcess *process) {
        char text[32] = UNKNOWN;

        if (process->namespace != SIZE_MAX && listing->ns->namespaces[process->namespace].own)
                (void) stpcpy(text, "ours");
        else if (process->namespace != SIZE_MAX)
                (void) snprintf(text, sizeof(text), "%" PRIu64, listing->ns->namespaces[process->namespace].inode);

        return tabular_set_string(&listing->table, row, COLUMN_NAMESPACE, text);
}

static int set_process(Listing *listing, TableRow *row, const NsProcess *process) {
        const char *command = process->command ?: UNKNOWN;
        _cleanup_free_ char *title = NULL;
        int r;

        if (asprintf(&title, "%d %s", (int) process->pid, command) < 0)
                return title = NULL, log_oom();

        r = tabular_set_string(&listing->table, row, COLUMN_TREE, title);
        if (r >= 0)
                r = tabular_set_number(&listing->table, row, COLUMN_PID, (uint64_t) process->pid);
        if (r >= 0)
                r = tabular_set_string(&listing->table, row, COLUMN_COMMAND, command);

        return r < 0 ? r : set_namespace(listing, row, process);
}

static int add_row(Listing *listing, TableRow *parent, const NsProcess *process, const NsRow *shown) {
        const char *hierarchy = !shown->hierarchy         ? UNKNOWN
                                : *shown->hierarchy ? shown->hierarchy
                                                    : CGROUP_HIERARCHY_UNIFIED;
        char marks[NS_MARKS_TEXT_MAX];
        TableRow *row;
        int r;

        r = tabular_add(&listing->table, parent, &row);
        if (r >= 0)
                r = set_process(listing, row, process);
        if (r >= 0)
                r = tabular_set_string(&listing->table, row, COLUMN_HIERARCHY, hierarchy);
        if (r >= 0)
                r = tabular_set_string(&listing->table, row, COLUMN_MARKS, ns_marks_format(shown->marks, ",", marks));
        if (r >= 0)
                r = set_path(listing, row, COLUMN_CGROUP, shown->ours, NULL);
        if (r >= 0)
                r = set_path(listing, row, COLUMN_INSIDE, shown->inside, shown->ours);
        if (r >= 0)
                r = set_path(listing, row, COLUMN_ABSOLUTE, shown->absolute, shown->ours);
        if (r >= 0 && shown->marks)
                r = tabular_color(&listing->table, row, SIZE_MAX, "red");

        return r;
}

typedef int (*RowFunction)(Listing *listing, TableRow *parent, const NsProcess *process, const NsRow *row);

static int for_each_row(Listing *listing, TableRow *parent, const NsProcess *process, RowFunction function) {
        const char *text = process->ours.text ?: "";
        int r = 0;

        if (!listing->ns->all_hierarchies || !*text) {
                _cleanup_(ns_row_done) NsRow row = {};

                r = ns_main_row(listing->ns, process, &row);
                return r < 0 ? log_oom() : function(listing, parent, process, &row);
        }

        while (r >= 0) {
                _cleanup_(ns_row_done) NsRow row = {};

                r = ns_next_row(listing->ns, process, &text, &row);
                if (r <= 0)
                        return r < 0 ? log_oom() : 0;
                r = function(listing, parent, process, &row);
        }

        return r;
}

static int note_marks(Listing *listing, TableRow *parent, const NsProcess *process, const NsRow *row) {
        (void) parent;
        (void) process;
        listing->marks |= row->marks;
        return 0;
}

/* Those of one namespace, SIZE_MAX for those of which it is not known; or all with n_namespaces. */
static int add_processes(Listing *listing, TableRow *parent, size_t namespace, RowFunction function) {
        const Ns *ns = listing->ns;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ns->n_processes; i++)
                if (listing->only ? listing->only == ns->processes + i
                                  : namespace == ns->n_namespaces || ns->processes[i].namespace == namespace)
                        r = for_each_row(listing, parent, ns->processes + i, function);

        return r;
}

static bool has_processes(const Ns *ns, size_t namespace) {
        for (size_t i = 0; i < ns->n_processes; i++)
                if (ns->processes[i].namespace == namespace)
                        return true;

        return false;
}

static int add_namespace(Listing *listing, size_t namespace) {
        const NsNamespace *shown = namespace == SIZE_MAX ? NULL : listing->ns->namespaces + namespace;
        _cleanup_free_ char *root = NULL;
        char title[64] = "not known";
        TableRow *row;
        int r;

        if (!has_processes(listing->ns, namespace))
                return 0;
        if (shown)
                (void) snprintf(title, sizeof(title), "%" PRIu64 "%s%s", shown->inode, shown->own ? " (ours)" : "",
                                shown->inode == CGROUP_NAMESPACE_INITIAL ? " (initial)" : "");
        if (shown && ns_namespace_root(listing->ns, namespace, "", &root) == -ENOMEM)
                return log_oom();

        r = tabular_add(&listing->table, NULL, &row);
        if (r >= 0)
                r = tabular_set_string(&listing->table, row, COLUMN_TREE, title);
        if (r >= 0)
                r = set_path(listing, row, COLUMN_CGROUP, root, NULL);
        if (r >= 0)
                r = tabular_set_string(&listing->table, row, COLUMN_INSIDE, shown ? "/" : UNKNOWN);
        if (r >= 0)
                r = tabular_color(&listing->table, row, COLUMN_TREE, "bold");

        return r < 0 ? r : add_processes(listing, row, namespace, add_row);
}

static int add_namespaces(Listing *listing) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < listing->ns->n_namespaces; i++)
                r = add_namespace(listing, i);

        return r < 0 ? r : add_namespace(listing, SIZE_MAX);
}

static int print_table(Listing *listing) {
        int r;

        r = add_processes(listing, NULL, listing->ns->n_namespaces, note_marks);
        if (r >= 0)
                r = choose_columns(listing);
        if (r >= 0)
                r = tabular_open(&listing->table, &listing->options, ns_columns, "processes");
        if (r >= 0)
                r = listing->ns->tree && !listing->only
                            ? add_namespaces(listing)
                            : add_processes(listing, NULL, listing->ns->n_namespaces, add_row);

        return r < 0 ? r : tabular_print(&listing->table, &listing->options);
}

/* For a script, which chooses the columns or has no use for headings, the table is all. */
static bool is_for_script(const Ns *ns) {
        return !ns->options.headings || (ns->options.columns && *ns->options.columns != '+');
}

int ns_print_list(Ns *ns) {
        _cleanup_(listing_done) Listing listing = { .ns = ns, .options = ns->options };
        Pager pager = {};
        int r;

        if (ns->options.pager)
                pager_open(&pager);
        ns->options.pager = listing.options.pager = false; /* it is there already */

        r = print_table(&listing);
        if (r >= 0 && !is_for_script(ns))
                r = ns_print_mounts(ns, NULL, &listing.marks);
        if (r >= 0 && !is_for_script(ns))
                r = ns_print_notes(ns, listing.marks);

        pager_close(&pager);
        return r;
}

int ns_print_hierarchies(const Ns *ns, const NsProcess *process, unsigned *marks) {
        _cleanup_(listing_done) Listing listing = { .ns = ns, .only = process, .options = ns->options };
        int r;

        if (!process->ours.text)
                return 0;

        putchar('\n');
        r = print_table(&listing);
        *marks |= listing.marks;
        return r;
}
