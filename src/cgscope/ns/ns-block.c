/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdarg.h>

#include "basic/escape.h"
#include "basic/log.h"
#include "basic/sheet.h"
#include "basic/terminal.h"
#include "cgscope/ns/ns-finding.h"
#include "cgscope/ns/ns-text.h"
#include "cgscope/cli/table-view.h"

/* One process in full. */

enum {
        COLUMN_LABEL,
        COLUMN_VALUE,
        _COLUMN_MAX,
};

static const TableColumn columns[_COLUMN_MAX] = {
        [COLUMN_LABEL] = { "LABEL", NULL, "what it is", TABLE_RIGHT },
        [COLUMN_VALUE] = { "VALUE", NULL, "its value", TABLE_LINES },
};

/* "Namespace: " */
#define LABEL_WIDTH 11

typedef struct Block {
        const Ns *ns;
        const NsProcess *process;
        Tabular table;
} Block;

static void block_done(Block *block) {
        tabular_done(&block->table);
}

static _printf_(4, 5) int add_line(Block *block, const char *label, bool marked, const char *format, ...) {
        va_list arguments;
        TableRow *row;
        char *text;
        int r;

        r = tabular_add(&block->table, NULL, &row);
        if (r >= 0)
                r = tabular_set_string(&block->table, row, COLUMN_LABEL, label);
        if (r < 0)
                return r;

        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (r < 0)
                return log_oom();

        r = tabular_set(&block->table, row, COLUMN_VALUE, text);
        return r >= 0 && marked ? tabular_color(&block->table, row, COLUMN_VALUE, "red") : r;
}

static int add_known_path(Block *block, const char *label, bool marked, const char *path) {
        _cleanup_free_ char *shown = escape_process_group(path);

        return shown ? add_line(block, label, marked, "%s", shown) : log_oom();
}

/* A path is one line, however long, and a reason as many as it needs. */
static int add_path(Block *block, const char *label, bool marked, const char *path, NsReason reason) {
        unsigned width = block->ns->options.full ? 0 : terminal_width();
        _cleanup_free_ char *text = NULL, *folded = NULL;

        if (path)
                return add_known_path(block, label, marked, path);
        if (asprintf(&text, "? (%s)", ns_reason_text(reason ?: NS_UNREADABLE)) < 0)
                return text = NULL, log_oom();

        folded = sheet_fold(text, sheet_room(width, LABEL_WIDTH + 1));
        return folded ? add_line(block, label, false, "%s", folded) : log_oom();
}

static int add_namespace(Block *block) {
        const char *initial = ns_is_initial(block->ns) ? ", the initial one" : "";
        const NsNamespace *namespace;

        if (block->process->namespace == SIZE_MAX)
                return add_path(block, "Namespace:", false, NULL, block->process->namespace_reason);

        namespace = block->ns->namespaces + block->process->namespace;
        if (namespace->own)
                return add_line(block, "Namespace:", false, "%" PRIu64 " (ours%s)", namespace->inode, initial);

        return add_line(block, "Namespace:", false, "%" PRIu64 " (%sours is %" PRIu64 "%s)", namespace->inode,
                        namespace->inode == CGROUP_NAMESPACE_INITIAL ? "the initial one; " : "", block->ns->own,
                        initial);
}

/* Where another namespace begins. */
static int add_root(Block *block, const NsRow *row) {
        size_t namespace = block->process->namespace;
        _cleanup_free_ char *root = NULL;
        int r;

        if (namespace == SIZE_MAX || block->ns->namespaces[namespace].own || !row->hierarchy)
                return 0;

        r = ns_namespace_root(block->ns, namespace, row->hierarchy, &root);
        if (r == -ENOMEM)
                return log_oom();

        return r < 0 ? 0 : add_known_path(block, "Begins at:", false, root);
}

static int add_row(Block *block, const NsRow *row) {
        const NsProcess *process = block->process;
        int r = add_root(block, row);

        if (r >= 0)
                r = add_path(block, "Cgroup:", false, row->ours, process->ours.reason);
        if (r >= 0)
                r = add_path(block, "Inside:", row->marks & NS_OUTSIDE, row->inside, process->inside.reason);

        return r < 0 ? r : add_path(block, "Absolute:", false, row->absolute, process->absolute.reason);
}

/* Beside a table of the hierarchies: what none of them can have. */
static int add_unknown(Block *block) {
        const NsProcess *process = block->process;
        int r = 0;

        if (!process->ours.text)
                r = add_path(block, "Cgroup:", false, NULL, process->ours.reason);
        if (r >= 0 && !process->inside.text)
                r = add_path(block, "Inside:", false, NULL, process->inside.reason);
        if (r >= 0 && !process->absolute.text)
                r = add_path(block, "Absolute:", false, NULL, process->absolute.reason);

        return r;
}

static int add_paths(Block *block, unsigned *marks) {
        _cleanup_(ns_row_done) NsRow row = {};

        if (block->ns->all_hierarchies)
                return add_unknown(block);
        if (ns_main_row(block->ns, block->process, &row) < 0)
                return log_oom();

        *marks |= row.marks;
        return add_row(block, &row);
}

static int add_name(Block *block) {
        const char *command = block->process->command ?: "?";
        _cleanup_free_ char *shown = escape_text(command);

        return shown ? add_line(block, "Process:", false, "%d (%s)", (int) block->process->pid, shown) : log_oom();
}

static int add_mounts(Block *block) {
        const NsProcess *process = block->process;

        if (process->sight == SIZE_MAX)
                return add_path(block, "Mounts:", false, NULL, process->sight_reason);
        if (block->ns->tables[block->ns->sights[process->sight].table].mounts.n == 0)
                return add_line(block, "Mounts:", false, "none");

        return 0;
}

static int print_block(const Ns *ns, const NsProcess *process, unsigned *marks) {
        _cleanup_(block_done) Block block = { .ns = ns, .process = process };
        CommonOptions options = ns->options;
        int r;

        options.columns = NULL;
        options.headings = false;
        r = tabular_choose(&block.table, &options, columns, _COLUMN_MAX, _COLUMN_MAX);
        if (r >= 0)
                r = tabular_open(&block.table, &options, columns, "process");
        if (r >= 0)
                r = add_name(&block);
        if (r >= 0)
                r = add_namespace(&block);
        if (r >= 0)
                r = add_paths(&block, marks);
        if (r >= 0)
                r = add_mounts(&block);
        if (r >= 0)
                r = tabular_print(&block.table, &options);

        if (r >= 0 && ns->all_hierarchies)
                r = ns_print_hierarchies(ns, process, marks);

        return r < 0 ? r : ns_print_mounts(ns, process, marks);
}

int ns_print_blocks(Ns *ns) {
        unsigned marks = 0;
        Pager pager = {};
        int r = 0;

        if (ns->options.pager)
                pager_open(&pager);
        ns->options.pager = false; /* it is there already */

        for (size_t i = 0; r >= 0 && i < ns->n_processes; i++) {
                if (i > 0)
                        putchar('\n');
                r = print_block(ns, ns->processes + i, &marks);
        }
        if (r >= 0)
                r = ns_print_notes(ns, marks);

        pager_close(&pager);
        return r;
}
