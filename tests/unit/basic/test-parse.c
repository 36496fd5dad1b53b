/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <malloc.h>
#include <signal.h>

#include "basic/macros.h"
#include "basic/parse-words.h"
#include "basic/parse.h"

/* A text and either what it means or, with @r, why it means nothing. */
typedef struct Number {
        const char *text;
        uint64_t value;
        int r;
} Number;

#define UNTOUCHED UINT64_C(0x5ca1ab1e)

static void check_numbers(const Number *rows, size_t n_rows, int (*parse)(const char *text, uint64_t *ret)) {
        for (size_t i = 0; i < n_rows; i++) {
                uint64_t value = UNTOUCHED;

                g_test_message("'%s'", rows[i].text);
                g_assert_cmpint(parse(rows[i].text, &value), ==, rows[i].r);
                g_assert_cmpuint(value, ==, rows[i].r < 0 ? UNTOUCHED : rows[i].value);
        }
}

static void test_has_word(void) {
        g_assert_true(text_has_word("rw,nsdelegate,memory_recursiveprot", ",", "nsdelegate"));
        g_assert_true(text_has_word("cpu memory pids\n", " \n", "pids"));
        g_assert_true(text_has_word(" cpu", " ", "cpu"));
        g_assert_true(text_has_word("a,,b", ",", "b"));
        g_assert_false(text_has_word(",", ",", "nsdelegate"));
        g_assert_false(text_has_word("cpuset", ",", "cpu"));
        g_assert_false(text_has_word("cpu", ",", "cpuset"));
        g_assert_false(text_has_word("rw cpu", ",", "cpu"));
        g_assert_false(text_has_word("", ",", "cpu"));
}

static void test_boolean(void) {
        static const char *const yes[] = { "1", "yes", "y", "true", "t", "on", "YES", "True" };
        static const char *const no[] = { "0", "no", "n", "false", "f", "off", "NO", "Off" };
        static const char *const neither[] = { "", "2", "maybe", "yes ", " no", "ye", "01" };
        bool value;

        for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
                value = false;
                g_assert_cmpint(parse_boolean(yes[i], &value), ==, 0);
                g_assert_true(value);
        }

        for (size_t i = 0; i < ELEMENTSOF(no); i++) {
                value = true;
                g_assert_cmpint(parse_boolean(no[i], &value), ==, 0);
                g_assert_false(value);
        }

        for (size_t i = 0; i < ELEMENTSOF(neither); i++)
                g_assert_cmpint(parse_boolean(neither[i], &value), ==, -EINVAL);
}

static int parse_1_to_100(const char *text, uint64_t *ret) {
        return parse_unsigned(text, 1, 100, ret);
}

static int parse_any_unsigned(const char *text, uint64_t *ret) {
        return parse_unsigned(text, 0, UINT64_MAX, ret);
}

static int parse_any_base(const char *text, uint64_t *ret) {
        return parse_unsigned_any_base(text, 1, 100, ret);
}

static void test_unsigned(void) {
        static const Number bounded[] = {
                { "1", 1, 0 },          { "100", 100, 0 },     { "10", 10, 0 },
                { "0x10", 0, -EINVAL }, { "010", 0, -EINVAL }, { "01", 0, -EINVAL },
                { "00", 0, -EINVAL },   { "0b1", 0, -EINVAL }, { "0o7", 0, -EINVAL },
                { "1e1", 0, -EINVAL },  { "\t1", 0, -EINVAL }, { "0", 0, -ERANGE },
                { "101", 0, -ERANGE },  { "-1", 0, -ERANGE },  { "99999999999999999999", 0, -ERANGE },
                { "", 0, -EINVAL },     { "+1", 0, -EINVAL },  { " 1", 0, -EINVAL },
                { "1 ", 0, -EINVAL },   { "1.5", 0, -EINVAL }, { "1K", 0, -EINVAL },
                { "x", 0, -EINVAL },    { "-", 0, -EINVAL },   { "08", 0, -EINVAL },
        };
        static const Number unbounded[] = {
                { "0", 0, 0 },
                { "18446744073709551615", UINT64_MAX, 0 },
                { "18446744073709551616", 0, -ERANGE },
        };

        static const Number any_base[] = {
                { "10", 10, 0 },        { "0x10", 16, 0 },    { "010", 8, 0 },      { "08", 0, -EINVAL },
                { "0x", 0, -EINVAL },   { "+1", 0, -EINVAL }, { " 1", 0, -EINVAL }, { "0", 0, -ERANGE },
                { "0x65", 0, -ERANGE }, { "-1", 0, -ERANGE },
        };

        check_numbers(bounded, ELEMENTSOF(bounded), parse_1_to_100);
        check_numbers(any_base, ELEMENTSOF(any_base), parse_any_base);
        check_numbers(unbounded, ELEMENTSOF(unbounded), parse_any_unsigned);
}

static void test_range(void) {
        static const struct {
                const char *text;
                uint64_t lower, upper;
                int r;
        } rows[] = {
                { "5", 5, 5, 0 },           { "0-3", 0, 3, 0 },        { "10-10", 10, 10, 0 },
                { "3-1", 0, 0, -EINVAL },   { "1-", 0, 0, -EINVAL },   { "-1", 0, 0, -EINVAL },
                { "1-2-3", 0, 0, -EINVAL }, { "", 0, 0, -EINVAL },     { "1--2", 0, 0, -EINVAL },
                { "0-11", 0, 0, -ERANGE },  { "11", 0, 0, -ERANGE },   { "a-b", 0, 0, -EINVAL },
                { "010", 0, 0, -EINVAL },   { "0-07", 0, 0, -EINVAL }, { "0x1", 0, 0, -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                uint64_t lower = 0, upper = 0;

                g_assert_cmpint(parse_unsigned_range(rows[i].text, 10, &lower, &upper), ==, rows[i].r);
                g_assert_cmpuint(lower, ==, rows[i].lower);
                g_assert_cmpuint(upper, ==, rows[i].upper);
        }
}

static int parse_size_1024(const char *text, uint64_t *ret) {
        return parse_size(text, 1024, ret);
}

static int parse_size_1000(const char *text, uint64_t *ret) {
        return parse_size(text, 1000, ret);
}

static void test_size(void) {
        static const Number binary[] = {
                { "0", 0, 0 },
                { "1", 1, 0 },
                { "4096", 4096, 0 },
                { "7B", 7, 0 },
                { "1K", 1024, 0 },
                { "1M", 1048576, 0 },
                { "1G", 1073741824, 0 },
                { "1T", UINT64_C(1) << 40, 0 },
                { "1P", UINT64_C(1) << 50, 0 },
                { "15E", UINT64_C(15) << 60, 0 },
                { "1.5G", 1610612736, 0 },
                { "0.1G", 107374182, 0 },
                { "10.M", 10485760, 0 },
                { "1.9", 1, 0 },
                { "0.0000000001E", 0, 0 }, /* behind the ninth place nothing counts */
                { "1G512M", 1610612736, 0 },
                { "1G 512M", 1610612736, 0 },
                { "1K 5", 1029, 0 },
                { " 1 K ", 1024, 0 },
                { "infinity", UINT64_MAX, 0 },
                { "16E", 0, -ERANGE },
                { "15.999999999E 1P", 0, -ERANGE },
                { "18446744073709551615", 0, -ERANGE }, /* would be infinity */
                { "18446744073709551614", UINT64_MAX - 1, 0 },
                { "99999999999999999999", 0, -ERANGE },
                { "-1K", 0, -ERANGE },
                { "", 0, -EINVAL },
                { " ", 0, -EINVAL },
                { "12Q", 0, -EINVAL },
                { "1k", 0, -EINVAL },
                { "1KiB", 0, -EINVAL },
                { "K", 0, -EINVAL },
                { "512M 1G", 0, -EINVAL },
                { "1M 1M", 0, -EINVAL },
                { "5 5", 0, -EINVAL },
                { "+1", 0, -EINVAL },
                { ".5G", 0, -EINVAL },
                { "1.5.5G", 0, -EINVAL },
                { "0x10", 0, -EINVAL },
                { "infinity ", 0, -EINVAL },
                { "50%", 0, -EINVAL },
        };
        static const Number decimal[] = {
                { "1K", 1000, 0 },
                { "1.5M", 1500000, 0 },
                { "1E", UINT64_C(1000000000000000000), 0 },
                { "19E", 0, -ERANGE },
        };

        check_numbers(binary, ELEMENTSOF(binary), parse_size_1024);
        check_numbers(decimal, ELEMENTSOF(decimal), parse_size_1000);
}

static void test_timespan(void) {
        static const Number rows[] = {
                { "0", 0, 0 },
                { "2", 2 * USEC_PER_SEC, 0 },
                { "2s", 2 * USEC_PER_SEC, 0 },
                { "2 sec", 2 * USEC_PER_SEC, 0 },
                { "1min 30s", 90 * USEC_PER_SEC, 0 },
                { "1min30s", 90 * USEC_PER_SEC, 0 },
                { "1m", 60 * USEC_PER_SEC, 0 },
                { "500ms", 500 * USEC_PER_MSEC, 0 },
                { "5us", 5, 0 },
                { "5\u00b5s", 5, 0 },
                { "5\u03bcs", 5, 0 },
                { "1.5s", 1500000, 0 },
                { "0.3", 300000, 0 },
                { "0.29s", 290000, 0 },
                { "0.0000001s", 0, 0 },
                { "2h 3min", 7380 * USEC_PER_SEC, 0 },
                { "1d 1w", 691200 * USEC_PER_SEC, 0 },
                { "1M", 2629800 * USEC_PER_SEC, 0 },
                { "1month", 2629800 * USEC_PER_SEC, 0 },
                { "1y", 31557600 * USEC_PER_SEC, 0 },
                { "3 4", 7 * USEC_PER_SEC, 0 },
                { " 5 ", 5 * USEC_PER_SEC, 0 },
                { "infinity", USEC_INFINITY, 0 },
                { "600000y", 0, -ERANGE },
                { "99999999999999999999", 0, -ERANGE },
                { "-5s", 0, -ERANGE },
                { "5s -5s", 0, -ERANGE },
                { "", 0, -EINVAL },
                { " ", 0, -EINVAL },
                { "s", 0, -EINVAL },
                { "5x", 0, -EINVAL },
                { "5sx", 0, -EINVAL },
                { "1.s", 0, -EINVAL },
                { ".5s", 0, -EINVAL },
                { "1.2.3s", 0, -EINVAL },
                { "1.-3s", 0, -EINVAL },
                { "infinity s", 0, -EINVAL },
                { "soon", 0, -EINVAL },
        };

        check_numbers(rows, ELEMENTSOF(rows), parse_timespan);
}

static int parse_share(const char *text, uint64_t *ret) {
        return parse_permyriad(text, 10000, ret);
}

static void test_permyriad(void) {
        static const Number rows[] = {
                { "50%", 5000, 0 },
                { "12.5%", 1250, 0 },
                { "33.33%", 3333, 0 },
                { "0%", 0, 0 },
                { "100%", 10000, 0 },
                { "5\u2030", 50, 0 },
                { "5.5\u2030", 55, 0 },
                { "7\u2031", 7, 0 },
                { "100.01%", 0, -ERANGE },
                { "101%", 0, -ERANGE },
                { "1001\u2030", 0, -ERANGE },
                { "99999999999%", 0, -ERANGE },
                { "-1%", 0, -ERANGE },
                { "99999999999999999999%", 0, -ERANGE },
                { "50", 0, -EINVAL },
                { "%", 0, -EINVAL },
                { "", 0, -EINVAL },
                { "1.234%", 0, -EINVAL },
                { "1.%", 0, -EINVAL },
                { "5.55\u2030", 0, -EINVAL },
                { "5.5\u2031", 0, -EINVAL },
                { "50%%", 0, -EINVAL },
                { "50 %", 0, -EINVAL },
                { "a%", 0, -EINVAL },
                { "1,5%", 0, -EINVAL },
                { "50% ", 0, -EINVAL },
                /* Without a symbol it is no share, however far out of any range. */
                { "-1", 0, -EINVAL },
                { "18446744073709551616", 0, -EINVAL },
        };

        check_numbers(rows, ELEMENTSOF(rows), parse_share);
}

static void test_index_mask(void) {
        static const struct {
                const char *text;
                int r;
                size_t size;
                uint8_t mask[3];
        } rows[] = {
                { "", 0, 0, {} },
                { " , ", 0, 0, {} },
                { "0", 0, 1, { 0x01 } },
                { "0-3,6", 0, 1, { 0x4f } },
                { "0 1 2", 0, 1, { 0x07 } },
                { "6,0-3", 0, 1, { 0x4f } },
                { "1,1,1-1", 0, 1, { 0x02 } },
                { "7-8", 0, 2, { 0x80, 0x01 } },
                { "23", 0, 3, { 0x00, 0x00, 0x80 } },
                { "3-1", -EINVAL, 0, {} },
                { "0-", -EINVAL, 0, {} },
                { "-3", -EINVAL, 0, {} },
                { "a", -EINVAL, 0, {} },
                { "0;1", -EINVAL, 0, {} },
                { "8192", -ERANGE, 0, {} },
                { "0-4294967295", -ERANGE, 0, {} },
                { "0000000000000000000000000000000000000000000000000000000001", -EINVAL, 0, {} },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ uint8_t *mask = NULL;
                size_t size = 0;

                g_assert_cmpint(parse_index_mask(rows[i].text, &mask, &size), ==, rows[i].r);
                g_assert_cmpmem(mask, size, rows[i].mask, rows[i].size);
        }
}

static void test_signal(void) {
        struct {
                const char *text;
                int signal; /* or negative errno */
        } rows[] = {
                { "SIGTERM", SIGTERM },
                { "TERM", SIGTERM },
                { "15", 15 },
                { "SIGKILL", SIGKILL },
                { "IO", SIGIO },
                { "SYS", SIGSYS },
                { "64", 64 },
                { "RTMIN", SIGRTMIN },
                { "SIGRTMIN+3", SIGRTMIN + 3 },
                { "RTMAX-1", SIGRTMAX - 1 },
                { "RTMAX", SIGRTMAX },
                { "0", -ERANGE },
                { "65", -ERANGE },
                { "-1", -ERANGE },
                { "RTMIN+99", -ERANGE },
                { "RTMIN-1", -EINVAL },
                { "RTMAX+1", -EINVAL },
                { "RTMIN+", -EINVAL },
                { "", -EINVAL },
                { "SIG", -EINVAL },
                { "FOO", -EINVAL },
                { "term", -EINVAL },
                { "SIGSIGTERM", -EINVAL },
                { "15 ", -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                int signal = 0, r;

                r = parse_signal(rows[i].text, &signal);
                g_assert_cmpint(r < 0 ? r : signal, ==, rows[i].signal);
                g_assert_true(r >= 0 || signal == 0);
        }
}

static void test_word(void) {
        const char *text = "  one 'two words'\tth\"r\"ee '' ba\\ck";
        static const char *const expected[] = { "one", "two words", "three", "", "ba\\ck" };
        const char *unclosed = "'a b", *before = unclosed;
        char *none = NULL;

        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                _cleanup_free_ char *word = NULL;

                g_assert_cmpint(parse_word(&text, &word), ==, 1);
                g_assert_cmpstr(word, ==, expected[i]);
        }

        g_assert_cmpint(parse_word(&text, &none), ==, 0);
        g_assert_cmpint(parse_word(&unclosed, &none), ==, -EINVAL);
        g_assert_null(none);
        g_assert_true(unclosed == before);
}

/* Of a long list each word takes what it is long, and not what is left of the list. */
static void test_word_memory(void) {
        g_autofree char *list = g_strnfill(100000, 'a');
        const char *rest = list;
        _cleanup_free_ char *word = NULL;

        list[1] = ' ';
        g_assert_cmpint(parse_word(&rest, &word), ==, 1);
        g_assert_cmpstr(word, ==, "a");
        g_assert_cmpuint(malloc_usable_size(word), <, 64);
}

static void test_printable(void) {
        static const char *const good[] = { "", "plain", "a\tb", "gr\u00fc\u00df", "\u20ac", "\U0001f600", "\ufffd" };
        static const char *const bad[] = {
                "a\nb",       "\x7f",         "\x1b[0m",          "\xff",
                "\x80",       "\xc0\x80",     "\uffff",           "\ufdd0",
                "\U0010fffe", "\xc2\x9b",     "\x80\x90\x80\x80", "\xc3",
                "\xe2\x82",   "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
        };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                g_assert_true(text_is_printable(good[i]));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                g_assert_false(text_is_printable(bad[i]));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/parse/has-word", test_has_word);
        g_test_add_func("/parse/boolean", test_boolean);
        g_test_add_func("/parse/unsigned", test_unsigned);
        g_test_add_func("/parse/range", test_range);
        g_test_add_func("/parse/size", test_size);
        g_test_add_func("/parse/timespan", test_timespan);
        g_test_add_func("/parse/permyriad", test_permyriad);
        g_test_add_func("/parse/index-mask", test_index_mask);
        g_test_add_func("/parse/signal", test_signal);
        g_test_add_func("/parse/word", test_word);
        g_test_add_func("/parse/word-memory", test_word_memory);
        g_test_add_func("/parse/printable", test_printable);

        return g_test_run();
}
