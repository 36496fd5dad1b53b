/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tables and trees, as text and as JSON: whatever is in the cells, nothing unsafe is printed, and JSON is JSON. */

#include <locale.h>

#include "basic/check-json.h"
#include "fuzz.h"
#include "table/table-json.h"

extern const Tabling cgscope_tabling;

#define ROWS_MAX 24

static const TableColumn columns[] = {
        { "UNIT", "unit", "", TABLE_TREE },          { "MEMORY", "memory", "", TABLE_RIGHT },
        { "TASKS", "tasks", "", TABLE_NUMBER },      { "FROZEN", "frozen", "", TABLE_BOOLEAN },
        { "NAMES", "names", "", TABLE_WORDS },       { "LINES", "lines", "", TABLE_LINES },
        { "COMMAND", "command", "", TABLE_SHORTEN },
};

static void fill(const Tabling *tabling, Table *table, FuzzInput input, bool tree) {
        TableRow *rows[ROWS_MAX];

        for (size_t n = 0; n < ROWS_MAX && input.size > 0; n++) {
                unsigned parent = fuzz_byte(&input);

                promise(tabling->table_add(table, tree && n > 0 && parent < n ? rows[parent] : NULL, &rows[n]) == 0);
                for (size_t i = 0; i < ELEMENTSOF(columns); i++) {
                        char *cell = fuzz_line(&input);

                        /* Of numbers and booleans who fills it in says what they are; a word each line. */
                        for (char *p = cell; columns[i].flags & (TABLE_WORDS | TABLE_LINES) && *p; p++)
                                *p = *p == '|' ? '\n' : *p;
                        promise(tabling->table_set(table, rows[n], i, cell) == 0);
                }
                promise(tabling->table_color(table, rows[n], parent % 9, "\x1b[1m") == 0 || parent % 9 >= 7);
        }
}

/* What goes to standard output. Freed by the caller. */
static char *print(const Tabling *tabling, const TableOptions *options, FuzzInput input, size_t *ret_length) {
        const TableColumn *chosen[ELEMENTSOF(columns)];
        FILE *saved = stdout;
        char *text = NULL;
        Table *table;

        for (size_t i = 0; i < ELEMENTSOF(columns); i++)
                chosen[i] = columns + i;

        stdout = open_memstream(&text, ret_length);
        promise(stdout);
        promise(tabling->table_new(options, chosen, ELEMENTSOF(columns), &table) == 0);
        fill(tabling, table, input, true);
        promise(tabling->table_print(table) == 0 && fclose(stdout) == 0);
        tabling->table_free(table);
        stdout = saved;
        return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FuzzInput input = { data, size };
        unsigned first = fuzz_byte(&input);
        const TableOptions options = {
                .name = "scopes",
                .json_pretty = first & 1,
                .headings = first & 2,
                .full = first & 4,
                .ascii = first & 8,
                .width = first & 16 ? 0 : 40 + fuzz_byte(&input) % 100,
        };
        _cleanup_free_ char *text = NULL, *json = NULL;
        size_t length;

        if (size > 2048)
                return -1;

        promise(setlocale(LC_CTYPE, options.ascii ? "C" : "C.UTF-8"));
        text = print(&cgscope_tabling, &options, input, &length);
        promise(fuzz_is_safe(text, length, true));

        json = print(&table_json, &options, input, &length);
        check_json(json, length, NULL, 0);
        return 0;
}
