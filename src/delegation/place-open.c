/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "basic/fd.h"
#include "basic/trouble.h"
#include "delegation/place-internal.h"

/* "user@1000.service.d", or "user@.service.d". */
static void leaf_name(uint64_t uid, char buffer[static WAY_NAME_MAX]) {
        if (uid == DELEGATION_EVERYBODY)
                (void) stpcpy(buffer, "user@.service.d");
        else
                (void) snprintf(buffer, WAY_NAME_MAX, "user@%" PRIu64 ".service.d", uid);
}

const char *drop_in_name(const DropInPlace *place) {
        if (place->uid == DELEGATION_EVERYBODY)
                return place->runtime ? "delegate-runtime.conf" : "delegate.conf";

        return place->runtime ? "delegate-user-runtime.conf" : "delegate-user.conf";
}

char *drop_in_path(const DropInPlace *place, char buffer[static DROP_IN_PATH_MAX]) {
        char leaf[WAY_NAME_MAX];

        leaf_name(place->uid, leaf);
        (void) snprintf(buffer, DROP_IN_PATH_MAX, "/%s/systemd/system/%s/%s", place->runtime ? "run" : "etc", leaf,
                        drop_in_name(place));
        return buffer;
}

/* The path of the directory number @i of @way, for messages. */
static char *path_of(const Way *way, size_t i, char buffer[static DROP_IN_PATH_MAX]) {
        char *end = buffer;

        for (size_t j = 0; j <= i; j++)
                end = stpcpy(stpcpy(end, "/"), way->names[j]);

        return buffer;
}

/* A sticky bit does not help: who may write to a directory may put a file there that root has not. */
static int check_directory(int fd, const char *path, Trouble *trouble) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISDIR(st.st_mode))
                return trouble_set(trouble, -EPERM, "%s is no directory", path);
        if (st.st_uid != 0)
                return trouble_set(trouble, -EPERM, "%s belongs to user %u, not to root: chown root %s", path,
                                   (unsigned) st.st_uid, path);
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return trouble_set(trouble, -EPERM, "others than root may write to %s: chmod go-w %s", path, path);

        return 0;
}

/* Not RESOLVE_NO_XDEV: /etc, /run and the directories a service may write to are mount points of their own. Without
 * O_NOFOLLOW, which would make a link at the end one more thing that is no directory. */
static int open_directory(int parent, const char *name) {
        struct open_how how = {
                .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
        };
        long fd;

        do
                fd = syscall(SYS_openat2, parent, name, &how, sizeof(how));
        while (fd < 0 && errno == EAGAIN);

        return fd < 0 ? -errno : (int) fd;
}

/* The umask is not ours. By its descriptor, for who can write in an image may have put a link in its place meanwhile,
 * and that leads where it likes. */
static int set_mode(int parent, const char *name) {
        _cleanup_close_ int fd = open_directory(parent, name);

        if (fd < 0)
                return fd;

        return fchmod(fd, 0755) < 0 || (fsync(parent) < 0 && errno != EINVAL) ? -errno : 0;
}

static int make_directory(int parent, const char *name) {
        int r;

        if (mkdirat(parent, name, 0755) < 0)
                return errno == EEXIST ? 0 : -errno;

        r = set_mode(parent, name);
        if (r < 0) {
                (void) unlinkat(parent, name, AT_REMOVEDIR);
                return r;
        }

        return 1;
}

/* Opens one more directory of @way. */
static int way_step(Way *way, const DropInPlace *place, bool make, Trouble *trouble) {
        int parent = way->n > 0 ? way_end(way) : way->root, fd, r;
        char path[DROP_IN_PATH_MAX];
        size_t i = way->n;

        fd = open_directory(parent, way->names[i]);
        if (fd == -ENOENT && make) {
                r = make_directory(parent, way->names[i]);
                if (r < 0)
                        return write_failed(r, place, trouble);
                if (r > 0)
                        way->made |= 1U << i;

                fd = open_directory(parent, way->names[i]);
        }

        (void) path_of(way, i, path);
        if (fd == -ENOENT)
                return fd;
        if (fd == -ELOOP)
                return trouble_set(trouble, fd, "%s is a symbolic link: put a directory of root's in its place",
                                   path);
        if (fd == -ENOTDIR)
                return trouble_set(trouble, -EPERM, "%s is no directory", path);
        if (fd < 0)
                return trouble_set(trouble, fd == -EPERM ? -EACCES : fd, "cannot open %s: %s", path, strerror(-fd));

        way->dirs[way->n++] = fd;
        return check_directory(fd, path, trouble);
}

int way_open(int root, const DropInPlace *place, size_t length, bool make, Way *ret, Trouble *trouble) {
        _cleanup_(way_done) Way way = WAY_NULL;
        int r;

        way.root = root;
        (void) stpcpy(way.names[0], place->runtime ? "run" : "etc");
        (void) stpcpy(way.names[1], "systemd");
        (void) stpcpy(way.names[2], "system");
        leaf_name(place->uid, way.names[3]);

        while (way.n < length) {
                r = way_step(&way, place, make, trouble);
                if (r < 0) {
                        way_unmake(&way);
                        return r;
                }
        }

        *ret = way;
        way = WAY_NULL;
        return 0;
}

void way_unmake(Way *way) {
        for (size_t i = WAY_LEAF; i-- > 0;)
                if (way->made & (1U << i))
                        (void) unlinkat(i > 0 ? way->dirs[i - 1] : way->root, way->names[i], AT_REMOVEDIR);

        way->made = 0;
}

void way_done(Way *way) {
        for (size_t i = 0; i < way->n; i++)
                way->dirs[i] = fd_close(way->dirs[i]);

        way->n = 0;
}

int place_open_root(const char *path) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r;

        if (fd < 0)
                return -errno;

        r = check_directory(fd, path, NULL);
        return r < 0 ? r : TAKE_FD(fd);
}
