/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines behind labels, cut or broken where a terminal ends. */

#include <glib.h>

#include "basic/sheet.h"
#include "basic/terminal.h"

typedef struct Page {
        Sheet sheet;
        char *text;
        size_t size;
} Page;

static void page_open(Page *page, unsigned label_width, unsigned width) {
        *page = (Page) {};
        page->sheet = (Sheet) { open_memstream(&page->text, &page->size), label_width, width, 0 };
        g_assert_nonnull(page->sheet.file);
}

static void page_check(Page *page, const char *expected) {
        g_assert_cmpint(sheet_end(&page->sheet), ==, 0);
        (void) fclose(page->sheet.file);
        g_assert_cmpstr(page->text, ==, expected);
        free(page->text);
}

static void test_line(void) {
        Page page;

        page_open(&page, 5, 0);
        sheet_line(&page.sheet, "Unit", "%s", "a\x1b[31m\nb");
        sheet_line(&page.sheet, NULL, "more");
        sheet_path(&page.sheet, "Group", "/a b");
        page_check(&page, " Unit: a\\x1b[31m\\x0ab\n"
                          "       more\n"
                          "Group: /$'a b'\n");
}

static void test_cut(void) {
        Page page;

        page_open(&page, 5, 13);
        sheet_line(&page.sheet, "Unit", "123456");
        sheet_line(&page.sheet, "Unit", "1234567");
        sheet_line(&page.sheet, "Unit", "äöüäöü");
        sheet_line(&page.sheet, "Unit", "äöüäöüß");
        sheet_line(&page.sheet, "Unit", "1234\n");
        page_check(&page, " Unit: 123456\n"
                          " Unit: 12345…\n"
                          " Unit: äöüäöü\n"
                          " Unit: äöüäö…\n"
                          " Unit: 1234…\n");
}

static void test_wrap(void) {
        Page page;

        page_open(&page, 5, 27);
        sheet_paragraph(&page.sheet, "Why", "twenty columns for a text, and a-word-that-is-longer-than-that");
        fputs("12", page.sheet.file);
        sheet_wrap(&page.sheet, 2, TERMINAL_RED, "a text of all the room there is");
        fputs("12", page.sheet.file);
        sheet_wrap(&page.sheet, 2, NULL, "");
        page_check(&page, "  Why: twenty columns for a\n"
                          "       text, and\n"
                          "       a-word-that-is-longer-than-that\n"
                          "12" TERMINAL_RED "a text of all the room" TERMINAL_OFF "\n"
                          "  " TERMINAL_RED "there is" TERMINAL_OFF "\n"
                          "12\n");
}

/* Where the terminal is narrow, text is not squeezed to nothing. */
static void test_room(void) {
        g_assert_cmpuint(sheet_room(0, 10), ==, 0);
        g_assert_cmpuint(sheet_room(80, 10), ==, 70);
        g_assert_cmpuint(sheet_room(30, 10), ==, 20);
        g_assert_cmpuint(sheet_room(15, 10), ==, 20);
        g_assert_cmpuint(sheet_room(5, 10), ==, 20);
}

static void check_fold(const char *text, unsigned width, const char *expected) {
        g_autofree char *folded = sheet_fold(text, width);

        g_assert_cmpstr(folded, ==, expected);
}

static void test_fold(void) {
        check_fold("one two three", 0, "one two three");
        check_fold("one two three", 7, "one two\nthree");
        check_fold("one two three", 6, "one\ntwo\nthree");
        check_fold("äöü äöü äöü äöü", 7, "äöü äöü\näöü äöü");
        check_fold("one\ntwo three", 8, "one\\x0atwo\nthree");
        check_fold("", 8, "");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/sheet/line", test_line);
        g_test_add_func("/sheet/cut", test_cut);
        g_test_add_func("/sheet/wrap", test_wrap);
        g_test_add_func("/sheet/room", test_room);
        g_test_add_func("/sheet/fold", test_fold);
        return g_test_run();
}
