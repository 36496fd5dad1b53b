/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/fd.h"

/* How long a failing cgscope waits for the child to clear up. With a manager that hangs it goes on by itself. */
#define MOMENT_MSEC 2000

/* A word that is none: go. */
static const char dismissal[] = "";

static _noreturn_ void keep_watch(int reader, WatchFunction alone, void *userdata) {
        char word[WATCH_WORD_MAX + 1] = "", next[WATCH_WORD_MAX + 1];
        ssize_t n;

        (void) setsid();
        (void) signal(SIGPIPE, SIG_IGN);

        /* Not least the socket to the bus: it would keep the connection open that is to end with the other process. */
        reader = dup3(reader, STDERR_FILENO + 1, O_CLOEXEC) >= 0 ? STDERR_FILENO + 1 : reader;
        (void) close_range((unsigned) reader + 1, ~0U, 0);
        (void) close(STDIN_FILENO);
        (void) close(STDOUT_FILENO);

        for (;;) {
                n = read(reader, next, sizeof(next) - 1);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                if (next[0] == dismissal[0])
                        _exit(EXIT_SUCCESS);

                next[n] = '\0';
                (void) memcpy(word, next, (size_t) n + 1);
        }

        if (*word)
                alone(word, userdata);
        _exit(EXIT_SUCCESS);
}

int watch_start(Watch *watch, WatchFunction alone, void *userdata) {
        _cleanup_close_ int reader = -EBADF, writer = -EBADF;
        int fds[2];
        pid_t pid;

        /* O_DIRECT: what is written is read as it was written, word by word. */
        if (pipe2(fds, O_CLOEXEC | O_DIRECT) < 0)
                return -errno;
        reader = fds[0];
        writer = fds[1];

        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0) {
                (void) close(writer);
                keep_watch(reader, alone, userdata);
        }

        *watch = (Watch) { .pid = pid, .writer = TAKE_FD(writer) };
        return 0;
}

int watch_tell(Watch *watch, const char *word) {
        return write(watch->writer, word, strlen(word)) < 0 ? -errno : 0;
}

void watch_dismiss(Watch *watch) {
        if (watch->writer >= 0 && write(watch->writer, dismissal, sizeof(dismissal)) > 0)
                watch->dismissed = true;
}

static bool wait_a_moment(pid_t pid) {
        _cleanup_close_ int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
        struct pollfd pollfd = { .fd = pidfd, .events = POLLIN };

        return poll(&pollfd, 1, MOMENT_MSEC) > 0;
}

void watch_end(Watch *watch) {
        if (watch->pid <= 0)
                return;

        watch->writer = fd_close(watch->writer);
        if (watch->dismissed || wait_a_moment(watch->pid))
                while (waitpid(watch->pid, NULL, 0) < 0 && errno == EINTR)
                        ;
        watch->pid = 0;
}
