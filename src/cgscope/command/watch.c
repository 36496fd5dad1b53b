/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/watch.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "basic/child.h"
#include "basic/fd.h"

/* How long a failing cgscope waits for the child to clear up. With a manager that hangs it goes on by itself. */
#define MOMENT_MSEC 1000

/* What the child opens before it has closed all that it does not need. */
#define DESCRIPTORS_NEEDED 4

/* A word that is none: go. */
static const char dismissal[] = "";

/* Nothing is held up by this process: neither who reads our output to its end, nor a mount, nor, not least, the
 * connection to the bus, which is to end with the other process. */
static void release_everything(int *reader) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        *reader = fcntl(*reader, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        for (int fd = 0; fd <= STDERR_FILENO; fd++)
                (void) dup2(null, fd);

        if (dup3(*reader, STDERR_FILENO + 1, O_CLOEXEC) >= 0)
                *reader = STDERR_FILENO + 1;
        (void) close_range((unsigned) *reader + 1, ~0U, 0);
        (void) chdir("/");
}

static _noreturn_ void keep_watch(int reader, WatchFunction alone, void *userdata) {
        char word[WATCH_WORD_MAX + 1] = "", next[WATCH_WORD_MAX + 1];
        ssize_t n;

        (void) setsid();
        (void) signal(SIGPIPE, SIG_IGN);
        release_everything(&reader);

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
        int r;

        /* The child could not say that it lacks some. */
        r = fd_check_room(DESCRIPTORS_NEEDED);
        if (r < 0)
                return r;

        /* What is sent is received as it was sent, word by word. */
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
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
        assert(watch->writer >= 0 && *word);

        return send(watch->writer, word, strlen(word), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

void watch_dismiss(Watch *watch) {
        if (watch->writer >= 0 && send(watch->writer, dismissal, sizeof(dismissal), MSG_NOSIGNAL) > 0)
                watch->dismissed = true;
}

void watch_end(Watch *watch) {
        if (watch->pid <= 0)
                return;

        watch->writer = fd_close(watch->writer);
        if (watch->dismissed || child_ends_within(watch->pid, MOMENT_MSEC))
                (void) child_wait(watch->pid, NULL);
        watch->pid = 0;
}
