/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"

static int read_failed(int error, const DelegationDropIn *drop_in, Trouble *trouble) {
        char path[DROP_IN_PATH_MAX];

        return trouble_set(trouble, error == -EPERM ? -EACCES : error, "cannot read %s: %s",
                           drop_in_path(drop_in, path), strerror(-error));
}

static int write_failed(int error, const DelegationDropIn *drop_in, Trouble *trouble) {
        char path[DROP_IN_PATH_MAX];

        (void) drop_in_path(drop_in, path);
        if (error == -EISDIR)
                return trouble_set(
                        trouble, error,
                        "cannot write %s: there is a directory called " DROP_IN_NEW " beside it; remove that", path);

        return store_way_write_failed(error, path, trouble);
}

/* A link to /dev/null is how systemd's own tools switch a file off. */
static const char *link_reason(const StoreWay *way, const char *name) {
        char target[sizeof("/dev/null") + 1] = "";

        (void) readlinkat(store_way_end(way), name, target, sizeof(target) - 1);
        return streq(target, "/dev/null") ? "(a symbolic link to /dev/null, which masks it)" : "(a symbolic link)";
}

/* What stands against reading it, or NULL. A file that was just replaced has no link any more. */
static const char *refusal(const struct stat *st) {
        if (!S_ISREG(st->st_mode))
                return "(no regular file)";
        if (st->st_uid != 0)
                return "(not root's file)";
        if (st->st_mode & (S_IWGRP | S_IWOTH))
                return "(others than root may write to it)";
        if (st->st_nlink > 1)
                return "(a file with other names besides, by hard links)";

        return NULL;
}

/* A text that fills the buffer is none of ours. */
static int read_text(int fd, DelegationDropIn *drop_in, Trouble *trouble) {
        char text[DROP_IN_TEXT_MAX];
        size_t length = 0;
        ssize_t n;

        do {
                n = read(fd, text + length, sizeof(text) - length);
                if (n < 0 && errno != EINTR)
                        return read_failed(-errno, drop_in, trouble);
                if (n > 0)
                        length += (size_t) n;
        } while (n != 0 && length < sizeof(text));

        drop_in_parse(text, length, drop_in);
        return 0;
}

int store_file_read(const StoreWay *way, DelegationDropIn *drop_in, const char **ret_why, Trouble *trouble) {
        const char *name = drop_in_name(drop_in);
        _cleanup_close_ int fd = -EBADF;
        struct stat st;

        *ret_why = NULL;
        drop_in->kind = DROP_IN_ABSENT;
        drop_in->controllers = CONTROLLER_MASK_NONE;

        /* Looked at before it is opened: opening a device is not without effect. */
        if (fstatat(store_way_end(way), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? 0 : read_failed(-errno, drop_in, trouble);

        *ret_why = S_ISLNK(st.st_mode) ? link_reason(way, name) : refusal(&st);
        if (!*ret_why) {
                fd = openat(store_way_end(way), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
                if (fd < 0 && errno == ENOENT) /* just removed */
                        return 0;
                if (fd < 0 || fstat(fd, &st) < 0)
                        return read_failed(-errno, drop_in, trouble);
                *ret_why = refusal(&st);
        }
        if (*ret_why) {
                drop_in->kind = DROP_IN_FOREIGN;
                return 0;
        }

        return read_text(fd, drop_in, trouble);
}

/* Mode and owner are set outright: neither the umask nor a set-group-ID directory is ours. To change the owner may not
 * be allowed, so it is not done where it is right; and a group that may but read is no reason to fail. */
static int fill(int fd, const char *text) {
        size_t left = strlen(text);
        struct stat st;

        while (left > 0) {
                ssize_t n = write(fd, text, left);

                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0) {
                        text += n;
                        left -= (size_t) n;
                }
        }

        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_uid != 0 && fchown(fd, 0, (gid_t) -1) < 0)
                return -errno;
        if (st.st_gid != 0)
                (void) fchown(fd, (uid_t) -1, 0);
        if (fchmod(fd, 0644) < 0 || fsync(fd) < 0)
                return -errno;

        return 0;
}

/* Under the other name, complete and synced. */
static int write_new(int dir, const char *text) {
        _cleanup_close_ int fd = -EBADF;

        if (unlinkat(dir, DROP_IN_NEW, 0) < 0 && errno != ENOENT)
                return -errno;

        fd = openat(dir, DROP_IN_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        return fd < 0 ? -errno : fill(fd, text);
}

int store_file_write(const StoreWay *way, const DelegationDropIn *drop_in, ControllerMask controllers, bool *changed,
                     Trouble *trouble) {
        char text[DROP_IN_TEXT_MAX];
        int dir = store_way_end(way), r;

        r = write_new(dir, drop_in_format(controllers, text));
        if (r >= 0 && renameat(dir, DROP_IN_NEW, dir, drop_in_name(drop_in)) < 0)
                r = -errno;
        if (r < 0) {
                (void) unlinkat(dir, DROP_IN_NEW, 0);
                return write_failed(r, drop_in, trouble);
        }

        *changed = true;
        r = store_way_sync(dir);
        return r < 0 ? write_failed(r, drop_in, trouble) : 0;
}

int store_file_remove(const StoreWay *way, const DelegationDropIn *drop_in, bool *changed, Trouble *trouble) {
        int r;

        if (unlinkat(store_way_end(way), drop_in_name(drop_in), 0) < 0 && errno != ENOENT)
                return write_failed(-errno, drop_in, trouble);

        *changed = true;
        r = store_way_sync(store_way_end(way));
        if (r < 0)
                return write_failed(r, drop_in, trouble);

        store_file_tidy(way);
        return 0;
}

void store_file_tidy(const StoreWay *way) {
        (void) unlinkat(store_way_end(way), DROP_IN_NEW, 0);
        store_way_remove_end(way);
}
