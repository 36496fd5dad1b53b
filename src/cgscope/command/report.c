/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/report.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "basic/fd.h"
#include "basic/log.h"

void report_done(Report *report) {
        report->file = fd_close(report->file);
        free(report->devices);
        report->devices = NULL;
}

static bool is_null_device(const struct stat *st) {
        return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Open for writing, a FIFO waits for a reader and a device may do something: so a look comes first. */
static int open_file(const char *path) {
        _cleanup_close_ int node = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        int fd;

        if (node < 0 && errno == ENOENT) {
                fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
                return fd < 0 ? -errno : fd;
        }
        if (node < 0 || fstat(node, &st) < 0)
                return -errno;
        if (S_ISLNK(st.st_mode))
                return -ELOOP;
        if (!S_ISREG(st.st_mode) && !is_null_device(&st))
                return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;

        return fd_reopen(node, O_WRONLY | O_NOCTTY);
}

int report_open(Report *report, const CommandOptions *options, const char *user) {
        const char *path = options->report_file;
        int fd;

        if (!options->report)
                return 0;

        fd = path ? open_file(path) : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (!path && fd < 0)
                return log_error_errno(-errno, "--report: cannot write to standard error");
        if (fd == -ELOOP)
                return log_refuse(fd, "--report: %s is a link, which is not followed; name the file itself", path);
        if (fd == -ENOTSUP)
                return log_refuse(fd, "--report: %s is no regular file; without a file, the report is on standard "
                                  "error", path);
        if (fd < 0)
                return log_error_errno(fd, "--report: %s%scannot write %s", user ?: "", user ? " " : "", path);

        report->file = fd;
        report->path = path;
        return 0;
}

static int write_all(int fd, const char *text, size_t length) {
        while (length > 0) {
                ssize_t n = write(fd, text, length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                text += n;
                length -= (size_t) n;
        }

        return 0;
}

/* At once, so that it stays whole beside what others write there. */
void report_write(const Report *report, bool json, bool pretty) {
        _cleanup_free_ char *text = NULL;
        size_t length;
        FILE *file = report->file < 0 ? NULL : open_memstream(&text, &length);
        int r = file ? report_print(report, file, json, pretty) : -ENOMEM;

        if (report->file < 0)
                return;

        if (file)
                (void) fclose(file);
        /* Only now: where the command never starts, an older report stays. It fails for /dev/null. */
        if (report->path)
                (void) ftruncate(report->file, 0);
        if (r >= 0)
                r = write_all(report->file, text, length);
        if (r < 0)
                log_warning_errno(r, "--report: cannot write the report");
}
