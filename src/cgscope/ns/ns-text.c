/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns.h"

#include <inttypes.h>

#include "basic/escape.h"
#include "basic/log.h"
#include "basic/pager.h"
#include "basic/sheet.h"
#include "basic/terminal.h"
#include "namespace/view-mark.h"
#include "namespace/view-namespace.h"
#include "namespace/view-read.h"

/* "stale-mount " */
#define KEY_WIDTH 12

/* --- one process in full --- */

/* A path is one line, however long, and a reason as many as it needs. */
static void print_path(Sheet *sheet, const char *label, const char *path, ViewReason reason) {
        _cleanup_free_ char *shown = path ? escape_process_group(path) : NULL;
        Sheet whole = *sheet;

        if (path && !shown)
                sheet->error = -ENOMEM;
        if (!path)
                return sheet_paragraph(sheet, label, "? (%s)", view_reason_text(reason ?: VIEW_UNREADABLE));

        whole.width = 0;
        sheet_line(&whole, label, "%s", shown ?: "?");
}

static void print_namespace(Sheet *sheet, const View *view, const ViewProcess *process) {
        const char *initial = view_is_initial(view) ? ", the initial one" : "";
        const ViewNamespace *namespace;

        if (process->namespace == SIZE_MAX) {
                print_path(sheet, "Namespace", NULL, process->inside_reason);
                return;
        }

        namespace = view->namespaces + process->namespace;
        if (namespace->own)
                sheet_line(sheet, "Namespace", "%" PRIu64 " (ours%s)", namespace->inode, initial);
        else
                sheet_line(sheet, "Namespace", "%" PRIu64 " (%sours is %" PRIu64 "%s)", namespace->inode,
                           namespace->inode == CGROUP_NAMESPACE_INITIAL ? "the initial one; " : "", view->own, initial);
}

/* Where another namespace begins. */
static int print_root(Sheet *sheet, const View *view, size_t namespace, const char *hierarchy) {
        _cleanup_free_ char *root = NULL;
        int r;

        if (namespace == SIZE_MAX || view->namespaces[namespace].own || !hierarchy)
                return 0;

        r = view_namespace_root(view->namespaces + namespace, hierarchy, &root);
        if (r >= 0)
                print_path(sheet, "Begins at", root, VIEW_KNOWN);
        return r == -ENOMEM ? r : 0;
}

/* Beside a table of the hierarchies: what none of them can have. */
static int print_paths(Sheet *sheet, const Ns *ns, const ViewProcess *process) {
        const ViewRow none = {}, *row = view_main_row(process) ?: &none;
        bool all = ns->all_hierarchies;
        int r = all ? 0 : print_root(sheet, &ns->view, process->namespace, row->hierarchy);

        if (!all || !row->ours)
                print_path(sheet, "Cgroup", row->ours, process->inside_reason);
        if (!all || !row->inside)
                print_path(sheet, "Inside", row->inside, process->inside_reason);
        if (!all || !row->absolute)
                print_path(sheet, "Absolute", row->absolute, process->absolute_reason);

        return r;
}

static int print_block(const Ns *ns, const ViewProcess *process) {
        Sheet sheet = {
                .file = stdout,
                .label_width = strlen("Namespace"),
                .width = ns->options.full ? 0 : terminal_width(),
        };
        int r;

        sheet_line(&sheet, "Process", "%d (%s)", (int) process->pid, process->command ?: "?");
        print_namespace(&sheet, &ns->view, process);
        r = print_paths(&sheet, ns, process);
        if (process->sight == SIZE_MAX)
                print_path(&sheet, "Mounts", NULL, process->mounts_reason);
        else if (ns->view.sights[process->sight].n_mounts == 0)
                sheet_line(&sheet, "Mounts", "none");

        if (r >= 0)
                r = sheet_end(&sheet);
        if (r < 0)
                return log_error_errno(r, "cannot write the answer");

        if (ns->all_hierarchies)
                r = ns_print_list(ns, process);
        return r < 0 ? r : ns_print_mounts(ns, process);
}

static int print_blocks(const Ns *ns) {
        for (size_t i = 0; i < ns->view.n_processes; i++) {
                int r;

                if (i > 0)
                        putchar('\n');
                r = print_block(ns, ns->view.processes + i);
                if (r < 0)
                        return r;
        }

        return 0;
}

/* --- what the marks mean, and why the rest is not known --- */

static void print_note(Sheet *sheet, bool *first, const char *key, const char *text) {
        if (*first)
                fputc('\n', sheet->file);
        *first = false;

        fprintf(sheet->file, "%-*s", KEY_WIDTH, key);
        sheet_wrap(sheet, KEY_WIDTH, NULL, text);
}

/* Why, and of how many. The same reason for the path and for the mounts is one. */
static void print_reason(Sheet *sheet, bool *first, const View *view, ViewReason reason) {
        size_t n = 0, n_mounts = 0;
        char text[512];

        for (const ViewProcess *process = view->processes; process < view->processes + view->n_processes; process++) {
                n += process->inside_reason == reason;
                n_mounts += process->inside_reason != reason && process->mounts_reason == reason;
        }
        if (n + n_mounts == 0)
                return;

        (void) snprintf(text, sizeof(text), "%s%zu process%s: %s", n > 0 ? "" : "mounts of ", n > 0 ? n : n_mounts,
                        (n > 0 ? n : n_mounts) == 1 ? "" : "es", view_reason_text(reason));
        print_note(sheet, first, "?", text);
}

/* In a block each reason stands where something is missing. */
static int print_notes(const Ns *ns) {
        Sheet sheet = { .file = stdout, .width = ns->options.full ? 0 : terminal_width() };
        unsigned marks = ns_all_marks(ns);
        bool first = true;
        int r;

        for (unsigned mark = 1; mark < 1U << VIEW_MARKS; mark <<= 1) {
                char name[VIEW_MARKS_TEXT_MAX];

                if (marks & mark)
                        print_note(&sheet, &first, view_marks_format(mark, name), view_mark_text(mark));
        }
        for (ViewReason reason = VIEW_KNOWN + 1; ns->listed && reason < _VIEW_REASON_MAX; reason++)
                print_reason(&sheet, &first, &ns->view, reason);

        r = sheet_end(&sheet);
        return r < 0 ? log_error_errno(r, "cannot write the answer") : 0;
}

/* For a script, which chooses the columns or has no use for headings, the table is all. */
static bool is_for_script(const Ns *ns) {
        return !ns->options.headings || (ns->options.columns && *ns->options.columns != '+');
}

int ns_print_text(Ns *ns) {
        bool blocks = !ns->listed && !ns->tree && !ns->options.columns;
        Pager pager = {};
        int r;

        if (!ns->listed && ns->view.n_processes == 0)
                return 0; /* why, was said */

        if (ns->options.pager)
                pager_open(&pager);
        ns->options.pager = false; /* it is there already */

        r = blocks ? print_blocks(ns) : ns_print_list(ns, NULL);
        if (r >= 0 && !blocks && !is_for_script(ns))
                r = ns_print_mounts(ns, NULL);
        if (r >= 0 && (blocks || !is_for_script(ns)))
                r = print_notes(ns);

        pager_close(&pager);
        return r;
}
