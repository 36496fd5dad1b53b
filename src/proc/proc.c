/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include "basic/fd.h"

#define FDINFO_SIZE 1024

/* A process in /proc that is hidden from us, or that has gone. The caller looks at the pidfd to tell. */
static int explain_failure(int error) {
        return error == -EPERM || error == -ENOENT ? -EACCES : error;
}

static int read_fdinfo(int pidfd, char text[static FDINFO_SIZE]) {
        char path[64];
        ssize_t n;

        (void) snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
        n = fd_read_path(path, text, FDINFO_SIZE);
        return n == -ENOENT ? -ENOSYS : n < 0 ? (int) n : 0;
}

static int open_directory(long pid) {
        char path[64];
        int fd;

        (void) snprintf(path, sizeof(path), "/proc/%ld", pid);
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

/* /proc can be that of another PID namespace, where the process has another number: the pidfd knows which. */
int proc_open(int pidfd) {
        char text[FDINFO_SIZE];
        const char *line;
        long pid;
        int r;

        r = read_fdinfo(pidfd, text);
        if (r < 0)
                return r;

        line = strstr(text, "Pid:");
        pid = line ? strtol(line + strlen("Pid:"), NULL, 10) : 0;
        if (pid < 0)
                return -ESRCH;
        if (pid == 0)
                return -ENOSYS;

        r = open_directory(pid);
        return r < 0 ? explain_failure(r) : r;
}

/* How many PID namespaces there are from the one of /proc to that of the process, both counted: "NSpid:" has its number
 * in each, after a tab (Linux, kernel/fork.c, pidfd_show_fdinfo()). 0: the kernel has no PID namespaces. */
static int read_depth(int pidfd) {
        char text[FDINFO_SIZE];
        const char *line;
        int r, depth = 0;

        r = read_fdinfo(pidfd, text);
        if (r < 0)
                return r;

        line = strstr(text, "\nNSpid:");
        if (!line)
                return 0;

        line += strlen("\nNSpid:");
        r = (int) strtol(line, NULL, 10);
        if (r <= 0)
                return r < 0 ? -ESRCH : -ENOSYS;

        for (; *line && *line != '\n'; line++)
                depth += *line == '\t';
        return depth;
}

static int depth_of(pid_t pid) {
        _cleanup_close_ int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);

        return pidfd < 0 ? -errno : read_depth(pidfd);
}

int proc_check_own(void) {
        static bool known = false;
        int depth = known ? 1 : depth_of(getpid());

        if (depth > 1)
                return -ENOSYS;

        known = depth >= 0;
        return depth < 0 ? depth : 0;
}

/* A process that has a number here is in our namespace or further down. */
int proc_reads_numbers_as_we(pid_t pid) {
        int ours = depth_of(getpid()), depth = ours < 0 ? ours : depth_of(pid);

        return depth < 0 ? depth : depth == ours;
}

/* Signal 0 goes to a thread's number, too. */
static bool exists(pid_t pid) {
        return kill(pid, 0) >= 0 || errno != ESRCH;
}

int proc_open_number(pid_t pid) {
        _cleanup_close_ int pidfd = -EBADF;
        int fd;

        if (proc_check_own() >= 0) {
                fd = open_directory(pid);
                return fd >= 0 || exists(pid) ? explain_failure(fd) : -ESRCH;
        }

        pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
        if (pidfd < 0)
                return -errno;

        fd = proc_open(pidfd);
        return fd == -EACCES && proc_has_gone(pidfd) ? -ESRCH : fd;
}

int proc_read(int proc, const char *name, char **ret) {
        _cleanup_close_ int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -errno : fd_read_all(fd, ret);

        return n < 0 ? explain_failure((int) n) : 0;
}

bool proc_has_gone(int pidfd) {
        return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 && errno == ESRCH;
}
