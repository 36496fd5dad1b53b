/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/fd.h"

#define PATH STORE_LOCK_DIRECTORY "/" STORE_LOCK_NAME

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
        _cleanup_close_ int at = openat(dir, STORE_LOCK_NAME, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        int fd;

        if (at < 0 && errno == ENOENT) { /* or the directory was removed, by the one who had made it */
                fd = openat(dir, STORE_LOCK_NAME, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
                return fd >= 0 ? fd : errno == EEXIST || errno == ENOENT ? -EAGAIN : -errno;
        }
        if (at < 0 || fstat(at, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_nlink > 1)
                return -ELOOP;

        return fd_reopen(at, O_RDWR);
}

static int refuse_busy(Trouble *trouble) {
        return trouble_set(trouble, -EBUSY,
                           "somebody else keeps changing drop-ins (" PATH " is locked: see lslocks); "
                           "try again later");
}

static int try_lock(StoreLock *lock, uint64_t deadline, Trouble *trouble) {
        int r;

        lock->fd = open_lock(store_way_end(&lock->way));
        r = lock->fd < 0 ? lock->fd : lock_file(lock->fd, deadline);

        switch (-r) {
        case EBUSY:
                return refuse_busy(trouble);
        case ELOOP:
                return trouble_set(trouble, r, PATH " is no plain file of root's alone; remove it");
        case EAGAIN:
                return 0;
        default:
                return r < 0 ? store_way_write_failed(r, PATH, trouble) : r;
        }
}

/* And not the root of an image that is being built in it: sd_booted(3). */
static bool is_running_system(int root) {
        struct stat a, b;

        return fstat(root, &a) >= 0 && stat("/", &b) >= 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino &&
               access("/run/systemd/system", F_OK) >= 0;
}

/* An image's directory is removed whoever made it: somebody may have been killed. */
static void release(StoreLock *lock) {
        lock->fd = fd_close(lock->fd);
        if (lock->way.n > 0 && !is_running_system(lock->way.root)) {
                store_way_remove_end(&lock->way);
                store_way_unmake(&lock->way);
        }
        store_way_done(&lock->way);
}

int store_lock(int root, uint64_t usec, StoreLock *ret, Trouble *trouble) {
        uint64_t deadline = deadline_after(usec);
        int r;

        for (;;) {
                StoreLock lock = STORE_LOCK_NULL;

                r = store_way_open(root, STORE_LOCK_DIRECTORY, true, &lock.way, trouble);
                if (r >= 0)
                        r = try_lock(&lock, deadline, trouble);
                if (r > 0) {
                        *ret = lock;
                        return 0;
                }

                release(&lock);
                if (r < 0 && r != -ENOENT)
                        return r;
                if (deadline_left(deadline) == 0)
                        return refuse_busy(trouble);
        }
}

void store_unlock(StoreLock *lock) {
        if (lock->fd < 0)
                return;

        (void) unlinkat(store_way_end(&lock->way), STORE_LOCK_NAME, 0);
        release(lock);
}
