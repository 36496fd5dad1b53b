/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/temporary.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/removal.h"

/* A claim ends with the last descriptor: a command that has just been forked off has a copy until it begins. */
#define PATIENCE_USEC (2 * USEC_PER_SEC)
#define SEIZE_USEC (200 * USEC_PER_MSEC)
#define NAP_USEC (5 * USEC_PER_MSEC)

bool group_is_temporary(int group) {
        struct stat st;

        return fstat(group, &st) >= 0 && st.st_mode & S_ISVTX;
}

void temporary_keep(int group) {
        struct stat st;

        if (fstat(group, &st) >= 0 && st.st_mode & S_ISVTX)
                (void) fchmod(group, st.st_mode & 0777);
}

/* Whoever can open a file can lock it, if only for reading. This one can be opened only by who made the group. */
static int open_lock(int group) {
        return fd_open_beneath(group, "cgroup.kill", O_WRONLY);
}

/* Does not wait: nobody could end that. */
static int lock(int fd, int operation) {
        while (flock(fd, operation | LOCK_NB) < 0)
                if (errno != EINTR)
                        return -errno;

        return 0;
}

int temporary_claim(int group) {
        _cleanup_close_ int claim = open_lock(group);
        int r = claim < 0 ? claim : lock(claim, LOCK_SH);

        if (group_is_gone(group))
                return -ESTALE;
        if (r == -EWOULDBLOCK)
                return -EINPROGRESS;
        if (r < 0)
                return r == -ENOENT ? -EOPNOTSUPP : r; /* the file is there since Linux 5.14 */

        return TAKE_FD(claim);
}

/* The kernel drops the shared lock before it looks for those of others: of two who do this at once, one succeeds. */
int temporary_release(int group, int *claim) {
        int r;

        if (*claim < 0)
                *claim = open_lock(group);
        r = *claim < 0 ? *claim : lock(*claim, LOCK_EX);
        if (r < 0)
                return r == -EWOULDBLOCK ? 0 : r;

        return group_is_gone(group) ? -ESTALE : 1;
}

/* Another one who looks whether the group can go has the lock for a moment. While somebody is in it, it cannot. */
int temporary_seize(int group, int *claim) {
        uint64_t deadline = deadline_after(SEIZE_USEC);

        while (group_is_temporary(group) && group_is_populated(group) <= 0) {
                int r = temporary_release(group, claim);

                if (r != 0 || deadline_left(deadline) == 0)
                        return r;
                (void) usleep(NAP_USEC);
        }

        return 0;
}

/* Takes the last part off @path, "" being the top. */
static bool ascend(char *path) {
        char *slash = strrchr(path, '/');

        if (!*path)
                return false;
        *(slash ?: path) = '\0';
        return true;
}

/* Where somebody has not got his claim on it yet, it vanishes under his hands: division_create() begins anew then. */
void temporary_remove_above(int boundary, const char *below) {
        _cleanup_free_ char *path = strdup(below);

        while (path && ascend(path) && *path) {
                const char *name;
                _cleanup_close_ int fd = group_open(boundary, path);
                _cleanup_close_ int above = group_open_parent(boundary, path, &name), claim = -EBADF;

                if (fd < 0 && fd != -ENOENT)
                        return;
                if (fd >= 0 &&
                    (above < 0 || temporary_seize(fd, &claim) <= 0 || unlinkat(above, name, AT_REMOVEDIR) < 0))
                        return;
        }
}

void temporary_end(int boundary, const char *below, uint64_t timeout) {
        const char *name;
        _cleanup_close_ int group = group_open(boundary, below);
        _cleanup_close_ int above = group_open_parent(boundary, below, &name), claim = -EBADF;
        uint64_t deadline = deadline_after(PATIENCE_USEC);

        if (group >= 0 && group_is_temporary(group)) {
                int r = temporary_release(group, &claim);

                for (; r == 0 && deadline_left(deadline) > 0; r = temporary_release(group, &claim))
                        (void) usleep(NAP_USEC);
                if ((r <= 0 && r != -ESTALE) || above < 0)
                        return;
                if (r > 0)
                        (void) group_remove_all(above, name, timeout);
        }

        if (group >= 0 || group == -ENOENT)
                temporary_remove_above(boundary, below);
}
