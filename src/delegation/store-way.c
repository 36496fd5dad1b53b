/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-way.h"

#include <assert.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "basic/fd.h"

#define PATH_SIZE (STORE_WAY_MAX * (STORE_WAY_NAME_MAX + 1))

/* The path of the last directory of @way, and of @name in it. */
static char *path_of(const StoreWay *way, const char *name, char buffer[static PATH_SIZE]) {
        char *end = buffer;

        for (size_t i = 0; i < way->n; i++)
                end = stpcpy(stpcpy(end, "/"), way->names[i]);

        (void) stpcpy(stpcpy(end, "/"), name);
        return buffer;
}

/* A sticky bit does not help: who may write to a directory may put a file there that root has not. */
int store_way_check(int fd, const char *path, Trouble *trouble) {
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

int store_way_sync(int dir) {
        return fsync(dir) < 0 && errno != EINVAL ? -errno : 0;
}

int store_way_write_failed(int error, const char *path, Trouble *trouble) {
        const char *cause = strerror(-error), *remedy = "";

        switch (-error) {
        case EROFS:
                cause = "its file system is read-only";
                remedy = !startswith(path, "/etc/") ? "" : "; with --runtime only /run is written to";
                break;
        case ENOSPC:
                cause = "there is no space left on its file system";
                remedy = "; free some, nothing was changed";
                break;
        case EDQUOT:
                cause = "the quota of its file system is used up";
                remedy = "; free some, nothing was changed";
                break;
        case EPERM:
        case EACCES:
                cause = "not permitted";
                remedy = "; that takes root, and no immutable attribute (lsattr) there";
                error = -EACCES;
                break;
        }

        return trouble_set(trouble, error, "cannot write %s: %s%s", path, cause, remedy);
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

        return fchmod(fd, 0755) < 0 ? -errno : store_way_sync(parent);
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
static int way_step(StoreWay *way, const char *name, bool make, Trouble *trouble) {
        int parent = way->n > 0 ? store_way_end(way) : way->root, fd, r;
        char path[PATH_SIZE];

        (void) path_of(way, name, path);

        fd = open_directory(parent, name);
        if (fd == -ENOENT && make) {
                r = make_directory(parent, name);
                if (r < 0)
                        return store_way_write_failed(r, path, trouble);
                if (r > 0)
                        way->made |= 1U << way->n;

                fd = open_directory(parent, name);
        }

        if (fd == -ENOENT)
                return fd;
        if (fd == -ELOOP)
                return trouble_set(trouble, fd, "%s is a symbolic link: put a directory of root's in its place", path);
        if (fd == -ENOTDIR)
                return trouble_set(trouble, -EPERM, "%s is no directory", path);
        if (fd < 0)
                return trouble_set(trouble, fd == -EPERM ? -EACCES : fd, "cannot open %s: %s", path, strerror(-fd));

        (void) stpcpy(way->names[way->n], name);
        way->dirs[way->n++] = fd;
        return store_way_check(fd, path, trouble);
}

int store_way_open(int root, const char *path, bool make, StoreWay *ret, Trouble *trouble) {
        _cleanup_(store_way_done) StoreWay way = STORE_WAY_NULL;
        int r;

        way.root = root;
        while (*path == '/') {
                size_t length = strcspn(++path, "/");
                char name[STORE_WAY_NAME_MAX];

                assert(length < sizeof(name) && way.n < STORE_WAY_MAX);
                *(char *) mempcpy(name, path, length) = '\0';
                path += length;

                r = way_step(&way, name, make, trouble);
                if (r < 0) {
                        store_way_unmake(&way);
                        return r;
                }
        }

        *ret = way;
        way = STORE_WAY_NULL;
        return 0;
}

/* The directory that number @i is in. */
static int above(const StoreWay *way, size_t i) {
        return i > 0 ? way->dirs[i - 1] : way->root;
}

void store_way_remove_end(const StoreWay *way) {
        size_t last = way->n - 1;

        if (unlinkat(above(way, last), way->names[last], AT_REMOVEDIR) >= 0)
                (void) store_way_sync(above(way, last));
}

void store_way_unmake(StoreWay *way) {
        for (size_t i = STORE_WAY_MAX; i-- > 0;)
                if (way->made & (1U << i))
                        (void) unlinkat(above(way, i), way->names[i], AT_REMOVEDIR);

        way->made = 0;
}

void store_way_done(StoreWay *way) {
        for (size_t i = 0; i < way->n; i++)
                way->dirs[i] = fd_close(way->dirs[i]);

        way->n = 0;
}
