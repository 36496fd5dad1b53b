/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What somebody else wrote, in a line of ours. */

#include <glib.h>

#include "basic/escape.h"
#include "basic/parse-words.h"

static void test_table(void) {
        static const struct {
                const char *text, *quoted;
        } rows[] = {
                { "", "" },
                { "io", "io" },
                { "a b\\\"'", "a b\\\"'" },
                { "a\nb\rc\td", "a\\x0ab\\x0dc\\x09d" },
                { "\033[31m", "\\x1b[31m" },
                { "\177", "\\x7f" },
                { "J\303\274rgen", "J\303\274rgen" },
                { "\302\233"
                  "31m",
                  "\\xc2\\x9b31m" },
                { "\302\240", "\302\240" },
                { "\377a", "\\xffa" },
                { "a\303", "a\\xc3" },
                { "\355\240\200", "\\xed\\xa0\\x80" },
        };
        char buffer[ESCAPE_SHORT_MAX];

        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
                g_assert_cmpstr(escape_short(rows[i].text, buffer), ==, rows[i].quoted);
}

/* Cut between characters, whatever their size, and never too late. */
static void test_cut(void) {
        static const char *const characters[] = { "x", "\n", "\303\274", "\302\233", "\360\237\220\247", "\377" };
        char buffer[ESCAPE_SHORT_MAX];

        for (size_t i = 0; i < G_N_ELEMENTS(characters); i++)
                for (unsigned shift = 0; shift < 8; shift++)
                        for (unsigned n = 0; n < 200; n++) {
                                g_autoptr(GString) text = g_string_new(NULL);

                                for (unsigned k = 0; k < shift; k++)
                                        (void) g_string_append_c(text, 'y');
                                for (unsigned k = 0; k < n; k++)
                                        (void) g_string_append(text, characters[i]);

                                (void) escape_short(text->str, buffer);
                                g_assert_cmpuint(strlen(buffer), <, ESCAPE_SHORT_MAX);
                                g_assert_true(text_is_printable(buffer));
                                if (n >= ESCAPE_SHORT_MAX)
                                        g_assert_true(g_str_has_suffix(buffer, "…"));
                        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/escape-short/table", test_table);
        g_test_add_func("/escape-short/cut", test_cut);

        return g_test_run();
}
