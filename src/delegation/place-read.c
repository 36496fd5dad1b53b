/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/trouble.h"
#include "delegation/place-internal.h"

#define TOO_LONG "(too long for a file of this kind)"

static int failed(int error, const DropInPlace *place, Trouble *trouble) {
        char path[DROP_IN_PATH_MAX];

        return trouble_set(trouble, error == -EPERM ? -EACCES : error, "cannot read %s: %s",
                           drop_in_path(place, path), strerror(-error));
}

static int set_absent(DropIn *ret) {
        *ret = (DropIn) { .kind = DROP_IN_ABSENT };
        return 0;
}

/* What is there and not to be read, for the reason @why. @unread: nor does anybody know what it says. */
static int set_foreign(const char *why, bool unread, DropIn *ret) {
        char *other = strdup(why);

        if (!other)
                return -ENOMEM;

        *ret = (DropIn) { .kind = DROP_IN_FOREIGN, .other = other, .unread = unread };
        return 0;
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
        if (st->st_size > (off_t) DROP_IN_SIZE_MAX)
                return TOO_LONG;

        return NULL;
}

/* A link to /dev/null is how systemd's own tools switch a file off. */
static int read_link(int dir, const DropInPlace *place, DropIn *ret, Trouble *trouble) {
        char target[sizeof("/dev/null") + 1];
        ssize_t n = readlinkat(dir, drop_in_name(place), target, sizeof(target) - 1);

        if (n < 0)
                return failed(-errno, place, trouble);

        target[n] = '\0';
        if (streq(target, "/dev/null"))
                return set_foreign("(a symbolic link to /dev/null, which masks it)", false, ret);

        return set_foreign("(a symbolic link)", true, ret);
}

static int read_text(int fd, const DropInPlace *place, DropIn *ret, Trouble *trouble) {
        char text[DROP_IN_SIZE_MAX + 1];
        size_t length = 0;
        ssize_t n;

        do {
                n = read(fd, text + length, sizeof(text) - length);
                if (n < 0 && errno != EINTR)
                        return failed(-errno, place, trouble);
                if (n > 0)
                        length += (size_t) n;
        } while (n != 0 && length < sizeof(text));

        if (length > DROP_IN_SIZE_MAX)
                return set_foreign(TOO_LONG, true, ret);

        return drop_in_parse(text, length, ret);
}

int file_read(int dir, const DropInPlace *place, DropIn *ret, Trouble *trouble) {
        _cleanup_close_ int fd = -EBADF;
        const char *why;
        struct stat st;

        /* Looked at before it is opened: opening a device is not without effect. */
        if (fstatat(dir, drop_in_name(place), &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? set_absent(ret) : failed(-errno, place, trouble);

        if (S_ISLNK(st.st_mode))
                return read_link(dir, place, ret, trouble);

        why = refusal(&st);
        if (why)
                return set_foreign(why, true, ret);

        fd = openat(dir, drop_in_name(place), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT) /* just removed */
                return set_absent(ret);
        if (fd < 0 || fstat(fd, &st) < 0)
                return failed(-errno, place, trouble);

        why = refusal(&st);
        if (why)
                return set_foreign(why, true, ret);

        return read_text(fd, place, ret, trouble);
}

int place_read(int root, const DropInPlace *place, DropIn *ret, Trouble *trouble) {
        _cleanup_(way_done) Way way = WAY_NULL;
        int r;

        r = way_open(root, place, WAY_LEAF, false, &way, trouble);
        if (r == -ENOENT)
                return set_absent(ret);

        return r < 0 ? r : file_read(way_end(&way), place, ret, trouble);
}
