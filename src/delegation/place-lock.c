/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/trouble.h"
#include "delegation/place-lock.h"

/* Between two tries for a lock. */
#define PAUSE_USEC (5 * USEC_PER_MSEC)

/* 1: @fd is locked, and still the file of its name: who had it before removed it when he was done. */
static int lock_file(int fd, uint64_t deadline) {
        const struct timespec pause = { .tv_nsec = PAUSE_USEC * NSEC_PER_USEC };
        struct stat st;

        while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                if (errno != EWOULDBLOCK && errno != EINTR)
                        return -errno;
                if (deadline_left(deadline) == 0)
                        return -EBUSY;
                (void) nanosleep(&pause, NULL);
        }

        return fstat(fd, &st) < 0 ? -errno : st.st_nlink > 0;
}

/* Opens what is there under the name of the lock, when it was seen to be a plain file of root's: in an image it can be
 * anything, and to open a device does something. -EAGAIN: it is gone, or was made meanwhile. */
static int open_lock(int dir) {
        char path[sizeof("/proc/self/fd/") + 10];
        _cleanup_close_ int at = -EBADF;
        struct stat st;
        int fd;

        at = openat(dir, PLACE_LOCK, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (at < 0 && errno == ENOENT) { /* or the directory was removed, by the one who had made it and failed */
                fd = openat(dir, PLACE_LOCK, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
                return fd >= 0 ? fd : errno == EEXIST || errno == ENOENT ? -EAGAIN : -errno;
        }
        if (at < 0 || fstat(at, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_nlink > 1)
                return -ELOOP;

        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", at);
        fd = open(path, O_RDWR | O_CLOEXEC);
        return fd >= 0 ? fd : -errno;
}

/* Locks the directory of all units below /etc or /run, at the end of @way. 0: to be tried again. */
static int lock_directory(const Way *way, uint64_t deadline, int *ret) {
        _cleanup_close_ int fd = open_lock(way_end(way));
        int r;

        if (fd < 0)
                return fd == -EAGAIN && deadline_left(deadline) > 0 ? 0 : fd;

        r = lock_file(fd, deadline);
        if (r > 0)
                *ret = TAKE_FD(fd);

        return r;
}

static int lock_failed(int error, const DropInPlace *place, Trouble *trouble) {
        const char *top = place->runtime ? "run" : "etc";

        switch (-error) {
        case EBUSY:
                return trouble_set(trouble, error, "somebody else keeps writing in /%s/systemd/system (" PLACE_LOCK
                                   " is locked: see lslocks); try again later", top);
        case ELOOP:
                return trouble_set(trouble, error, "/%s/systemd/system/" PLACE_LOCK " is no plain file of root's "
                                   "alone; remove it", top);
        default:
                return write_failed(error, place, trouble);
        }
}

static int lock_one(int root, const DropInPlace *place, bool make, uint64_t deadline, Way *ret_way, int *ret,
                    Trouble *trouble) {
        int r;

        for (;;) {
                _cleanup_(way_done) Way way = WAY_NULL;

                r = way_open(root, place, WAY_BASE, make, &way, trouble);
                if (r < 0)
                        return r;

                r = lock_directory(&way, deadline, ret);
                if (r > 0) {
                        *ret_way = way;
                        way = WAY_NULL;
                        return 0;
                }

                way_unmake(&way);
                if (r < 0)
                        return lock_failed(r, place, trouble);
        }
}

/* Always in this order. Where nobody can write, as in an /etc that is read-only, there is nobody to wait for. */
int place_lock(int root, const DropInPlace *place, uint64_t usec, PlaceLock *ret, Trouble *trouble) {
        PlaceLock lock = PLACE_LOCK_NULL;
        uint64_t deadline = deadline_after(usec);

        for (size_t i = 0; i < ELEMENTSOF(lock.fds); i++) {
                const DropInPlace there = { .uid = place->uid, .runtime = i > 0 };
                bool own = there.runtime == place->runtime;
                _cleanup_trouble_ Trouble refused = {};
                int r;

                r = lock_one(root, &there, own, deadline, &lock.ways[i], &lock.fds[i], &refused);
                if (r == -EBUSY || r == -ENOMEM || (r < 0 && own)) {
                        place_unlock(&lock, false);
                        return trouble_move(trouble, r, &refused);
                }
        }

        *ret = lock;
        return 0;
}

bool place_is_locked(int root, const DropInPlace *place) {
        _cleanup_(way_done) Way way = WAY_NULL;

        return way_open(root, place, WAY_BASE, false, &way, NULL) >= 0 &&
               faccessat(way_end(&way), PLACE_LOCK, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

void place_unlock(PlaceLock *lock, bool keep) {
        for (size_t i = ELEMENTSOF(lock->fds); i-- > 0;) {
                if (lock->fds[i] >= 0)
                        (void) unlinkat(way_end(&lock->ways[i]), PLACE_LOCK, 0);
                lock->fds[i] = fd_close(lock->fds[i]);

                if (!keep)
                        way_unmake(&lock->ways[i]);
                way_done(&lock->ways[i]);
        }
}
