/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>

#include "basic/log.h"

/* The level is read once in a process: each case is a process of its own. */
static void run_case(const char *path, const char *level, const char *expected) {
        if (level)
                g_setenv("SYSTEMD_LOG_LEVEL", level, true);
        else
                g_unsetenv("SYSTEMD_LOG_LEVEL");
        g_test_trap_subprocess(path, 0, 0);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr(expected);
}

static void test_lines(void) {
        g_autofree char *megabyte = NULL;

        if (!g_test_subprocess()) {
                run_case(NULL, "info",
                         "*cgscope: plain\ncgscope: a\\x0ab\\x1b\\x09\\x7f\n"
                         "cgscope: \\xc2\\x9b ü\\xe2\\x80\\xae\\xff\n"
                         "cgscope: cause: No such file or directory\n100%s\nother: named\nother: xxx*xxx\n*");
                g_test_trap_assert_stderr_unmatched("*hidden*");
                return;
        }

        log_error("plain");
        log_error("a\nb\x1b\t\x7f");
        log_error("\xc2\x9b ü\u202e\xff");
        g_assert_cmpint(log_error_errno(-ENOENT, "cause"), ==, -ENOENT);
        log_debug("hidden");
        log_info("%s", "100%s");
        log_set_program("other");
        log_warning("named");

        megabyte = g_strnfill(1 << 20, 'x');
        log_error("%s", megabyte);
        megabyte[0] = '\n';
        memset(megabyte, '\n', 1 << 20);
        log_error("%s", megabyte);
}

static void print_levels(void) {
        log_error("E");
        log_warning("W");
        log_info("I");
        log_debug("D");
}

static void test_levels(void) {
        static const struct {
                const char *level, *expected;
        } rows[] = {
                { NULL, "*cgscope: E\ncgscope: W\nI\n*" },       { "bogus", "*cgscope: E\ncgscope: W\nI\n*" },
                { "debug", "*cgscope: E\ncgscope: W\nI\nD\n*" }, { "7", "*\nI\nD\n*" },
                { "4", "*cgscope: E\ncgscope: W\n*" },
        };

        if (g_test_subprocess()) {
                print_levels();
                return;
        }

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                run_case(NULL, rows[i].level, rows[i].expected);
        run_case(NULL, "err", "*cgscope: E\n*");
        g_test_trap_assert_stderr_unmatched("*cgscope: W*");
}

static void test_quiet(void) {
        if (g_test_subprocess()) {
                log_set_quiet();
                print_levels();
                return;
        }

        run_case(NULL, "debug", "*cgscope: E\ncgscope: W\n*");
        g_test_trap_assert_stderr_unmatched("*\nI\n*");
        g_test_trap_assert_stderr_unmatched("*\nD\n*");
}

/* A reader that is gone changes nothing. */
static void test_closed(void) {
        if (g_test_subprocess()) {
                (void) close(STDERR_FILENO);
                g_assert_cmpint(log_error_errno(-EPERM, "nobody hears it"), ==, -EPERM);
                return;
        }

        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
}

/* Where standard error is the journal's, and where it only was once. */
static void test_service(void) {
        struct stat st;

        if (!g_test_subprocess()) {
                run_case(NULL, NULL, "*<3>E\n<4>W\n<6>I\ncgscope: E\ncgscope: W\nI\ncgscope: E\ncgscope: W\nI\n*");
                return;
        }

        for (unsigned i = 0; i < 3; i++) {
                g_autofree char *stream = NULL;

                g_assert_cmpint(fstat(STDERR_FILENO, &st), ==, 0);
                stream = g_strdup_printf("%llu:%llu", (unsigned long long) st.st_dev,
                                         (unsigned long long) st.st_ino + i);
                g_setenv("JOURNAL_STREAM", i < 2 ? stream : "", true);
                log_set_service();
                print_levels();
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/log/lines", test_lines);
        g_test_add_func("/log/levels", test_levels);
        g_test_add_func("/log/quiet", test_quiet);
        g_test_add_func("/log/service", test_service);
        g_test_add_func("/log/closed", test_closed);

        return g_test_run();
}
