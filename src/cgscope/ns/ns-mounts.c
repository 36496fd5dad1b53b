/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/escape.h"
#include "basic/log.h"
#include "basic/terminal.h"
#include "cgscope/ns/ns-finding.h"
#include "cgscope/ns/ns-text.h"
#include "cgscope/cli/table-view.h"

enum {
        COLUMN_PROCESSES,
        COLUMN_MOUNT,
        COLUMN_HIERARCHY,
        COLUMN_MARKS,
        COLUMN_ROOT,
        COLUMN_INSIDE,
        COLUMN_OPTIONS,
        _COLUMN_MAX,
};

static const TableColumn columns[_COLUMN_MAX] = {
        [COLUMN_PROCESSES] = { "PROCESSES", NULL, "those that find it", 0 },
        [COLUMN_MOUNT] = { "MOUNT", NULL, "where it is mounted", 0 },
        [COLUMN_HIERARCHY] = { "HIERARCHY", NULL, "unified, or what v1 calls it", 0 },
        [COLUMN_MARKS] = { "MARKS", NULL, "what misleads", 0 },
        [COLUMN_ROOT] = { "ROOT", NULL, "what is mounted, as we see it", TABLE_SHORTEN },
        [COLUMN_INSIDE] = { "INSIDE", NULL, "the same as they see it", 0 },
        [COLUMN_OPTIONS] = { "OPTIONS", NULL, "of the mount and of the hierarchy", TABLE_LINES },
};

/* That of the longest, memory_recursiveprot. */
#define OPTIONS_WIDTH 20

/* What is the same in all but the mount namespace is one line. */
typedef struct Line {
        const CgroupMount *mount; /* NULL: none */
        const char *inside;       /* NULL: not known */
        unsigned marks;
        pid_t first; /* the lowest of the processes */
        size_t n_processes;
} Line;

typedef struct Lines {
        Line *lines;
        size_t n;
        bool legacy; /* v1 is among them */
        unsigned marks;
} Lines;

static void lines_done(Lines *lines) {
        free(lines->lines);
}

static bool is_same(const Line *a, const Line *b) {
        if (!a->mount || !b->mount)
                return a->mount == b->mount;

        return a->marks == b->marks && a->mount->covered == b->mount->covered &&
               streq(a->mount->point, b->mount->point) && streq(a->mount->root, b->mount->root) &&
               streq(a->mount->flags, b->mount->flags) && streq(a->mount->options, b->mount->options) &&
               (a->inside && b->inside ? streq(a->inside, b->inside) : a->inside == b->inside);
}

static int add_line(Lines *lines, const Line *line) {
        Line *larger;

        for (size_t i = 0; i < lines->n; i++)
                if (is_same(lines->lines + i, line)) {
                        lines->lines[i].n_processes += line->n_processes;
                        if (line->first < lines->lines[i].first)
                                lines->lines[i].first = line->first;
                        return 0;
                }

        larger = reallocarray(lines->lines, lines->n + 1, sizeof(Line));
        if (!larger)
                return log_oom();

        lines->lines = larger;
        larger[lines->n++] = *line;
        lines->marks |= line->marks;
        lines->legacy = lines->legacy || (line->mount && !line->mount->unified);
        return 0;
}

/* @like has the processes. */
static int add_sight(Lines *lines, const Ns *ns, const NsSight *sight, const Line *like) {
        const CgroupMounts *mounts = &ns->tables[sight->table].mounts;
        Line line = *like;
        int r = mounts->n == 0 ? add_line(lines, &line) : 0;

        for (size_t i = 0; r >= 0 && i < mounts->n; i++) {
                const CgroupMount *inside = ns_mount_inside(sight, mounts->mounts + i, &line.marks);

                line.mount = mounts->mounts + i;
                line.inside = inside ? inside->root : NULL;
                r = add_line(lines, &line);
        }

        return r;
}

static int collect(Lines *lines, const Ns *ns) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ns->n_sights; i++) {
                Line line = {};

                for (size_t k = 0; k < ns->n_processes; k++)
                        if (ns->processes[k].sight == i) {
                                if (line.n_processes++ == 0 || ns->processes[k].pid < line.first)
                                        line.first = ns->processes[k].pid;
                        }

                if (line.n_processes > 0)
                        r = add_sight(lines, ns, ns->sights + i, &line);
        }

        return r;
}

/* --- printing --- */

/* Breaks the list behind its commas; a newline in it is none. */
static char *fold_options(const char *list) {
        char *folded = malloc(2 * strlen(list) + 1), *end = folded, *line = folded;

        for (const char *p = list; folded && *p;) {
                size_t length = strcspn(p, ",");

                length += p[length] == ',';
                if (end > line && (size_t) (end - line) + length > OPTIONS_WIDTH) {
                        *end++ = '\n';
                        line = end;
                }
                end = mempcpy(end, p, length);
                p += length;
        }

        if (folded)
                *end = '\0';
        return folded;
}

static int set_options(Tabular *table, TableRow *row, const CgroupMount *mount, bool fold) {
        _cleanup_free_ char *options = ns_mount_options(mount), *text = options ? escape_text(options) : NULL;
        char *folded = NULL;

        if (text && fold)
                folded = fold_options(text);
        if (!text || (fold && !folded))
                return log_oom();

        return tabular_set(table, row, COLUMN_OPTIONS, fold ? folded : TAKE_PTR(text));
}

static int set_mount(Tabular *table, TableRow *row, const Line *line, bool whole, bool fold) {
        char marks[NS_MARKS_TEXT_MAX], *hierarchy;
        int r;

        if (cgroup_mount_hierarchy(line->mount, &hierarchy) < 0)
                return log_oom();

        r = tabular_set_string(table, row, COLUMN_HIERARCHY, *hierarchy ? hierarchy : CGROUP_HIERARCHY_UNIFIED);
        free(hierarchy);
        if (r >= 0)
                r = tabular_set_string(table, row, COLUMN_MARKS,
                                       line->mount->covered ? "covered" : ns_marks_format(line->marks, ",", marks));
        if (r >= 0)
                r = tabular_set_path(table, row, COLUMN_ROOT, line->mount->root);
        if (r >= 0 && line->inside && (whole || !streq(line->inside, line->mount->root)))
                r = tabular_set_path(table, row, COLUMN_INSIDE, line->inside);
        else if (r >= 0)
                r = tabular_set_string(table, row, COLUMN_INSIDE, line->inside ? "=" : "?");
        if (r >= 0 && tabular_wants(table, COLUMN_OPTIONS))
                r = set_options(table, row, line->mount, fold);
        if (r >= 0 && (line->marks || line->mount->covered))
                r = tabular_color(table, row, SIZE_MAX, line->marks ? "red" : "gray");

        return r;
}

static int set_processes(Tabular *table, TableRow *row, const Line *line) {
        char text[64];

        (void) snprintf(text, sizeof(text), line->n_processes > 1 ? "%d and %zu more" : "%d", (int) line->first,
                        line->n_processes - 1);
        return tabular_set_string(table, row, COLUMN_PROCESSES, text);
}

static int add_to_table(Tabular *table, const Line *line, bool whole, bool fold) {
        TableRow *row;
        int r;

        r = tabular_add(table, NULL, &row);
        if (r >= 0)
                r = set_processes(table, row, line);
        if (r >= 0)
                r = line->mount ? tabular_set_path(table, row, COLUMN_MOUNT, line->mount->point)
                                : tabular_set_string(table, row, COLUMN_MOUNT, "(none)");

        return r < 0 || !line->mount ? r : set_mount(table, row, line, whole, fold);
}

static bool has_covered(const Lines *lines) {
        for (size_t i = 0; i < lines->n; i++)
                if (lines->lines[i].mount && lines->lines[i].mount->covered)
                        return true;

        return false;
}

static int print_lines(const Lines *lines, const Ns *ns, bool one) {
        _cleanup_(tabular_done) Tabular table = {};
        CommonOptions options = ns->options;
        bool fold = !options.full && terminal_width() > 0;
        char names[128];
        int r;

        (void) snprintf(names, sizeof(names), "%sMOUNT%s%s,ROOT,INSIDE,OPTIONS", one ? "" : "PROCESSES,",
                        lines->legacy ? ",HIERARCHY" : "", lines->marks || has_covered(lines) ? ",MARKS" : "");
        options.columns = names;

        r = tabular_choose(&table, &options, columns, _COLUMN_MAX, 0);
        if (r >= 0)
                r = tabular_open(&table, &options, columns, "mounts");
        for (size_t i = 0; r >= 0 && i < lines->n; i++)
                r = add_to_table(&table, lines->lines + i, one, fold);

        return r < 0 ? r : tabular_print(&table, &options);
}

int ns_print_mounts(const Ns *ns, const NsProcess *process, unsigned *marks) {
        _cleanup_(lines_done) Lines lines = {};
        const Line line = { .n_processes = 1 };
        int r;

        if (!process)
                r = collect(&lines, ns);
        else
                r = process->sight == SIZE_MAX ? 0 : add_sight(&lines, ns, ns->sights + process->sight, &line);
        if (r < 0 || lines.n == 0 || (process && !lines.lines[0].mount))
                return r;

        *marks |= lines.marks;
        putchar('\n');
        return print_lines(&lines, ns, process);
}
