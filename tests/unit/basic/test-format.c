/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "basic/format.h"
#include "basic/parse.h"

static void test_bytes(void) {
        static const struct {
                uint64_t bytes;
                const char *text;
        } rows[] = {
                { 0, "0B" },
                { 512, "512B" },
                { 1023, "1023B" },
                { 1024, "1K" },
                { 1536, "1.5K" },
                { 1048575, "1023.9K" }, /* cut, not rounded */
                { UINT64_C(1) << 20, "1M" },
                { 12898304, "12.3M" },
                { 1289748480, "1.2G" },
                { UINT64_C(3) << 40, "3T" },
                { UINT64_MAX - 1, "15.9E" },
                { UINT64_MAX, "infinity" },
        };
        char buffer[FORMAT_MAX];

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                g_assert_cmpstr(format_bytes(rows[i].bytes, buffer), ==, rows[i].text);
}

/* The results are those of format_timespan() of systemd 252. */
static void test_timespan(void) {
        static const struct {
                uint64_t usec, accuracy;
                const char *text;
        } rows[] = {
                { 0, 1, "0" },
                { 1, 1, "1us" },
                { 2, USEC_PER_SEC, "2us" },
                { 350 * USEC_PER_MSEC, 1, "350ms" },
                { 350400, 1, "350.400ms" },
                { 350400, USEC_PER_MSEC, "350ms" },
                { USEC_PER_SEC, 1, "1s" },
                { 1500000, 1, "1.500000s" },
                { 1500000, USEC_PER_MSEC, "1.500s" },
                { 1000400, USEC_PER_MSEC, "1.000s" },
                { 1500000, USEC_PER_SEC, "1s" },
                { 90500000, USEC_PER_MSEC, "1min 30.500s" },
                { 90500000, USEC_PER_SEC, "1min 30s" },
                { 3723 * USEC_PER_SEC, 1, "1h 2min 3s" },
                { 3723 * USEC_PER_SEC, 60 * USEC_PER_SEC, "1h 2min" },
                { 8 * 86400 * USEC_PER_SEC, USEC_PER_SEC, "1w 1d" },
                { 31557600 * USEC_PER_SEC + 1, 1, "1y 1us" },
                { USEC_INFINITY - 1, 1, "584542y 2w 2d 20h 1min 49.551614s" },
                { USEC_INFINITY, 1, "infinity" },
        };
        char buffer[FORMAT_MAX];

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                uint64_t usec;

                g_assert_cmpstr(format_timespan(rows[i].usec, rows[i].accuracy, buffer), ==, rows[i].text);
                if (rows[i].accuracy == 1) {
                        g_assert_cmpint(parse_timespan(buffer, &usec), ==, 0);
                        g_assert_cmpuint(usec, ==, rows[i].usec);
                }
        }
}

static void test_permyriad(void) {
        char buffer[FORMAT_MAX];

        g_assert_cmpstr(format_permyriad(0, buffer), ==, "0%");
        g_assert_cmpstr(format_permyriad(5000, buffer), ==, "50%");
        g_assert_cmpstr(format_permyriad(1250, buffer), ==, "12.5%");
        g_assert_cmpstr(format_permyriad(3305, buffer), ==, "33.05%");
        g_assert_cmpstr(format_permyriad(20000, buffer), ==, "200%");

        g_assert_cmpstr(format_ppm(500000, buffer), ==, "50%");
        g_assert_cmpstr(format_ppm(1000, buffer), ==, "0.1%");
        g_assert_cmpstr(format_ppm(333333, buffer), ==, "33.3333%");
        g_assert_cmpstr(format_ppm(330500, buffer), ==, "33.05%");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/format/bytes", test_bytes);
        g_test_add_func("/format/timespan", test_timespan);
        g_test_add_func("/format/permyriad", test_permyriad);

        return g_test_run();
}
