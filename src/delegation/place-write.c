/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/trouble.h"
#include "delegation/place-internal.h"

int write_failed(int error, const DropInPlace *place, Trouble *trouble) {
        const char *cause = strerror(-error), *remedy = "";
        char path[DROP_IN_PATH_MAX];

        switch (-error) {
        case EROFS:
                cause = "its file system is read-only";
                remedy = place->runtime ? "" : "; with --runtime only /run is written to";
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
        case EISDIR:
                cause = "there is a directory called " DROP_IN_NEW;
                remedy = " beside it; remove that";
                break;
        }

        return trouble_set(trouble, error, "cannot write %s: %s%s", drop_in_path(place, path), cause, remedy);
}

/* Some file systems cannot sync a directory (EINVAL): there is nothing to wait for. */
static int sync_directory(int dir) {
        return fsync(dir) < 0 && errno != EINVAL ? -errno : 0;
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

int file_stage(int dir, const DropInPlace *place, const char *text, Trouble *trouble) {
        _cleanup_close_ int fd = -EBADF;
        int r;

        if (unlinkat(dir, DROP_IN_NEW, 0) < 0 && errno != ENOENT)
                return write_failed(-errno, place, trouble);

        fd = openat(dir, DROP_IN_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (fd < 0)
                return write_failed(-errno, place, trouble);

        r = fill(fd, text);
        if (r < 0) {
                file_unstage(dir);
                return write_failed(r, place, trouble);
        }

        return 0;
}

int file_commit(int dir, const DropInPlace *place, bool *changed, Trouble *trouble) {
        int r;

        if (renameat(dir, DROP_IN_NEW, dir, drop_in_name(place)) < 0) {
                r = -errno;
                file_unstage(dir);
                return write_failed(r, place, trouble);
        }

        *changed = true;
        r = sync_directory(dir);
        return r < 0 ? write_failed(r, place, trouble) : 0;
}

void file_unstage(int dir) {
        (void) unlinkat(dir, DROP_IN_NEW, 0);
}

int file_remove(Way *way, const DropInPlace *place, bool *changed, Trouble *trouble) {
        int dir = way_end(way), r;

        if (unlinkat(dir, drop_in_name(place), 0) < 0 && errno != ENOENT)
                return write_failed(-errno, place, trouble);

        *changed = true;
        r = sync_directory(dir);
        if (r < 0)
                return write_failed(r, place, trouble);

        file_tidy(way);
        return 0;
}

void file_tidy(const Way *way) {
        int base = way->dirs[WAY_BASE - 1];

        file_unstage(way_end(way));
        if (unlinkat(base, way->names[WAY_BASE], AT_REMOVEDIR) >= 0)
                (void) sync_directory(base);
}
