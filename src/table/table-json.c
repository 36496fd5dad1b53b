/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table/table-json.h"

#include "basic/json.h"

struct TableRow {
        TableRow *parent, *next, *children, *last_child;
        char *cells[];
};

struct Table {
        const char *name;
        bool pretty;
        TableRow *top; /* a row of no cells, above all others */
        size_t n_columns;
        const TableColumn *columns[];
};

static void free_row(Table *table, TableRow *row) {
        for (size_t i = 0; i < table->n_columns; i++)
                free(row->cells[i]);
        free(row);
}

/* Of a tree the lowest first. */
static void table_free(Table *table) {
        TableRow *row = table ? table->top : NULL;

        while (row) {
                TableRow *next = row->children ?: row->next ?: row->parent;

                if (row->children)
                        row->children = NULL;
                else
                        free_row(table, row);
                row = next;
        }
        free(table);
}

static int table_add(Table *table, TableRow *parent, TableRow **ret) {
        TableRow *row = calloc(1, sizeof(TableRow) + table->n_columns * sizeof(row->cells[0]));

        if (!row)
                return -ENOMEM;

        row->parent = parent = parent ?: table->top;
        if (parent && parent->last_child)
                parent->last_child->next = row;
        else if (parent)
                parent->children = row;
        if (parent)
                parent->last_child = row;

        *ret = row;
        return 0;
}

static int table_new(const TableOptions *options, const TableColumn *const *columns, size_t n_columns, Table **ret) {
        Table *table = calloc(1, sizeof(Table) + n_columns * sizeof(const TableColumn *));

        if (!table)
                return -ENOMEM;

        table->name = options->name;
        table->pretty = options->json_pretty;
        table->n_columns = n_columns;
        memcpy(table->columns, columns, n_columns * sizeof(const TableColumn *));
        if (table_add(table, NULL, &table->top) < 0) {
                table_free(table);
                return -ENOMEM;
        }

        *ret = table;
        return 0;
}

static int table_set(Table *table, TableRow *row, size_t column, char *text) {
        if (column >= table->n_columns) {
                free(text);
                return -EINVAL;
        }

        free(row->cells[column]);
        row->cells[column] = text;
        return 0;
}

static int table_color(Table *table _unused_, TableRow *row _unused_, size_t column _unused_,
                       const char *color _unused_) {
        return 0;
}

static void write_cell(JsonWriter *writer, const TableColumn *column, const char *text) {
        if (!text || column->flags & TABLE_NUMBER)
                json_value(writer, column->field, text);
        else if (column->flags & TABLE_BOOLEAN)
                json_boolean(writer, column->field, streq(text, "1"));
        else if (column->flags & TABLE_WORDS)
                json_words(writer, column->field, text, '\n');
        else
                json_string(writer, column->field, text);
}

static int table_print(Table *table) {
        JsonWriter writer;

        json_begin(&writer, stdout, table->pretty);
        json_open_array(&writer, table->name);

        for (const TableRow *row = table->top->children; row;) {
                json_open_object(&writer, NULL);
                for (size_t i = 0; i < table->n_columns; i++)
                        write_cell(&writer, table->columns[i], row->cells[i]);

                if (row->children) {
                        json_open_array(&writer, "children");
                        row = row->children;
                        continue;
                }

                json_close(&writer);
                for (; row != table->top && !row->next; row = row->parent)
                        if (row->parent != table->top) {
                                json_close(&writer); /* the children */
                                json_close(&writer);
                        }
                row = row->next;
        }

        return json_end(&writer);
}

const Tabling table_json = {
        .table_new = table_new,
        .table_free = table_free,
        .table_add = table_add,
        .table_set = table_set,
        .table_color = table_color,
        .table_print = table_print,
};
