/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/fd.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int fd_close(int fd) {
        if (fd >= 0) {
                int saved = errno;

                (void) close(fd);
                errno = saved;
        }

        return -EBADF;
}

/* Nobody is started with so many open that a dozen more are too many; and looking costs two calls for each. */
#define LIMIT_PLENTY 1024

static rlim_t limit_before; /* 0: as it was */
static rlim_t limit_now;    /* 0: not known */

void fd_limit_raise(void) {
        struct rlimit limit, raised;

        if (limit_before > 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;

        raised = (struct rlimit) { limit.rlim_max, limit.rlim_max };
        if (setrlimit(RLIMIT_NOFILE, &raised) < 0)
                return;

        limit_before = limit.rlim_cur;
        limit_now = raised.rlim_cur;
}

/* Of what somebody else set meanwhile (prlimit(2)) the hard limit is kept. */
void fd_limit_restore(void) {
        struct rlimit limit;

        if (limit_before == 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;

        if (limit.rlim_cur > limit_before)
                limit.rlim_cur = limit_before;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
        limit_before = limit_now = 0;
}

int fd_check_room(size_t n) {
        _cleanup_close_ int fd = -EBADF;

        if (n == 0 || limit_now >= LIMIT_PLENTY)
                return 0;

        fd = open("/", O_PATH | O_CLOEXEC);
        return fd < 0 ? -errno : fd_check_room(n - 1);
}

bool fd_reader_has_gone(int fd) {
        struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

        return poll(&pollfd, 1, 0) > 0 && (pollfd.revents & POLLERR);
}

int fd_reopen(int fd, int flags) {
        char path[sizeof("/proc/self/fd/") + 11];
        int copy;

        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        copy = open(path, flags | O_CLOEXEC);
        return copy < 0 ? -errno : copy;
}

static int open_beneath(int dir, const char *path, int flags) {
        struct open_how how = {
                .flags = (uint64_t) (flags | O_CLOEXEC),
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
        };
        long fd;

        /* EAGAIN: a rename on the way made the kernel unsure (openat2(2)); to ask again is all there is to do. */
        do
                fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
        while (fd < 0 && errno == EAGAIN);

        return fd < 0 ? -errno : (int) fd;
}

/* The number of the directory @name in @dir itself. readdir(3) has it from there, whatever is mounted upon it. */
static int listed_inode(int dir, const char *name, ino_t *ret) {
        _cleanup_close_ int fd = open_beneath(dir, ".", O_RDONLY | O_DIRECTORY);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        int r = fd < 0 ? fd : -ENOENT;

        if (!directory)
                return fd < 0 ? r : -errno;

        fd = -EBADF; /* the directory has it now */
        for (struct dirent *entry; r < 0 && (entry = readdir(directory));)
                if (streq(entry->d_name, name)) {
                        *ret = entry->d_ino;
                        r = 0;
                }

        (void) closedir(directory);
        return r;
}

/* A mount on the directory @name in @dir that shows that same directory. Of any other, which may be of a file system
 * that never answers (fuse(4)), no more is asked than what the kernel knows by itself. */
static int open_mounted_on_itself(int dir, const char *name) {
        _cleanup_close_ int fd = -EBADF;
        struct statx parent, mounted;
        ino_t inode;
        int r;

        if (streq(name, ".."))
                return -EXDEV;

        r = listed_inode(dir, name, &inode);
        if (r < 0)
                return r == -ENOENT ? r : -EXDEV;

        fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (statx(dir, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &parent) < 0 ||
            statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &mounted) < 0)
                return -errno;

        return mounted.stx_dev_major == parent.stx_dev_major && mounted.stx_dev_minor == parent.stx_dev_minor &&
                               mounted.stx_ino == inode
                       ? TAKE_FD(fd)
                       : -EXDEV;
}

/* Step by step, where there is a mount on the way. */
static int open_over_mounts(int dir, const char *path, int flags) {
        _cleanup_close_ int at = -EBADF;

        while (*path) {
                size_t length = strcspn(path, "/");
                char name[NAME_MAX + 1];
                int parent = at >= 0 ? at : dir, fd;

                if (length > NAME_MAX)
                        return -ENAMETOOLONG;
                *(char *) mempcpy(name, path, length) = '\0';
                path += length;
                path += strspn(path, "/");

                fd = open_beneath(parent, name, *path ? O_PATH | O_DIRECTORY : flags);
                if (fd == -EXDEV)
                        fd = open_mounted_on_itself(parent, name);
                else if (!*path)
                        return fd;
                if (fd < 0)
                        return fd;

                (void) fd_close(at);
                at = fd;
        }

        return open_beneath(at, ".", flags);
}

int fd_open_beneath(int dir, const char *path, int flags) {
        int fd = open_beneath(dir, path, flags);

        return fd == -EXDEV && *path != '/' ? open_over_mounts(dir, path, flags) : fd;
}

static ssize_t read_into(int fd, char *buffer, size_t size) {
        size_t length = 0;

        for (;;) {
                ssize_t n = read(fd, buffer + length, size - length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;

                length += (size_t) n;
                if (length == size)
                        return -EFBIG;
        }

        buffer[length] = '\0';
        return (ssize_t) length;
}

ssize_t fd_read_file(int dir, const char *path, char *buffer, size_t size) {
        _cleanup_close_ int fd = fd_open_beneath(dir, path, O_RDONLY);

        return fd < 0 ? fd : read_into(fd, buffer, size);
}

ssize_t fd_read_path(const char *path, char *buffer, size_t size) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

        return fd < 0 ? -errno : read_into(fd, buffer, size);
}

ssize_t fd_read_all(int fd, char **ret) {
        _cleanup_free_ char *buffer = NULL;
        size_t size = 0, length = 0;

        assert(fd >= 0 && ret);

        for (;;) {
                ssize_t n;

                if (length + 1 >= size) {
                        char *larger = realloc(buffer, size = size ? 2 * size : 4096);

                        if (!larger)
                                return -ENOMEM;
                        buffer = larger;
                }

                n = read(fd, buffer + length, size - length - 1);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                length += (size_t) n;
        }

        buffer[length] = '\0';
        *ret = TAKE_PTR(buffer);
        return (ssize_t) length;
}

int fd_read_path_all(const char *path, char **ret) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        ssize_t n = fd < 0 ? -errno : fd_read_all(fd, ret);

        return n < 0 ? (int) n : 0;
}

int fd_write_file(int dir, const char *path, const char *text) {
        _cleanup_close_ int fd = fd_open_beneath(dir, path, O_WRONLY);
        size_t length = strlen(text);
        ssize_t n;

        if (fd < 0)
                return fd;

        do
                n = write(fd, text, length);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;

        return (size_t) n == length ? 0 : -EIO;
}

/* What could not be written before is tried once more, and says why. */
int stream_end(FILE *file) {
        bool failed = ferror(file) != 0;

        errno = 0;
        if (failed)
                (void) fputc('\n', file);
        if (fflush(file) != 0)
                return errno > 0 ? -errno : -EIO;

        return failed ? -EIO : 0;
}

/* What systemd puts over it has no permissions at all (InaccessiblePaths= in systemd.exec(5)), which nobody sees who is
 * root. */
char *path_find_hidden(const char *path) {
        for (const char *end = path; *end;) {
                _cleanup_free_ char *at = NULL;
                struct stat st;

                end = strchrnul(end + 1, '/');
                at = strndup(path, (size_t) (end - path));
                if (!at || lstat(at, &st) < 0)
                        break;
                if ((st.st_mode & 07777) == 0 && st.st_uid == 0)
                        return TAKE_PTR(at);
        }

        return NULL;
}
