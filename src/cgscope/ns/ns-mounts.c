/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns.h"

#include "basic/escape.h"
#include "basic/log.h"
#include "basic/terminal.h"
#include "cgscope/cli/table-view.h"
#include "namespace/view-mark.h"

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
        size_t place;           /* in the list */
        const ViewMount *mount; /* NULL: none */
        pid_t first;            /* the lowest of the processes */
        size_t n_processes;
} Line;

typedef struct Lines {
        Line *lines;
        size_t n;
        bool legacy, marked; /* v1 is among them, something misleads or is covered */
} Lines;

static void lines_done(Lines *lines) {
        free(lines->lines);
}

static int compare_mounts(const ViewMount *a, const ViewMount *b) {
        int r;

        if (!a || !b)
                return !!a - !!b;
        if (a->marks != b->marks)
                return a->marks < b->marks ? -1 : 1;
        if (a->mount->covered != b->mount->covered)
                return a->mount->covered - b->mount->covered;

        r = strcmp(a->mount->point, b->mount->point) ?: strcmp(a->mount->root, b->mount->root);
        r = r ?: strcmp(a->mount->flags, b->mount->flags) ?: strcmp(a->mount->options, b->mount->options);
        return r ?: a->inside && b->inside ? strcmp(a->inside, b->inside) : !!a->inside - !!b->inside;
}

static int compare_places(const void *a, const void *b) {
        const Line *x = a, *y = b;

        return (x->place > y->place) - (x->place < y->place);
}

static int compare_lines(const void *a, const void *b) {
        const Line *x = a, *y = b;

        return compare_mounts(x->mount, y->mount) ?: compare_places(a, b);
}

/* Of those that are the same the first in the list stands for all. There may be many (fs.mount-max). */
static void merge_lines(Lines *lines) {
        size_t n = 0;

        if (lines->n == 0)
                return;

        qsort(lines->lines, lines->n, sizeof(Line), compare_lines);
        for (size_t i = 1; i < lines->n; i++) {
                Line *line = lines->lines + n, *next = lines->lines + i;

                if (compare_mounts(line->mount, next->mount) != 0) {
                        lines->lines[++n] = *next;
                        continue;
                }
                line->n_processes += next->n_processes;
                if (next->first < line->first)
                        line->first = next->first;
        }

        lines->n = n + 1;
        qsort(lines->lines, lines->n, sizeof(Line), compare_places);
}

/* @like has the processes. */
static int add_line(Lines *lines, const Line *like, const ViewMount *mount) {
        const Line line = { .place = lines->n, .mount = mount, .first = like->first, .n_processes = like->n_processes };

        if (ARRAY_APPEND(lines->lines, lines->n, line) < 0)
                return log_oom();

        lines->legacy |= mount && !mount->mount->unified;
        lines->marked |= mount && (mount->marks || mount->mount->covered);
        return 0;
}

static int add_sight(Lines *lines, const ViewSight *sight, const Line *like) {
        int r = sight->n_mounts == 0 ? add_line(lines, like, NULL) : 0;

        for (size_t i = 0; r >= 0 && i < sight->n_mounts; i++)
                r = add_line(lines, like, sight->mounts + i);

        return r;
}

static int add_all(Lines *lines, const View *view) {
        for (size_t i = 0; i < view->n_sights; i++) {
                Line line = {};
                int r;

                for (size_t k = 0; k < view->n_processes; k++)
                        if (view->processes[k].sight == i &&
                            (line.n_processes++ == 0 || view->processes[k].pid < line.first))
                                line.first = view->processes[k].pid;

                r = add_sight(lines, view->sights + i, &line);
                if (r < 0)
                        return r;
        }

        merge_lines(lines);
        return 0;
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

static char *format_options(const CgroupMount *mount, bool fold) {
        _cleanup_free_ char *options = view_mount_options(mount), *text = options ? escape_text(options) : NULL;

        return text && fold ? fold_options(text) : TAKE_PTR(text);
}

static void set_mount(Tabular *table, TableRow *row, const ViewMount *seen, bool whole, bool fold) {
        const CgroupMount *mount = seen->mount;
        const char *inside = seen->inside ?: "?";
        char marks[VIEW_MARKS_TEXT_MAX];

        if (seen->inside && !whole && streq(seen->inside, mount->root))
                inside = "=";

        tabular_set_path(table, row, COLUMN_MOUNT, mount->point);
        tabular_set_string(table, row, COLUMN_HIERARCHY, view_hierarchy_title(seen->hierarchy));
        tabular_set_string(table, row, COLUMN_MARKS,
                           mount->covered ? "covered" : view_marks_format(seen->marks, marks));
        tabular_set_path(table, row, COLUMN_ROOT, mount->root);
        tabular_set(table, row, COLUMN_INSIDE, *inside == '/' ? escape_path(inside) : strdup(inside));
        tabular_set(table, row, COLUMN_OPTIONS, format_options(mount, fold));
        if (seen->marks || mount->covered)
                tabular_color(table, row, SIZE_MAX, seen->marks ? TERMINAL_RED : TERMINAL_GRAY);
}

static void add_to_table(Tabular *table, const Line *line, bool whole, bool fold) {
        char text[64];
        TableRow *row = tabular_add(table, NULL);

        (void) snprintf(text, sizeof(text), line->n_processes > 1 ? "%d and %zu more" : "%d", (int) line->first,
                        line->n_processes - 1);
        tabular_set_string(table, row, COLUMN_PROCESSES, text);
        if (line->mount)
                set_mount(table, row, line->mount, whole, fold);
        else
                tabular_set_string(table, row, COLUMN_MOUNT, "(none)");
}

static int print_lines(const Lines *lines, const Ns *ns, bool one) {
        _cleanup_(tabular_done) Tabular table = {};
        CommonOptions options = ns->options;
        bool fold = !options.full && terminal_width() > 0;
        char names[128];
        int r;

        (void) snprintf(names, sizeof(names), "%sMOUNT%s%s,ROOT,INSIDE,OPTIONS", one ? "" : "PROCESSES,",
                        lines->legacy ? ",HIERARCHY" : "", lines->marked ? ",MARKS" : "");
        options.columns = names;

        r = tabular_choose(&table, &options, columns, _COLUMN_MAX, 0);
        if (r >= 0)
                r = tabular_open(&table, &options, columns, "mounts");
        if (r < 0)
                return r;

        for (size_t i = 0; i < lines->n; i++)
                add_to_table(&table, lines->lines + i, one, fold);

        return tabular_print(&table, &options);
}

int ns_print_mounts(const Ns *ns, const ViewProcess *process) {
        _cleanup_(lines_done) Lines lines = {};
        const Line one = { .n_processes = 1 };
        int r = 0;

        if (!process)
                r = add_all(&lines, &ns->view);
        else if (process->sight != SIZE_MAX)
                r = add_sight(&lines, ns->view.sights + process->sight, &one);
        if (r < 0 || lines.n == 0 || (process && !lines.lines[0].mount))
                return r;

        putchar('\n');
        return print_lines(&lines, ns, process);
}
