/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/pager.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

#include "basic/child.h"
#include "basic/fd.h"
#include "basic/parse.h"
#include "basic/terminal.h"

#define WHITESPACE " \t\n\r"
#define WORDS_MAX 16

/* The terminal, while a pager has its place. */
static int saved_output = -EBADF;
static struct sigaction saved_interrupt, saved_pipe;

static const char *chosen_pager(void) {
        return secure_getenv("SYSTEMD_PAGER") ?: secure_getenv("PAGER");
}

static bool is_wanted(void) {
        const char *pager = chosen_pager(), *term = secure_getenv("TERM");

        if (!terminal_is_output() || isempty(term) || streq(term, "dumb"))
                return false;

        return !pager || (pager[strspn(pager, WHITESPACE)] && !streq(pager, "cat"));
}

/* The user who logged in, whoever the process acts as by now (sudo). -ENODATA: the kernel was not told. */
static int read_login_uid(uid_t *ret) {
        char text[16];
        uint64_t uid;
        ssize_t n = fd_read_path("/proc/self/loginuid", text, sizeof(text));

        if (n < 0 || parse_unsigned(text, 0, (uid_t) -2, &uid) < 0)
                return -ENODATA;

        *ret = (uid_t) uid;
        return 0;
}

/* A pager can start a shell and open files. Where this process may do more than the person at the terminal, it must
 * not; where that cannot be told, neither. *ret_trusted: who set the environment vouches for the pager named there. */
static bool must_be_secure(bool *ret_trusted) {
        const char *text = secure_getenv("SYSTEMD_PAGERSECURE");
        bool secure;
        uid_t uid;

        *ret_trusted = text && parse_boolean(text, &secure) >= 0;
        if (*ret_trusted)
                return secure;

        return text || getuid() != geteuid() || read_login_uid(&uid) < 0 || uid != geteuid();
}

static void execute_words(const char *command) {
        char *words[WORDS_MAX + 1] = {}, *save, *copy = strdup(command);
        size_t n = 0;

        if (!copy)
                return;

        for (char *word = strtok_r(copy, WHITESPACE, &save); word && n < WORDS_MAX;
             word = strtok_r(NULL, WHITESPACE, &save))
                words[n++] = word;
        (void) execvp(words[0], words);
        free(copy);
}

static _noreturn_ void execute_pager(void) {
        const char *pager = chosen_pager();
        bool trusted, secure = must_be_secure(&trusted);

        fd_limit_restore();
        (void) setenv("LESS", secure_getenv("SYSTEMD_LESS") ?: "FRSXMK", true);
        (void) setenv("LESSCHARSET", secure_getenv("SYSTEMD_LESSCHARSET") ?: "UTF-8", true);
        if (secure)
                (void) setenv("LESSSECURE", "1", true);
        else
                (void) unsetenv("LESSSECURE");

        if (pager && (trusted || !secure))
                execute_words(pager);
        (void) execlp("less", "less", NULL);
        if (!secure)
                (void) execlp("more", "more", NULL);
        (void) execlp("cat", "cat", NULL);
        _exit(EXIT_FAILURE);
}

/* The one who reads decides when it is over: by "q" or ^C, of which the pager knows what to do. */
static void ignore_signals(void) {
        const struct sigaction ignore = { .sa_handler = SIG_IGN };

        (void) sigaction(SIGINT, &ignore, &saved_interrupt);
        (void) sigaction(SIGPIPE, &ignore, &saved_pipe);
}

static void restore_signals(void) {
        (void) sigaction(SIGINT, &saved_interrupt, NULL);
        (void) sigaction(SIGPIPE, &saved_pipe, NULL);
}

void pager_open(Pager *pager) {
        int fds[2];

        pager->pid = 0;
        if (!is_wanted())
                return;

        (void) terminal_width(); /* by the terminal's word, as long as it is there to be asked */
        saved_output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        if (saved_output < 0 || pipe2(fds, O_CLOEXEC) < 0)
                return;

        (void) fflush(stdout);
        pager->pid = fork();
        if (pager->pid == 0) {
                /* With this process nobody is left to wait for the pager, and it would fight the shell for the
                 * terminal. SIGINT is what "K" in $LESS ends it by. */
                (void) prctl(PR_SET_PDEATHSIG, SIGINT);
                if (dup2(fds[0], STDIN_FILENO) >= 0)
                        execute_pager();
                _exit(EXIT_FAILURE);
        }

        if (pager->pid > 0) {
                ignore_signals();
                (void) dup2(fds[1], STDOUT_FILENO);
        } else
                pager->pid = 0;
        (void) fd_close(fds[0]);
        (void) fd_close(fds[1]);
}

void pager_close(Pager *pager) {
        if (pager->pid <= 0)
                return;

        (void) fflush(stdout);
        (void) dup2(saved_output, STDOUT_FILENO);
        saved_output = fd_close(saved_output);

        (void) kill(pager->pid, SIGCONT);
        (void) child_wait(pager->pid, NULL);
        pager->pid = 0;
        restore_signals();
}
