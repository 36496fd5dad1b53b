/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/table-view.h"

#include <assert.h>
#include <inttypes.h>
#include <strings.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/format.h"
#include "basic/log.h"
#include "basic/terminal.h"
#include "cgscope/cli/module.h"
#include "table/table-json.h"

/* A message names no more columns than fit here. */
#define NAMES_SIZE 1024

static int unknown_column(const char *name, size_t length, const TableColumn *all, size_t n_all) {
        char names[NAMES_SIZE] = "";
        size_t n = 0;

        for (size_t i = 0; i < n_all && n < sizeof(names); i++)
                n += (size_t) snprintf(names + n, sizeof(names) - n, "%s%s", i > 0 ? ", " : "", all[i].heading);

        return log_refuse(-EINVAL, "--output: there is no column '%.*s', but %s", (int) length, name, names);
}

bool tabular_wants(const Tabular *tabular, size_t index) {
        for (size_t i = 0; i < tabular->n_columns; i++)
                if (tabular->columns[i] == index)
                        return true;

        return false;
}

/* A column stands in the table once, however often it is named: a field in JSON must not come twice. */
static void add_column(Tabular *tabular, size_t index) {
        if (!tabular_wants(tabular, index) && tabular->n_columns < TABULAR_COLUMNS_MAX)
                tabular->columns[tabular->n_columns++] = index;
}

static int choose_named(Tabular *tabular, const char *text, const TableColumn *all, size_t n_all) {
        for (const char *p = text;; p++) {
                size_t length = strcspn(p, ","), i = 0;

                while (i < n_all && (strncasecmp(all[i].heading, p, length) != 0 || all[i].heading[length]))
                        i++;
                if (i == n_all)
                        return unknown_column(p, length, all, n_all);

                add_column(tabular, i);
                p += length;
                if (!*p)
                        return 0;
        }
}

int tabular_choose(Tabular *tabular, const CommonOptions *options, const TableColumn *all, size_t n_all,
                   size_t n_default) {
        const char *text = options->columns;

        *tabular = (Tabular) {
                .raw = options->bytes || options->json,
                .json = options->json,
        };

        if (!text || *text == '+')
                for (size_t i = 0; i < n_default; i++)
                        add_column(tabular, i);

        return text ? choose_named(tabular, text + (*text == '+'), all, n_all) : 0;
}

/* Says the first error, and keeps it. */
static int keep(Tabular *tabular, int error) {
        if (error < 0 && tabular->error >= 0)
                tabular->error = error == -ENOMEM ? log_oom() : log_error_errno(error, "cannot make the table");

        return tabular->error;
}

int tabular_open(Tabular *tabular, const CommonOptions *options, const TableColumn *all, const char *name) {
        Trouble trouble = {};
        const TableColumn *columns[TABULAR_COLUMNS_MAX];
        TableOptions table_options = {
                .name = name,
                .json_pretty = options->json_pretty,
                .headings = options->headings,
                .full = options->full,
                .sparse = !options->columns,
                .colors = terminal_has_colors(),
                .width = terminal_width(),
        };

        assert(tabular->n_columns > 0 && !tabular->table);

        /* Of a name it says what is a letter and how wide, and without it a tree is drawn in ASCII. */
        table_options.ascii = !terminal_is_utf8();

        tabular->tabling = options->json
                                   ? &table_json
                                   : module_load(TABLING_MODULE, TABLING_SYMBOL,
                                                 "the part that prints tables (is libsmartcols installed?)", &trouble);
        if (!tabular->tabling)
                return log_trouble(-ELIBACC, &trouble);

        for (size_t i = 0; i < tabular->n_columns; i++)
                columns[i] = all + tabular->columns[i];

        return keep(tabular, tabular->tabling->table_new(&table_options, columns, tabular->n_columns, &tabular->table));
}

TableRow *tabular_add(Tabular *tabular, TableRow *parent) {
        TableRow *row = NULL;

        if (tabular->error >= 0)
                (void) keep(tabular, tabular->tabling->table_add(tabular->table, parent, &row));

        return row;
}

void tabular_set(Tabular *tabular, TableRow *row, size_t index, char *text) {
        if (!text)
                (void) keep(tabular, -ENOMEM);

        for (size_t i = 0; tabular->error >= 0 && i < tabular->n_columns; i++)
                if (tabular->columns[i] == index) {
                        (void) keep(tabular, tabular->tabling->table_set(tabular->table, row, i, text));
                        return;
                }

        free(text);
}

void tabular_set_string(Tabular *tabular, TableRow *row, size_t index, const char *text) {
        if (text && tabular_wants(tabular, index))
                tabular_set(tabular, row, index, strdup(text));
}

void tabular_set_path(Tabular *tabular, TableRow *row, size_t index, const char *path) {
        if (path && tabular_wants(tabular, index))
                tabular_set(tabular, row, index, tabular->json ? strdup(path) : escape_path(path));
}

void tabular_set_number(Tabular *tabular, TableRow *row, size_t index, uint64_t number) {
        char text[FORMAT_MAX];

        if (number == UINT64_MAX)
                return;

        (void) snprintf(text, sizeof(text), "%" PRIu64, number);
        tabular_set_string(tabular, row, index, text);
}

void tabular_set_bytes(Tabular *tabular, TableRow *row, size_t index, uint64_t bytes) {
        char text[FORMAT_MAX];

        if (tabular->raw || bytes == UINT64_MAX)
                tabular_set_number(tabular, row, index, bytes);
        else
                tabular_set_string(tabular, row, index, format_bytes(bytes, text));
}

void tabular_set_time(Tabular *tabular, TableRow *row, size_t index, uint64_t usec) {
        uint64_t accuracy = usec < 60 * USEC_PER_SEC ? USEC_PER_MSEC : USEC_PER_SEC;
        char text[FORMAT_MAX];

        if (tabular->raw || usec == UINT64_MAX)
                tabular_set_number(tabular, row, index, usec);
        else
                tabular_set_string(tabular, row, index, format_timespan(usec, accuracy, text));
}

void tabular_color(Tabular *tabular, TableRow *row, size_t index, const char *color) {
        size_t i = 0;

        while (index != SIZE_MAX && i < tabular->n_columns && tabular->columns[i] != index)
                i++;
        if (tabular->error >= 0 && i < tabular->n_columns)
                (void) keep(tabular, tabular->tabling->table_color(tabular->table, row,
                                                                   index == SIZE_MAX ? SIZE_MAX : i, color));
}

int tabular_print(Tabular *tabular, const CommonOptions *options) {
        bool gone;
        int r;

        if (tabular->error < 0)
                return tabular->error;
        if (options->pager)
                pager_open(&tabular->pager);
        r = tabular->tabling->table_print(tabular->table);
        gone = r < 0 && fd_reader_has_gone(STDOUT_FILENO); /* head(1) has enough, or the pager was left */
        pager_close(&tabular->pager);

        return r < 0 && !gone ? log_error_errno(r, "cannot write the table") : 0;
}

void tabular_done(Tabular *tabular) {
        if (tabular->tabling)
                tabular->tabling->table_free(tabular->table);
        pager_close(&tabular->pager);
}
