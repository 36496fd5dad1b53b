/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/sheet.h"
#include "basic/terminal.h"
#include "cgscope/ns/ns-finding.h"
#include "cgscope/ns/ns-text.h"
#include "cgscope/cli/table-view.h"

enum {
        COLUMN_KEY,
        COLUMN_TEXT,
        _COLUMN_MAX,
};

static const TableColumn columns[_COLUMN_MAX] = {
        [COLUMN_KEY] = { "KEY", NULL, "the mark", 0 },
        [COLUMN_TEXT] = { "TEXT", NULL, "what it means", TABLE_LINES },
};

/* "stale-mount " */
#define KEY_WIDTH 12

static int add_note(Tabular *table, const Ns *ns, const char *key, const char *text) {
        unsigned width = ns->options.full ? 0 : terminal_width();
        TableRow *row;
        char *folded;
        int r;

        r = tabular_add(table, NULL, &row);
        if (r >= 0)
                r = tabular_set_string(table, row, COLUMN_KEY, key);
        if (r < 0)
                return r;

        folded = sheet_fold(text, sheet_room(width, KEY_WIDTH + 1));
        return folded ? tabular_set(table, row, COLUMN_TEXT, folded) : log_oom();
}

/* Why, and of how many. The same reason for the path and for the mounts is one. */
static int add_reason(Tabular *table, const Ns *ns, NsReason reason) {
        size_t n = 0, n_mounts = 0;
        char text[512];

        for (const NsProcess *process = ns->processes; process < ns->processes + ns->n_processes; process++) {
                bool concerns = process->inside.reason == reason || process->namespace_reason == reason;

                n += concerns;
                n_mounts += !concerns && process->sight_reason == reason;
        }

        if (n + n_mounts == 0)
                return 0;

        (void) snprintf(text, sizeof(text), "%s%zu process%s: %s", n > 0 ? "" : "mounts of ", n > 0 ? n : n_mounts,
                        (n > 0 ? n : n_mounts) == 1 ? "" : "es", ns_reason_text(reason));
        return add_note(table, ns, "?", text);
}

static int add_all(Tabular *table, const Ns *ns, unsigned marks) {
        int r = 0;

        for (unsigned mark = 1; r >= 0 && mark < 1U << NS_MARKS; mark <<= 1) {
                char name[NS_MARKS_TEXT_MAX];

                if (marks & mark)
                        r = add_note(table, ns, ns_marks_format(mark, ",", name), ns_mark_text(mark));
        }

        /* In a block each reason stands where something is missing. */
        for (NsReason reason = NS_KNOWN + 1; r >= 0 && ns->listed && reason < _NS_REASON_MAX; reason++)
                r = add_reason(table, ns, reason);

        return r;
}

static bool has_reasons(const Ns *ns) {
        for (size_t i = 0; ns->listed && i < ns->n_processes; i++)
                if (ns->processes[i].inside.reason != NS_KNOWN || ns->processes[i].sight_reason != NS_KNOWN)
                        return true;

        return false;
}

int ns_print_notes(const Ns *ns, unsigned marks) {
        _cleanup_(tabular_done) Tabular table = {};
        CommonOptions options = ns->options;
        int r;

        if (!marks && !has_reasons(ns))
                return 0;

        putchar('\n');
        options.columns = NULL;
        options.headings = false;
        r = tabular_choose(&table, &options, columns, _COLUMN_MAX, _COLUMN_MAX);
        if (r >= 0)
                r = tabular_open(&table, &options, columns, "notes");
        if (r >= 0)
                r = add_all(&table, ns, marks);

        return r < 0 ? r : tabular_print(&table, &options);
}
