/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc/command-line.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "proc/proc.h"

#define COMMAND_LINE_MAX 4096

/* The first bytes of a file of the process. Of its command line there may be megabytes. */
static ssize_t read_beginning(pid_t pid, const char *name, char *buffer, size_t size) {
        _cleanup_close_ int proc = proc_open_number(pid), fd = -EBADF;
        ssize_t n;

        if (proc < 0)
                return proc;

        fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? -1 : read(fd, buffer, size - 1);
        if (n < 0)
                return errno == ENOENT ? -ESRCH : -errno;

        buffer[n] = '\0';
        return n;
}

int command_line_read(pid_t pid, char **ret) {
        char text[COMMAND_LINE_MAX];
        ssize_t n;

        if (pid == 0) {
                *ret = strdup("(outside of this PID namespace)");
                return *ret ? 0 : -ENOMEM;
        }

        n = read_beginning(pid, "cmdline", text, sizeof(text));
        if (n == -EACCES) {
                *ret = strdup("(hidden by /proc)");
                return *ret ? 0 : -ENOMEM;
        }
        if (n < 0)
                return (int) n;

        while (n > 0 && !text[n - 1])
                n--;
        for (ssize_t i = 0; i < n; i++)
                if (!text[i])
                        text[i] = ' ';

        if (n > 0) {
                *ret = strndup(text, (size_t) n);
                return *ret ? 0 : -ENOMEM;
        }

        n = read_beginning(pid, "comm", text, sizeof(text));
        if (n < 0)
                return (int) n;

        text[strcspn(text, "\n")] = '\0';
        return asprintf(ret, "[%s]", text) < 0 ? -ENOMEM : 0;
}
