/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "basic/pager.h"
#include "basic/terminal.h"

static const char *const variables[] = {
        "SYSTEMD_COLORS",
        "NO_COLOR",
        "TERM",
        "COLUMNS",
        "SYSTEMD_PAGER",
        "PAGER",
        "LESS",
        "SYSTEMD_LESS",
        "SYSTEMD_LESSCHARSET",
        "SYSTEMD_PAGERSECURE",
};

/* What a child prints, whose standard output is a terminal of 60 columns or a pipe, and whose environment is @setting,
 * "A=x B=y". */
static char *run(bool terminal, const char *setting, void (*function)(void)) {
        _cleanup_close_ int master = -EBADF, slave = -EBADF;
        char *output = calloc(1, 4096);
        size_t length = 0;
        ssize_t n;
        pid_t pid;

        if (terminal) {
                struct winsize size = { .ws_col = 60, .ws_row = 20 };

                master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
                g_assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
                slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
                g_assert_cmpint(ioctl(slave, TIOCSWINSZ, &size), ==, 0);
        } else {
                int fds[2];

                g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
                master = fds[0];
                slave = fds[1];
        }

        pid = fork();
        g_assert_cmpint(pid, >=, 0);
        if (pid == 0) {
                g_auto(GStrv) words = g_strsplit(setting, " ", 0);

                for (size_t i = 0; i < ELEMENTSOF(variables); i++)
                        g_unsetenv(variables[i]);
                for (char **word = words; *word && **word; word++)
                        putenv(*word);
                dup2(slave, STDOUT_FILENO);
                function();
                fflush(stdout);
                _exit(EXIT_SUCCESS);
        }

        slave = fd_close(slave);
        while ((n = read(master, output + length, 4095 - length)) > 0)
                length += (size_t) n;
        g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
        return output;
}

static void assert_output(bool terminal, const char *setting, void (*function)(void), const char *expected) {
        _cleanup_free_ char *output = run(terminal, setting, function);

        if (!streq(output, expected))
                g_error("terminal %d, %s: '%s' instead of '%s'", terminal, setting, output, expected);
}

static void print_width(void) {
        printf("%u", terminal_width());
}

static void test_width(void) {
        assert_output(true, "", print_width, "60");
        assert_output(true, "COLUMNS=33", print_width, "33");
        assert_output(true, "COLUMNS=x", print_width, "60");
        assert_output(true, "COLUMNS=0", print_width, "60");
        assert_output(false, "", print_width, "0");
        assert_output(false, "COLUMNS=33", print_width, "0");
}

static void print_colors(void) {
        printf("%s", terminal_has_colors() ? "yes" : "no");
}

static void test_colors(void) {
        static const struct {
                bool terminal;
                const char *setting, *colors;
        } rows[] = {
                { true, "TERM=xterm", "yes" },
                { true, "TERM=dumb", "no" },
                { true, "", "no" },
                { false, "TERM=xterm", "no" },
                { true, "TERM=xterm NO_COLOR=1", "no" },
                { true, "TERM=xterm NO_COLOR=", "yes" },
                { true, "TERM=xterm SYSTEMD_COLORS=no", "no" },
                { true, "TERM=xterm SYSTEMD_COLORS=16 NO_COLOR=1", "yes" },
                { false, "SYSTEMD_COLORS=yes", "yes" },
                { false, "SYSTEMD_COLORS=256", "yes" },
                { false, "TERM=xterm SYSTEMD_COLORS=auto-16", "no" },
                { true, "TERM=xterm SYSTEMD_COLORS=auto-256", "yes" },
                { true, "TERM=dumb SYSTEMD_COLORS=auto-256", "no" },
                { true, "TERM=xterm SYSTEMD_COLORS=nonsense", "yes" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                assert_output(rows[i].terminal, rows[i].setting, print_colors, rows[i].colors);
}

static void print_paged(void) {
        Pager pager;

        pager_open(&pager);
        printf("text\n");
        pager_close(&pager);
        printf("after\n");
}

static void print_much(void) {
        Pager pager;

        pager_open(&pager);
        for (size_t i = 0; i < 100000; i++)
                printf("more than a pipe holds\n");
        pager_close(&pager);
        printf("after\n");
}

static void test_pager(void) {
        /* A pager that shows what it was given and in which environment. */
        static const char script[] = "#!/bin/sh\necho \"[$1 $LESS $LESSCHARSET $LESSSECURE]\"\ncat\n";
        g_autofree char *directory = g_dir_make_tmp("cgscope-pager-XXXXXX", NULL);
        g_autofree char *pager = g_build_filename(directory, "less", NULL);
        g_autofree char *path = g_strdup_printf("%s:%s", directory, g_getenv("PATH"));
        const struct {
                bool terminal;
                const char *setting, *output;
        } rows[] = {
                { true, "TERM=xterm SYSTEMD_PAGERSECURE=0", "[ FRSXMK UTF-8 ]\r\ntext\r\nafter\r\n" },
                { true, "TERM=xterm SYSTEMD_PAGERSECURE=1", "[ FRSXMK UTF-8 1]\r\ntext\r\nafter\r\n" },
                { true, "TERM=xterm SYSTEMD_PAGERSECURE=junk PAGER=tac", "[ FRSXMK UTF-8 1]\r\ntext\r\nafter\r\n" },
                { true, "TERM=xterm SYSTEMD_PAGERSECURE=0 SYSTEMD_LESS=R SYSTEMD_LESSCHARSET=latin1",
                  "[ R latin1 ]\r\ntext\r\nafter\r\n" },
                { true, "TERM=xterm SYSTEMD_PAGERSECURE=0 PAGER=less\tx", "[x FRSXMK UTF-8 ]\r\ntext\r\nafter\r\n" },
                { true, "TERM=xterm SYSTEMD_PAGERSECURE=0 PAGER=/none", "[ FRSXMK UTF-8 ]\r\ntext\r\nafter\r\n" },
                { true, "TERM=xterm SYSTEMD_PAGER= PAGER=less", "text\r\nafter\r\n" },
                { true, "TERM=xterm PAGER=cat", "text\r\nafter\r\n" },
                { true, "TERM=dumb SYSTEMD_PAGERSECURE=0", "text\r\nafter\r\n" },
                { false, "TERM=xterm SYSTEMD_PAGERSECURE=0", "text\nafter\n" },
        };

        g_assert_true(g_file_set_contents(pager, script, -1, NULL));
        g_assert_cmpint(g_chmod(pager, 0755), ==, 0);
        g_setenv("PATH", path, true);

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                assert_output(rows[i].terminal, rows[i].setting, print_paged, rows[i].output);

        /* Who leaves the pager early has not killed this process. */
        assert_output(true, "TERM=xterm SYSTEMD_PAGERSECURE=0 PAGER=true", print_much, "after\r\n");

        g_unlink(pager);
        g_rmdir(directory);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/terminal/width", test_width);
        g_test_add_func("/terminal/colors", test_colors);
        g_test_add_func("/terminal/pager", test_pager);

        return g_test_run();
}
