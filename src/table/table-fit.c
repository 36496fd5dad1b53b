/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table/table-fit.h"

#include <wchar.h>

/* A column is cut down to this, or to its heading. */
#define COLUMN_MIN 8

/* What the tree draws for each level. */
#define BRANCH_WIDTH 2

typedef struct Fit {
        struct libscols_table *lines;
        struct libscols_iter *iterator;
        const TableColumnFlags *flags;
        size_t n_columns;
        size_t *widths; /* of each column; 0: left out */
        size_t width;   /* of the terminal */
        const char *mark;
} Fit;

/* The next character of *text, and how many columns it takes. */
static size_t take_character(const char **text) {
        wchar_t c;
        size_t length = mbrtowc(&c, *text, MB_CUR_MAX, &(mbstate_t) {});
        int columns = length > MB_CUR_MAX ? 1 : wcwidth(c);

        *text += length > MB_CUR_MAX || length == 0 ? 1 : length;
        return columns > 0 ? (size_t) columns : 0;
}

/* Of its longest line. */
static size_t text_width(const char *text) {
        size_t longest = 0, width = 0;

        while (text && *text) {
                bool ends = *text == '\n';

                width = ends ? 0 : width + take_character(&text);
                text += ends;
                if (width > longest)
                        longest = width;
        }

        return longest;
}

/* A list: who counted its lines would go through it for each. */
#define FOREACH_LINE(fit, line)                                \
        scols_reset_iter((fit)->iterator, SCOLS_ITER_FORWARD); \
        while (scols_table_next_line((fit)->lines, (fit)->iterator, &(line)) == 0)

static const char *cell_text(struct libscols_line *line, size_t column) {
        struct libscols_cell *cell = scols_line_get_cell(line, column);

        return cell ? scols_cell_get_data(cell) : NULL;
}

static size_t heading_width(const Fit *fit, size_t column) {
        struct libscols_column *c = scols_table_get_column(fit->lines, column);

        return scols_table_is_noheadings(fit->lines) ? 0 : text_width(scols_cell_get_data(scols_column_get_header(c)));
}

static size_t branches_width(struct libscols_line *line) {
        size_t width = 0;

        while ((line = scols_line_get_parent(line)))
                width += BRANCH_WIDTH;
        return width;
}

static size_t cell_width(const Fit *fit, struct libscols_line *line, size_t column) {
        return text_width(cell_text(line, column)) + (fit->flags[column] & TABLE_TREE ? branches_width(line) : 0);
}

static bool is_hidden(const Fit *fit, size_t column) {
        return scols_column_is_hidden(scols_table_get_column(fit->lines, column));
}

static void measure(Fit *fit) {
        struct libscols_line *line;

        for (size_t i = 0; i < fit->n_columns; i++) {
                if (is_hidden(fit, i))
                        continue;

                fit->widths[i] = heading_width(fit, i);
                FOREACH_LINE(fit, line) {
                        size_t width = cell_width(fit, line, i);

                        if (width > fit->widths[i])
                                fit->widths[i] = width;
                }
        }
}

/* How much the lines are too long. A name that stands last does not count: the terminal breaks it. */
static size_t excess(const Fit *fit) {
        size_t total = 0;

        for (size_t i = 0; i < fit->n_columns; i++)
                total += fit->widths[i] > 0 ? fit->widths[i] + 1 : 0;
        return total > fit->width + 1 ? total - fit->width - 1 : 0;
}

static void show_column(Fit *fit, size_t column, bool show) {
        struct libscols_column *c = scols_table_get_column(fit->lines, column);
        int flags = scols_column_get_flags(c);

        (void) scols_column_set_flags(c, show ? flags & ~SCOLS_FL_HIDDEN : flags | SCOLS_FL_HIDDEN);
        if (!show)
                fit->widths[column] = 0;
}

static bool column_is_empty(const Fit *fit, size_t column) {
        struct libscols_line *line;

        FOREACH_LINE(fit, line) {
                if (cell_width(fit, line, column) > 0)
                        return false;
        }

        return true;
}

static void leave_out_empty(Fit *fit) {
        for (size_t i = 0; i < fit->n_columns && excess(fit) > 0; i++)
                if (column_is_empty(fit, i))
                        show_column(fit, i, false);
}

static size_t least_width(const Fit *fit, size_t column) {
        size_t heading = heading_width(fit, column);

        return heading > COLUMN_MIN ? heading : COLUMN_MIN;
}

/* The widest that may be cut; n_columns where there is none. */
static size_t find_widest(const Fit *fit) {
        size_t widest = fit->n_columns;

        for (size_t i = 0; i < fit->n_columns; i++)
                if (fit->flags[i] & TABLE_SHORTEN && fit->widths[i] > least_width(fit, i) &&
                    (widest == fit->n_columns || fit->widths[i] > fit->widths[widest]))
                        widest = i;

        return widest;
}

/* By how much cutting can make the lines shorter. */
static size_t find_slack(const Fit *fit) {
        size_t slack = 0;

        for (size_t i = 0; i < fit->n_columns; i++)
                if (fit->flags[i] & TABLE_SHORTEN && fit->widths[i] > least_width(fit, i))
                        slack += fit->widths[i] - least_width(fit, i);

        return slack;
}

/* The name stands in the last column, too, which is shown in place of its own. */
static void put_name_last(Fit *fit) {
        size_t name = 0;

        while (name < fit->n_columns && !(fit->flags[name] & TABLE_NAME))
                name++;
        if (name + 1 >= fit->n_columns || !(fit->flags[fit->n_columns - 1] & TABLE_NAME))
                return;

        show_column(fit, name, false);
        show_column(fit, fit->n_columns - 1, true);
}

static void narrow(Fit *fit) {
        for (size_t i; excess(fit) > 0 && (i = find_widest(fit)) < fit->n_columns;)
                fit->widths[i]--;
}

/* Of a path the end says more than the beginning. */
static char *cut_text(const Fit *fit, const char *text, size_t width) {
        size_t room = width - text_width(fit->mark), left = text_width(text), columns;
        const char *p = text;
        char *cut;

        if (*text == '/') {
                while (left > room)
                        left -= take_character(&p);
                return asprintf(&cut, "%s%s", fit->mark, p) < 0 ? NULL : cut;
        }

        for (const char *next = p; (columns = take_character(&next)) <= room; p = next)
                room -= columns;
        return asprintf(&cut, "%.*s%s", (int) (p - text), text, fit->mark) < 0 ? NULL : cut;
}

static int cut_cell(const Fit *fit, struct libscols_line *line, size_t column) {
        size_t branches = fit->flags[column] & TABLE_TREE ? branches_width(line) : 0;
        size_t least = text_width(fit->mark) + 1, room = fit->widths[column];
        const char *text = cell_text(line, column);
        char *cut;

        room = room > branches + least ? room - branches : least;
        if (!text || text_width(text) <= room)
                return 0;

        cut = cut_text(fit, text, room);
        return cut ? scols_line_refer_data(line, column, cut) : -ENOMEM;
}

static int cut_cells(const Fit *fit) {
        struct libscols_line *line;

        for (size_t i = 0; i < fit->n_columns; i++) {
                if (!(fit->flags[i] & TABLE_SHORTEN) || fit->widths[i] == 0)
                        continue;

                FOREACH_LINE(fit, line) {
                        int r = cut_cell(fit, line, i);

                        if (r < 0)
                                return r;
                }
        }

        return 0;
}

static int fit_into(Fit *fit, bool sparse) {
        measure(fit);
        if (excess(fit) > 0 && sparse)
                leave_out_empty(fit);
        if (excess(fit) > find_slack(fit))
                put_name_last(fit);
        if (excess(fit) == 0)
                return 0;

        narrow(fit);
        return cut_cells(fit);
}

int table_fit(struct libscols_table *lines, const TableColumnFlags flags[], const TableOptions *options) {
        Fit fit = {
                .lines = lines,
                .flags = flags,
                .n_columns = scols_table_get_ncols(lines),
                .width = options->width,
                .mark = options->ascii ? "..." : "…",
        };
        int r = -ENOMEM;

        fit.widths = calloc(fit.n_columns + 1, sizeof(*fit.widths));
        fit.iterator = scols_new_iter(SCOLS_ITER_FORWARD);
        if (fit.widths && fit.iterator)
                r = fit_into(&fit, options->sparse);

        scols_free_iter(fit.iterator);
        free(fit.widths);
        return r;
}
