/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The table of a verb: the columns that -o chose, loaded and printed. What goes wrong is said once, and what follows
 * then does nothing: who fills a table needs to look at what tabular_open() and tabular_print() return alone. */

#include "basic/pager.h"
#include "cgscope/cli/common-options.h"
#include "table/table.h"

#define TABULAR_COLUMNS_MAX 40

typedef struct Tabular {
        const Tabling *tabling;
        Table *table;
        Pager pager;
        size_t columns[TABULAR_COLUMNS_MAX]; /* the index in the verb's table of each that is printed */
        size_t n_columns;
        int error; /* the first one */
        bool raw;  /* numbers in base units: --bytes and JSON */
        bool json;
} Tabular;

/* Chooses the columns: those of @options->columns, "A,B", or "+A,B" besides the default, which is the first
 * @n_default of @all. -EINVAL: no such column, said with those there are. Needs no module: for before any work. */
int tabular_choose(Tabular *tabular, const CommonOptions *options, const TableColumn *all, size_t n_all,
                   size_t n_default);

/* Whether column @index of the verb's table is printed; what is not need not be found out. */
bool tabular_wants(const Tabular *tabular, size_t index);

/* Loads the module and makes the table. @name: of the array in JSON. */
int tabular_open(Tabular *tabular, const CommonOptions *options, const TableColumn *all, const char *name);

/* Adds a row, and sets a cell by the index in the verb's table: nothing where that is not printed. @text is taken over;
 * NULL: there was no memory for it. */
TableRow *tabular_add(Tabular *tabular, TableRow *parent);
void tabular_set(Tabular *tabular, TableRow *row, size_t index, char *text);

/* Cells of the usual kinds; UINT64_MAX is an empty cell, null in JSON. A path of groups, or one name, is shown as it
 * can be typed; other strings are only made safe to be shown. */
void tabular_set_string(Tabular *tabular, TableRow *row, size_t index, const char *text);
void tabular_set_path(Tabular *tabular, TableRow *row, size_t index, const char *path);
void tabular_set_number(Tabular *tabular, TableRow *row, size_t index, uint64_t number);
void tabular_set_bytes(Tabular *tabular, TableRow *row, size_t index, uint64_t bytes);
void tabular_set_time(Tabular *tabular, TableRow *row, size_t index, uint64_t usec);
void tabular_color(Tabular *tabular, TableRow *row, size_t index, const char *color);

/* Prints it, through the pager where there is one. */
int tabular_print(Tabular *tabular, const CommonOptions *options);
void tabular_done(Tabular *tabular);
