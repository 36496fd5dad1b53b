/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tables and trees on standard output. As text for the terminal's width it is libsmartcols that makes them, in a module
 * of its own, which the verbs that print such tables load, as the library costs more to load than a short verb does; it
 * exports one symbol, `cgscope_tabling`. As JSON it is table-json.h. This header includes nothing of the library. */

#include "basic/macros.h"

typedef enum TableColumnFlags {
        TABLE_RIGHT = 1 << 0,   /* flush right: figures */
        TABLE_TREE = 1 << 1,    /* holds the tree */
        TABLE_SHORTEN = 1 << 2, /* may be cut where the line is too long, and ends with "…" then; a path begins so */
        TABLE_NUMBER = 1 << 3,  /* JSON: a number; in text flush right */
        TABLE_BOOLEAN = 1 << 4, /* JSON: true or false, for "1" and "0" */
        TABLE_WORDS = 1 << 5,   /* JSON: an array of strings; the cell has one a line */
        TABLE_LINES = 1 << 6,   /* in text a cell may have several lines */
        TABLE_NAME = 1 << 7,    /* to be typed again: never cut, last in a line that is too long; one in a table */
} TableColumnFlags;

typedef struct TableColumn {
        const char *heading; /* "MEMORY"; also what -o calls it */
        const char *field;   /* the name in JSON, "memory" */
        const char *help;    /* for --help of -o */
        TableColumnFlags flags;
} TableColumn;

typedef struct TableOptions {
        const char *name; /* of the array in JSON, "scopes" */
        bool json_pretty;
        bool headings;
        bool full;   /* nothing is cut */
        bool sparse; /* where the line is too long, columns without any text may be left out */
        bool colors;
        unsigned width; /* 0: no terminal, nothing is cut */
        bool ascii;     /* the locale has no other characters: trees are drawn without, and text has "\xNN" for them */
} TableOptions;

typedef struct Table Table;
typedef struct TableRow TableRow;

typedef struct Tabling {
        /* @columns, those to be printed in this order; copied. */
        int (*table_new)(const TableOptions *options, const TableColumn *const *columns, size_t n_columns, Table **ret);
        void (*table_free)(Table *table);

        /* Adds a row below @parent (NULL: at the top). */
        int (*table_add)(Table *table, TableRow *parent, TableRow **ret);

        /* Sets a cell; @text is taken over, also on failure. NULL: empty, null in JSON. */
        int (*table_set)(Table *table, TableRow *row, size_t column, char *text);

        /* Colours a cell or, with column SIZE_MAX, the row: one of basic/terminal's sequences. Nothing where there are
         * none. */
        int (*table_color)(Table *table, TableRow *row, size_t column, const char *color);

        /* Prints it on standard output. Negative errno where that failed. */
        int (*table_print)(Table *table);
} Tabling;

#define TABLING_SYMBOL "cgscope_tabling"
#define TABLING_MODULE "cgscope-table.so"
