/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include "basic/fd.h"

/* A process in /proc that is hidden from us, or that has gone. The caller looks at the pidfd to tell. */
static int explain_failure(int error) {
        return error == -EPERM || error == -ENOENT ? -EACCES : error;
}

/* /proc can be that of another PID namespace, where the process has another number: the pidfd knows which. */
int proc_open(int pidfd) {
        char path[64], text[1024];
        const char *line;
        long pid;
        int fd;

        (void) snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
        if (fd_read_path(path, text, sizeof(text)) < 0)
                return -ENOSYS;

        line = strstr(text, "Pid:");
        pid = line ? strtol(line + strlen("Pid:"), NULL, 10) : 0;
        if (pid < 0)
                return -ESRCH;
        if (pid == 0)
                return -ENOSYS;

        (void) snprintf(path, sizeof(path), "/proc/%ld", pid);
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? explain_failure(-errno) : fd;
}

int proc_read(int proc, const char *name, char **ret) {
        _cleanup_close_ int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -errno : fd_read_all(fd, ret);

        return n < 0 ? explain_failure((int) n) : 0;
}

bool proc_has_gone(int pidfd) {
        return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 && errno == ESRCH;
}
