/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <locale.h>
#include <sys/mman.h>

#include "basic/fd.h"
#include "basic/terminal.h"
#include "table/table-json.h"

extern const Tabling cgscope_tabling;

static const TableColumn tree = { "GROUP", "group", NULL, TABLE_TREE | TABLE_SHORTEN };
static const TableColumn number = { "MEMORY", "memory_peak", NULL, TABLE_NUMBER };
static const TableColumn boolean = { "FROZEN", "frozen", NULL, TABLE_BOOLEAN };
static const TableColumn words = { "CONTROLLERS", "controllers", NULL, TABLE_WORDS };
static const TableColumn text = { "COMMAND", "command", NULL, TABLE_LINES };
static const TableColumn *const columns[] = { &tree, &number, &boolean, &words, &text };

/* A row: its depth in the tree and its cells. */
typedef struct Row {
        unsigned depth;
        const char *cells[ELEMENTSOF(columns)];
        const char *color;
} Row;

/* A table that has a name is one in JSON. */
static const Tabling *tabling_of(const TableOptions *options) {
        return options->name ? &table_json : &cgscope_tabling;
}

static Table *fill(const TableOptions *options, const Row *rows, size_t n_rows) {
        const Tabling *tabling = tabling_of(options);
        TableRow *parents[8] = {};
        Table *table;

        g_assert_cmpint(tabling->table_new(options, columns, ELEMENTSOF(columns), &table), ==, 0);
        for (size_t i = 0; i < n_rows; i++) {
                unsigned depth = rows[i].depth;
                TableRow **row = &parents[depth];

                g_assert_cmpint(tabling->table_add(table, depth > 0 ? parents[depth - 1] : NULL, row), ==, 0);
                for (size_t k = 0; k < ELEMENTSOF(columns); k++) {
                        const char *cell = rows[i].cells[k];

                        g_assert_cmpint(tabling->table_set(table, *row, k, cell ? strdup(cell) : NULL), ==, 0);
                }
                if (rows[i].color)
                        g_assert_cmpint(tabling->table_color(table, *row, 0, rows[i].color), ==, 0);
        }

        return table;
}

/* What is printed on standard output. */
static char *print(const TableOptions *options, const Row *rows, size_t n_rows) {
        _cleanup_close_ int fd = memfd_create("output", MFD_CLOEXEC), saved = -EBADF;
        const Tabling *tabling = tabling_of(options);
        Table *table = fill(options, rows, n_rows);
        char *output;

        fflush(stdout);
        saved = dup(STDOUT_FILENO);
        g_assert_cmpint(dup2(fd, STDOUT_FILENO), >=, 0);
        g_assert_cmpint(tabling->table_print(table), ==, 0);
        g_assert_cmpint(dup2(saved, STDOUT_FILENO), >=, 0);
        tabling->table_free(table);

        g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
        g_assert_cmpint(fd_read_all(fd, &output), >=, 0);
        return output;
}

static void assert_output(const TableOptions *options, const Row *rows, size_t n_rows, const char *expected) {
        _cleanup_free_ char *output = print(options, rows, n_rows);

        g_assert_cmpstr(output, ==, expected);
}

static const Row groups[] = {
        { 0, { "top", "12", "1", "cpu\nio", "one two" } },
        { 1, { "gr\u00fcn", "4096", "0", "", NULL } },
        { 2, { "x", NULL, NULL, NULL, NULL } },
        { 1, { "last", NULL, NULL, NULL, "" } },
};

static void test_text(void) {
        static const TableOptions plain = { .headings = true };
        static const TableOptions ascii = { .ascii = true };

        assert_output(&plain, groups, ELEMENTSOF(groups),
                      "GROUP  MEMORY FROZEN CONTROLLERS COMMAND\n"
                      "top        12 yes    cpu io      one two\n"
                      "├─grün   4096 no\n"
                      "│ └─x\n"
                      "└─last\n");
        assert_output(&ascii, groups, ELEMENTSOF(groups),
                      "top             12 yes cpu io one two\n"
                      "|-gr\\xc3\\xbcn 4096 no\n"
                      "| `-x\n"
                      "`-last\n");
        assert_output(&plain, NULL, 0, "");
}

static void test_width(void) {
        static const Row rows[] = { { 0, { "a-name-that-is-too-long-for-it", "1", "1", "cpu", "cmd" } } };
        static const TableOptions narrow = { .width = 30 }, full = { .width = 30, .full = true };

        assert_output(&narrow, rows, 1, "a-name-that-is-… 1 yes cpu cmd\n");
        assert_output(&full, rows, 1, "a-name-that-is-too-long-for-it 1 yes cpu cmd\n");
}

/* Rows of so many cells as there are columns; NULL ends them. */
static void assert_fitted(const TableOptions *options, const TableColumn *const *some, size_t n_columns,
                          const char *const *cells, const char *expected) {
        _cleanup_close_ int fd = memfd_create("output", MFD_CLOEXEC), saved = dup(STDOUT_FILENO);
        _cleanup_free_ char *output = NULL;
        TableRow *parent = NULL, *row;
        Table *table;

        g_assert_cmpint(cgscope_tabling.table_new(options, some, n_columns, &table), ==, 0);
        for (size_t i = 0; cells[i]; i += n_columns) {
                g_assert_cmpint(cgscope_tabling.table_add(table, parent, &row), ==, 0);
                for (size_t k = 0; k < n_columns; k++)
                        g_assert_cmpint(cgscope_tabling.table_set(table, row, k, strdup(cells[i + k])), ==, 0);
                parent = some[0]->flags & TABLE_TREE ? row : NULL;
        }

        fflush(stdout);
        g_assert_cmpint(dup2(fd, STDOUT_FILENO), >=, 0);
        g_assert_cmpint(cgscope_tabling.table_print(table), ==, 0);
        g_assert_cmpint(dup2(saved, STDOUT_FILENO), >=, 0);
        cgscope_tabling.table_free(table);

        g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
        g_assert_cmpint(fd_read_all(fd, &output), >=, 0);
        g_assert_cmpstr(output, ==, expected);
}

/* Empty columns go first, then what may be cut is, and seen to be; a name is never cut, but stands last. */
static void test_fit(void) {
        static const TableColumn unit = { "UNIT", "unit", NULL, TABLE_NAME };
        static const TableColumn names = { "CONTROLLERS", "controllers", NULL, TABLE_WORDS | TABLE_SHORTEN };
        static const TableColumn path = { "PATH", "path", NULL, TABLE_SHORTEN };
        static const TableColumn branch = { "GROUP", "group", NULL, TABLE_TREE | TABLE_NAME };
        static const TableColumn *const list[] = { &unit, &number, &names }, *const last[] = { &number, &unit };
        static const TableColumn *const paths[] = { &unit, &path }, *const branches[] = { &branch, &number };
        static const char *const empty[] = { "app-one.scope", "", "cpu\nmemory\npids", "b", "", "io", NULL };
        static const char *const cut[] = { "app-one.scope", "12", "cpu\nmemory\npids", NULL };
        static const char *const long_path[] = { "a.scope", "/user.slice/grün.slice/a.scope", NULL };
        static const char *const numbered[] = { "12", "app-one.scope", NULL };
        static const char *const deep[] = { "top", "1", "a-long-name", "2", "another-long-name", "3", NULL };
        TableOptions options = { .headings = true, .sparse = true, .width = 35 };

        assert_fitted(&options, list, 3, empty,
                      "UNIT          CONTROLLERS\n"
                      "app-one.scope cpu memory pids\n"
                      "b             io\n");
        options = (TableOptions) { .headings = true, .width = 36 };
        assert_fitted(&options, list, 3, empty,
                      "UNIT          MEMORY CONTROLLERS\n"
                      "app-one.scope        cpu memory pids\n"
                      "b                    io\n");
        options.width = 32;
        assert_fitted(&options, list, 3, cut,
                      "UNIT          MEMORY CONTROLLERS\n"
                      "app-one.scope     12 cpu memory…\n");
        options.ascii = true;
        assert_fitted(&options, list, 3, cut,
                      "UNIT          MEMORY CONTROLLERS\n"
                      "app-one.scope     12 cpu memo...\n");
        options.width = 31;
        assert_fitted(&options, list, 3, cut,
                      "MEMORY CONTROLLERS     UNIT\n"
                      "    12 cpu memory pids app-one.scope\n");
        options = (TableOptions) { .headings = true, .width = 25 };
        assert_fitted(&options, paths, 2, long_path,
                      "UNIT    PATH\n"
                      "a.scope …ün.slice/a.scope\n");
        options.width = 10;
        assert_fitted(&options, last, 2, numbered,
                      "MEMORY UNIT\n"
                      "    12 app-one.scope\n");
        options.width = 20;
        assert_fitted(&options, branches, 2, deep,
                      "MEMORY GROUP\n"
                      "     1 top\n"
                      "     2 └─a-long-name\n"
                      "     3   └─another-long-name\n");
        options.width = 0; /* a pipe */
        assert_fitted(&options, list, 3, cut,
                      "UNIT          MEMORY CONTROLLERS\n"
                      "app-one.scope     12 cpu memory pids\n");
}

/* A cell of several lines stands beside the tree, whose branches go on. */
static void test_lines(void) {
        static const Row rows[] = {
                { 0, { "top", "12", NULL, NULL, "one two\nthree" } },
                { 1, { "low", "4096", NULL, NULL, "four" } },
        };
        const TableOptions options = { .headings = true };

        assert_output(&options, rows, 2,
                      "GROUP MEMORY FROZEN CONTROLLERS COMMAND\n"
                      "top       12                    one two\n"
                      "│                               three\n"
                      "└─low   4096                    four\n");
}

static void test_colors(void) {
        static const Row rows[] = { { 0, { "a", "1", "1", "cpu", "b" }, TERMINAL_RED } };
        static const TableOptions with = { .colors = true }, without = {};
        static const TableOptions json = { .name = "n", .colors = true };

        assert_output(&with, rows, 1, "\x1b[0;1;31ma\x1b[0m 1 yes cpu b\n");
        assert_output(&without, rows, 1, "a 1 yes cpu b\n");
        assert_output(&json, rows, 1,
                      "{\"n\":[{\"group\":\"a\",\"memory_peak\":1,\"frozen\":true,\"controllers\":[\"cpu\"],"
                      "\"command\":\"b\"}]}\n");
}

static void test_json(void) {
        static const TableOptions compact = { .name = "groups", .headings = true };
        static const TableOptions pretty = { .name = "groups", .json_pretty = true };
        _cleanup_free_ char *output = print(&pretty, groups, ELEMENTSOF(groups));

        assert_output(&compact, groups, ELEMENTSOF(groups),
                      "{\"groups\":[{\"group\":\"top\",\"memory_peak\":12,\"frozen\":true,"
                      "\"controllers\":[\"cpu\",\"io\"],\"command\":\"one two\",\"children\":["
                      "{\"group\":\"grün\",\"memory_peak\":4096,\"frozen\":false,\"controllers\":[],"
                      "\"command\":null,\"children\":["
                      "{\"group\":\"x\",\"memory_peak\":null,\"frozen\":null,\"controllers\":null,"
                      "\"command\":null}]},"
                      "{\"group\":\"last\",\"memory_peak\":null,\"frozen\":null,\"controllers\":null,"
                      "\"command\":\"\"}]}]}\n");
        assert_output(&compact, NULL, 0, "{\"groups\":[]}\n");

        g_assert_true(g_str_has_prefix(output, "{\n        \"groups\": [\n"));
        g_assert_nonnull(strstr(output, "\"group\": \"top\",\n"));
}

/* A hierarchy can be as deep as somebody likes. */
static void test_depth(void) {
        static const TableOptions options = { .name = "groups", .json_pretty = false };
        static const TableColumn *const one[] = { &number };
        GString *expected = g_string_new("{\"groups\":[");
        TableRow *row = NULL;
        Table *table;
        char *output;
        int fd = memfd_create("output", MFD_CLOEXEC), saved = dup(STDOUT_FILENO);

        g_assert_cmpint(table_json.table_new(&options, one, 1, &table), ==, 0);
        for (unsigned i = 0; i < 1000; i++) {
                g_assert_cmpint(table_json.table_add(table, row, &row), ==, 0);
                g_assert_cmpint(table_json.table_set(table, row, 0, strdup("1")), ==, 0);
                g_string_append_printf(expected, "%s{\"memory_peak\":1", i > 0 ? ",\"children\":[" : "");
        }
        for (unsigned i = 0; i < 1000; i++)
                g_string_append(expected, "}]");
        g_string_append(expected, "}\n");

        fflush(stdout);
        g_assert_cmpint(dup2(fd, STDOUT_FILENO), >=, 0);
        g_assert_cmpint(table_json.table_print(table), ==, 0);
        g_assert_cmpint(dup2(saved, STDOUT_FILENO), >=, 0);
        table_json.table_free(table);

        g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
        g_assert_cmpint(fd_read_all(fd, &output), >=, 0);
        g_assert_cmpstr(output, ==, expected->str);
        free(output);
        (void) fd_close(fd);
        (void) fd_close(saved);
        g_string_free(expected, true);
}

/* What stands in a cell may come from anybody. */
static void test_escapes(void) {
        static const Row rows[] = {
                { 0, { "a\nb\x1b[1m\x7f", "1.5", "1", "x\"\n\n\x01", "\xff\"\\ \t\xc2\x9b {[ ,  :" } },
        };
        /* A unit's name, and what the library itself would let pass. */
        static const Row names[] = { { 0, { "my\\x2dtool", "\u202e\x1b", "1", "ü\\x01", "\x9b\xb1\x80\x80" } } };
        static const TableOptions plain = {}, json = { .name = "n" };

        assert_output(&plain, rows, 1, "a\\x0ab\\x1b[1m\\x7f 1.5 yes x\"  \\x01 \\xff\"\\ \\x09\\xc2\\x9b {[ ,  :\n");
        assert_output(&plain, names, 1, "my\\x2dtool \\xe2\\x80\\xae\\x1b yes ü\\x01 \\x9b\\xb1\\x80\\x80\n");
        assert_output(&json, names, 1,
                      "{\"n\":[{\"group\":\"my\\\\x2dtool\",\"memory_peak\":\"\\u202e\\u001b\",\"frozen\":true,"
                      "\"controllers\":[\"ü\\\\x01\"],\"command\":\"\\ufffd\\ufffd\\ufffd\\ufffd\"}]}\n");
        assert_output(&json, rows, 1,
                      "{\"n\":[{\"group\":\"a\\u000ab\\u001b[1m\\u007f\",\"memory_peak\":\"1.5\",\"frozen\":true,"
                      "\"controllers\":[\"x\\\"\",\"\",\"\\u0001\"],"
                      "\"command\":\"\\ufffd\\\"\\\\ \\u0009\\u009b {[ ,  :\"}]}\n");
}

static void test_errors(void) {
        static const TableOptions plain = {};
        Table *table = fill(&plain, groups, ELEMENTSOF(groups));
        _cleanup_close_ int full = open("/dev/full", O_WRONLY | O_CLOEXEC), saved = dup(STDOUT_FILENO);
        TableRow *row;

        g_assert_cmpint(cgscope_tabling.table_add(table, NULL, &row), ==, 0);
        g_assert_cmpint(cgscope_tabling.table_set(table, row, ELEMENTSOF(columns), strdup("freed")), <, 0);

        fflush(stdout);
        g_assert_cmpint(dup2(full, STDOUT_FILENO), >=, 0);
        g_assert_cmpint(cgscope_tabling.table_print(table), ==, -ENOSPC);
        g_assert_cmpint(dup2(saved, STDOUT_FILENO), >=, 0);
        clearerr(stdout);
        cgscope_tabling.table_free(table);
}

int main(int argc, char *argv[]) {
        setlocale(LC_ALL, "");
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/table/text", test_text);
        g_test_add_func("/table/width", test_width);
        g_test_add_func("/table/fit", test_fit);
        g_test_add_func("/table/lines", test_lines);
        g_test_add_func("/table/colors", test_colors);
        g_test_add_func("/table/json", test_json);
        g_test_add_func("/table/depth", test_depth);
        g_test_add_func("/table/escapes", test_escapes);
        g_test_add_func("/table/errors", test_errors);

        return g_test_run();
}
