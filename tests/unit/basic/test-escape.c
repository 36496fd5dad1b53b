/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* UTF-8, and text of others on its way to a terminal. */

#include <glib.h>
#include <sys/mman.h>

#include "basic/escape.h"
#include "basic/macros.h"
#include "basic/utf8.h"

/* --- RFC 3629 --- */

/* Its section 4, as it stands there. */
static const struct {
        size_t length;
        unsigned char from[4], to[4];
} syntax[] = {
        { 1, { 0x00 }, { 0x7f } },
        { 2, { 0xc2, 0x80 }, { 0xdf, 0xbf } },
        { 3, { 0xe0, 0xa0, 0x80 }, { 0xe0, 0xbf, 0xbf } },
        { 3, { 0xe1, 0x80, 0x80 }, { 0xec, 0xbf, 0xbf } },
        { 3, { 0xed, 0x80, 0x80 }, { 0xed, 0x9f, 0xbf } },
        { 3, { 0xee, 0x80, 0x80 }, { 0xef, 0xbf, 0xbf } },
        { 4, { 0xf0, 0x90, 0x80, 0x80 }, { 0xf0, 0xbf, 0xbf, 0xbf } },
        { 4, { 0xf1, 0x80, 0x80, 0x80 }, { 0xf3, 0xbf, 0xbf, 0xbf } },
        { 4, { 0xf4, 0x80, 0x80, 0x80 }, { 0xf4, 0x8f, 0xbf, 0xbf } },
};

/* What all texts that begin with these @n bytes begin with: a character of so many bytes, 0 for none; -1: it depends on
 * what follows. */
static int expected_length(const unsigned char *bytes, size_t n) {
        for (size_t i = 0; i < ELEMENTSOF(syntax); i++) {
                size_t k = 0;

                while (k < MIN(n, syntax[i].length) && bytes[k] >= syntax[i].from[k] && bytes[k] <= syntax[i].to[k])
                        k++;
                if (k == syntax[i].length)
                        return (int) k;
                if (k == n)
                        return -1;
        }

        return 0;
}

/* All four-byte texts: where the first @n bytes decide, they stand at the end of what can be read, so the answer cannot
 * depend on the others. */
static void check_texts(char *page_end, unsigned char *bytes, size_t n, unsigned *valid) {
        int expected = n == 0 ? -1 : expected_length(bytes, n);

        if (expected < 0) {
                for (unsigned c = 0; c < 256; c++) {
                        bytes[n] = (unsigned char) c;
                        check_texts(page_end, bytes, n + 1, valid);
                }
                return;
        }

        memcpy(page_end - n, bytes, n);
        if ((int) utf8_length(page_end - n) != expected)
                g_error("%zu bytes, the first %02x: %zu, not %d", n, bytes[0], utf8_length(page_end - n), expected);
        *valid += expected > 0;
}

static void test_rfc3629(void) {
        size_t size = (size_t) sysconf(_SC_PAGESIZE);
        char *pages = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        unsigned char bytes[4];
        unsigned valid = 0;

        g_assert_true(pages != MAP_FAILED);
        g_assert_cmpint(mprotect(pages + size, size, PROT_NONE), ==, 0);
        check_texts(pages + size, bytes, 0, &valid);
        g_assert_cmpuint(valid, ==, 0x110000 - 0x800);
        (void) munmap(pages, 2 * size);
}

/* What a character is, by glib. */
static void test_characters(void) {
        for (uint32_t c = 1; c < 0x110000; c++) {
                char text[8] = "";
                uint32_t found = 0;
                size_t length;

                if (c >= 0xd800 && c < 0xe000)
                        continue;
                length = (size_t) g_unichar_to_utf8(c, text);
                g_assert_cmpuint(utf8_character(text, &found), ==, length);
                g_assert_cmpuint(found, ==, c);
                g_assert_cmpint(utf8_is_valid(text), ==, !utf8_is_noncharacter(c));
        }
}

/* --- what is shown --- */

static void test_text(void) {
        static const struct {
                const char *text, *shown;
        } rows[] = {
                { "", "" },
                { "plain", "plain" },
                { "a b\\x2d\"'$(x)`y`", "a b\\x2d\"'$(x)`y`" },
                { "\x1b]0;owned\x07", "\\x1b]0;owned\\x07" },
                { "a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f" },
                { "gr\u00fcn \u20ac \U0001f600", "gr\u00fcn \u20ac \U0001f600" },
                { "\xc2\x9b"
                  "31m",
                  "\\xc2\\x9b31m" },
                { "\xc2\x80\xc2\x9f\xc2\xa0", "\\xc2\\x80\\xc2\\x9f\xc2\xa0" },
                { "a\u202eb", "a\\xe2\\x80\\xaeb" },
                { "\u061c\u200e\u200f\u2066\u2069",
                  "\\xd8\\x9c\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xe2\\x81\\xa6\\xe2\\x81\\xa9" },
                { "\u2028\u2029", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9" },
                { "\u200d\u202f\u2065\u206a", "\u200d\u202f\u2065\u206a" },
                { "\uffff\ufdd0\U0010fffe", "\\xef\\xbf\\xbf\\xef\\xb7\\x90\\xf4\\x8f\\xbf\\xbe" },
                { "\xff", "\\xff" },
                { "\x80\x90\x80\x80", "\\x80\\x90\\x80\\x80" },
                { "\x9b\xb1\x80\x80", "\\x9b\\xb1\\x80\\x80" },
                { "a\xc3", "a\\xc3" },
                { "\xed\xa0\x80", "\\xed\\xa0\\x80" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *shown = escape_text(rows[i].text);

                g_assert_cmpstr(shown, ==, rows[i].shown);
                g_assert_cmpint(text_is_safe(rows[i].text), ==, streq(rows[i].text, rows[i].shown));
                g_assert_true(text_is_safe(shown));
        }
}

static void test_width(void) {
        static const struct {
                const char *text;
                unsigned width;
        } rows[] = { { "a", 1 }, { "\u00fc", 1 }, { "\x1b", 4 }, { "\xc2\x9b", 8 }, { "\u202e", 12 }, { "\xff", 4 } };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char buffer[ESCAPE_MAX + 1];
                const char *p = rows[i].text;
                unsigned width;

                g_assert_cmpuint(escape_character(&p, buffer, &width), ==, strlen(buffer));
                g_assert_cmpuint(width, ==, rows[i].width);
                g_assert_cmpstr(p, ==, "");
        }
}

/* --- and typed --- */

static void test_path(void) {
        static const struct {
                const char *path, *shown;
        } rows[] = {
                { "", "" },
                { "/", "/" },
                { "/a.slice/app-cgscope-my\\x2dtool-0.scope/main", "/a.slice/app-cgscope-my\\x2dtool-0.scope/main" },
                { "/a.slice/my\\tool", "/a.slice/$'my\\\\tool'" },
                { "gr\u00fcn", "gr\u00fcn" },
                { "a b", "$'a b'" },
                { "/x.scope/`id`/$(id)", "/x.scope/$'`id`'/$'$(id)'" },
                { "it's\\", "$'it\\'s\\\\'" },
                { "x/\x1b[31m/y", "x/$'\\x1b[31m'/y" },
                { "\xc2\x9b"
                  "b",
                  "$'\\xc2\\x9bb'" },
                { "g\xe9", "$'g\\xe9'" },
                { "$'a'", "$'$\\'a\\''" },
                { "a;b", "$'a;b'" },
                { "~", "$'~'" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *shown = escape_path(rows[i].path);

                g_assert_cmpstr(shown, ==, rows[i].shown);
        }
}

static void test_word(void) {
        static const struct {
                const char *typed, *word;
        } rows[] = {
                { "./main", "./main" },
                { "my\\x2dtool.scope/main", "$'my\\\\x2dtool.scope'/main" },
                { "./`id`", "./$'`id`'" },
                { "./$'a b'/c", "./$'a b'/c" },
                { "./$'a", "./$'$\\'a'" },
                { "./$'a'`id`", "./$'$\\'a\\'`id`'" },
                { "", "" },
        };

        /* In quotes, and nevertheless not to be shown: it is quoted as any other text. */
        static const char *const unsafe[] = { "$'a\x1b'", "x.scope/$'\x9b'", "$'\u202e'" };

        for (size_t i = 0; i < ELEMENTSOF(unsafe); i++) {
                _cleanup_free_ char *word = escape_word(unsafe[i]);

                g_assert_true(text_is_safe(word));
        }

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *word = escape_word(rows[i].typed);

                g_assert_cmpstr(word, ==, rows[i].word);
        }
}

static void test_process_group(void) {
        _cleanup_free_ char *plain = escape_process_group("/a.scope/b (c)");
        _cleanup_free_ char *deleted = escape_process_group("/a.scope/b c (deleted)");

        g_assert_cmpstr(plain, ==, "/a.scope/$'b (c)'");
        g_assert_cmpstr(deleted, ==, "/a.scope/$'b c' (deleted)");
}

/* What is shown means the same when it is typed: to us, and to the shells that know $'…'. */
static void expect_round_trip(const char *name) {
        _cleanup_free_ char *shown = escape_path(name);
        const char *p = shown;
        char buffer[256];

        g_assert_true(text_is_safe(shown));
        g_assert_cmpint(unescape_part(&p, buffer, sizeof(buffer)), ==, 0);
        g_assert_cmpstr(buffer, ==, name);
        g_assert_cmpstr(p, ==, "");
}

static void test_round_trip(void) {
        static const char *const bytes = "ab01 \\'$`\"x\x01\x1b\n\xc2\x9b\xe2\x80\xae\xff-;*";
        g_autoptr(GRand) rand = g_rand_new_with_seed(1);

        for (unsigned i = 0; i < 20000; i++) {
                char name[16] = "";
                size_t length = (size_t) g_rand_int_range(rand, 1, sizeof(name));

                for (size_t k = 0; k < length; k++)
                        name[k] = bytes[g_rand_int_range(rand, 0, (int) strlen(bytes))];
                expect_round_trip(name);
        }
        for (int c = 1; c < 256; c++)
                if (c != '/')
                        expect_round_trip((const char[]) { (char) c, '\0' });
}

static void test_unescape(void) {
        static const struct {
                const char *text;
                int r;
                const char *part, *rest;
        } rows[] = {
                { "a/b", 0, "a", "/b" },
                { "$'a b'/c", 0, "a b", "/c" },
                { "$'\\x1B\\\\\\''", 0, "\x1b\\'", "" },
                { "a\\x1b", 0, "a\\x1b", "" },
                { "$a", 0, "$a", "" },
                { "$'a", -EINVAL, NULL, NULL },
                { "$'a'b", -EINVAL, NULL, NULL },
                { "$'\\n'", -EINVAL, NULL, NULL },
                { "$'\\x1'", -EINVAL, NULL, NULL },
                { "$'\\x'", -EINVAL, NULL, NULL },
                { "$'\\", -EINVAL, NULL, NULL },
                { "$'\\x00'", -EINVAL, NULL, NULL },
                { "$'a/b'", -EINVAL, NULL, NULL },
                { "$'\\x2f'", -EINVAL, NULL, NULL },
                { "12345678", -ENAMETOOLONG, NULL, NULL },
                { "$'12345678'", -ENAMETOOLONG, NULL, NULL },
                { "$'1234567'", 0, "1234567", "" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *p = rows[i].text;
                char buffer[8];

                g_assert_cmpint(unescape_part(&p, buffer, sizeof(buffer)), ==, rows[i].r);
                if (rows[i].r < 0)
                        continue;
                g_assert_cmpstr(buffer, ==, rows[i].part);
                g_assert_cmpstr(p, ==, rows[i].rest);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/escape/rfc3629", test_rfc3629);
        g_test_add_func("/escape/characters", test_characters);
        g_test_add_func("/escape/text", test_text);
        g_test_add_func("/escape/width", test_width);
        g_test_add_func("/escape/path", test_path);
        g_test_add_func("/escape/word", test_word);
        g_test_add_func("/escape/process-group", test_process_group);
        g_test_add_func("/escape/round-trip", test_round_trip);
        g_test_add_func("/escape/unescape", test_unescape);

        return g_test_run();
}
