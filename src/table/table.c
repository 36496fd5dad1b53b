/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table/table.h"

#include <libsmartcols/libsmartcols.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "table/table-fit.h"

extern const Tabling cgscope_tabling;

struct Table {
        struct libscols_table *lines;
        TableOptions options;
        size_t n_columns;
        size_t name; /* the column that stands, hidden, behind the others as well; SIZE_MAX: none */
        TableColumnFlags flags[];
};

/* Whether cells are cut: for people, on a terminal. */
static bool is_fitted(const TableOptions *options) {
        return options->width > 0 && !options->full;
}

static struct libscols_line *line_of(TableRow *row) {
        return (struct libscols_line *) row;
}

static void table_free(Table *table) {
        if (!table)
                return;

        scols_unref_table(table->lines);
        free(table);
}

static int column_flags(TableColumnFlags flags) {
        return (flags & TABLE_TREE ? SCOLS_FL_TREE : 0) | (flags & (TABLE_RIGHT | TABLE_NUMBER) ? SCOLS_FL_RIGHT : 0) |
               (flags & TABLE_LINES ? SCOLS_FL_WRAP : 0);
}

static int add_column(Table *table, const TableOptions *options, const TableColumn *column) {
        const char *name = options->headings ? column->heading : "";
        struct libscols_column *added;

        added = scols_table_new_column(table->lines, name, 0, column_flags(column->flags));
        if (!added)
                return -ENOMEM;

        table->flags[table->n_columns++] = column->flags;

        /* The library's own way is to break where the column ends. */
        if (column->flags & TABLE_LINES &&
            (scols_column_set_safechars(added, "\n") < 0 ||
             scols_column_set_wrapfunc(added, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL) < 0))
                return -ENOMEM;

        return 0;
}

static int set_options(struct libscols_table *lines, const TableOptions *options) {
        int r = scols_table_set_name(lines, options->name);

        scols_table_enable_noheadings(lines, !options->headings);
        scols_table_enable_colors(lines, options->colors);
        scols_table_enable_ascii(lines, options->ascii);
        scols_table_enable_minout(lines, true); /* no blanks at the end of a line */
        /* Its own escapes make "\\x5cx2d" of the "\\x2d" in a unit's name, and let U+202E pass. */
        scols_table_enable_noencoding(lines, true);

        /* The library would cut without a mark. */
        scols_table_set_termforce(lines, SCOLS_TERMFORCE_NEVER);

        return r;
}

/* Where the line is too long the name moves behind the others, but the library moves no column of a table with rows. */
static int add_name_again(Table *table, const TableOptions *options, const TableColumn *const *columns,
                          size_t n_columns) {
        struct libscols_column *added;
        int r;

        table->name = SIZE_MAX;
        for (size_t i = 0; is_fitted(options) && i + 1 < n_columns; i++)
                if (columns[i]->flags & TABLE_NAME)
                        table->name = i;
        if (table->name == SIZE_MAX)
                return 0;

        r = add_column(table, options, columns[table->name]);
        if (r < 0)
                return r;

        added = scols_table_get_column(table->lines, n_columns);
        return scols_column_set_flags(added, scols_column_get_flags(added) | SCOLS_FL_HIDDEN);
}

static int table_new(const TableOptions *options, const TableColumn *const *columns, size_t n_columns, Table **ret) {
        Table *table = calloc(1, sizeof(Table) + (n_columns + 1) * sizeof(table->flags[0]));
        int r;

        if (!table)
                return -ENOMEM;

        table->options = *options;
        table->lines = scols_new_table();
        r = table->lines ? set_options(table->lines, options) : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < n_columns; i++)
                r = add_column(table, options, columns[i]);
        if (r >= 0)
                r = add_name_again(table, options, columns, n_columns);

        if (r < 0) {
                table_free(table);
                return r;
        }

        *ret = table;
        return 0;
}

static int table_add(Table *table, TableRow *parent, TableRow **ret) {
        struct libscols_line *line = scols_table_new_line(table->lines, line_of(parent));

        if (!line)
                return -ENOMEM;

        *ret = (TableRow *) line;
        return 0;
}

static bool is_ascii(const char *text) {
        while (*text && !(*text & 0x80))
                text++;

        return !*text;
}

/* @text, safe to be shown, with @lines with its newlines. Where the locale has no other letters than those of ASCII,
 * the library never comes to the end of a line with one (util-linux 2.38), so there are none. Freed by the caller. */
static char *escape_cell(const char *text, bool lines, bool ascii) {
        char *escaped = malloc(ESCAPE_MAX + strlen("\\xNN") * strlen(text) + 1), *end = escaped;

        while (escaped && *text)
                if (lines && *text == '\n')
                        *end++ = *text++;
                else if (ascii && *text & 0x80)
                        end += snprintf(end, sizeof("\\xNN"), "\\x%02x", (unsigned char) *text++);
                else
                        end += escape_character(&text, end, NULL);

        if (escaped)
                *end = '\0';
        return escaped;
}

static int convert_to_text(const Table *table, char **text, TableColumnFlags flags) {
        char *shown;

        if (flags & TABLE_WORDS)
                for (char *p = strchr(*text, '\n'); p; p = strchr(p, '\n'))
                        *p = ' ';

        if (flags & TABLE_BOOLEAN && (streq(*text, "0") || streq(*text, "1")))
                shown = strdup(**text == '1' ? "yes" : "no");
        else if (text_is_safe(*text) && (!table->options.ascii || is_ascii(*text)))
                return 0;
        else
                shown = escape_cell(*text, flags & TABLE_LINES, table->options.ascii);
        if (!shown)
                return -ENOMEM;

        free(*text);
        *text = shown;
        return 0;
}

static int table_set(Table *table, TableRow *row, size_t column, char *text) {
        _cleanup_free_ char *owned = text;
        int r = 0;

        if (column >= table->n_columns)
                return -EINVAL;

        if (owned)
                r = convert_to_text(table, &owned, table->flags[column]);
        if (r < 0)
                return r;

        if (column == table->name)
                r = scols_line_set_data(line_of(row), table->n_columns - 1, owned);
        if (r >= 0)
                r = scols_line_refer_data(line_of(row), column, owned);
        if (r < 0)
                return r;

        TAKE_PTR(owned);
        return 0;
}

static int table_color(Table *table, TableRow *row, size_t column, const char *color) {
        struct libscols_cell *cell;

        if (!scols_table_colors_wanted(table->lines))
                return 0;
        if (column == SIZE_MAX)
                return scols_line_set_color(line_of(row), color);

        if (column == table->name)
                (void) scols_cell_set_color(scols_line_get_cell(line_of(row), table->n_columns - 1), color);
        cell = scols_line_get_cell(line_of(row), column);
        return cell ? scols_cell_set_color(cell, color) : -EINVAL;
}

static int table_print(Table *table) {
        int r = is_fitted(&table->options) ? table_fit(table->lines, table->flags, &table->options) : 0, e;

        if (r >= 0)
                r = scols_print_table(table->lines);
        e = stream_end(stdout);
        return e < 0 ? e : r;
}

_public_ const Tabling cgscope_tabling = {
        .table_new = table_new,
        .table_free = table_free,
        .table_add = table_add,
        .table_set = table_set,
        .table_color = table_color,
        .table_print = table_print,
};
