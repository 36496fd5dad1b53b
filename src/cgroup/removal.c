/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/removal.h"

#include <fcntl.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "cgroup/control.h"
#include "cgroup/group.h"
#include "cgroup/walk.h"

/* Between two tries. What was killed leaves a group within a few milliseconds. */
#define NAP_USEC (2 * USEC_PER_MSEC)

/* How long a group is waited for that cannot be looked into. */
#define LOCKED_USEC (500 * USEC_PER_MSEC)

/* A process that has ended is in its group until it is reaped, and a group below that has just been removed may count
 * for a moment: EBUSY for both. @patient: also while processes are in it, which are dying. */
static int remove_until(int parent, const char *name, uint64_t deadline, bool patient) {
        _cleanup_close_ int fd = group_open(parent, name);

        if (fd < 0 && fd != -EACCES)
                return fd;
        if (fd < 0) /* it goes all the same where nothing is left in it */
                deadline = deadline_left(deadline) > LOCKED_USEC ? deadline_after(LOCKED_USEC) : deadline;

        for (;;) {
                _cleanup_free_ char **children = NULL;
                size_t n = 0;

                if (unlinkat(parent, name, AT_REMOVEDIR) >= 0)
                        return 0;
                if (errno != EBUSY)
                        return -errno;

                if (!patient && (group_is_populated(fd) > 0 || (group_children(fd, &children, &n) >= 0 && n > 0)))
                        return -EBUSY;
                if (deadline_left(deadline) == 0)
                        return fd < 0 ? fd : -EBUSY;
                (void) usleep(NAP_USEC);
        }
}

int group_remove(int parent, const char *name, uint64_t timeout) {
        return remove_until(parent, name, deadline_after(timeout), false);
}

/* The groups right below @group, which nothing is below any more. Where somebody else is faster, that is as good. */
static int remove_children(int group, const char *path _unused_, unsigned depth _unused_, void *userdata) {
        const uint64_t *deadline = userdata;
        _cleanup_free_ char **names = NULL;
        size_t n;
        int r = group_children(group, &names, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = remove_until(group, names[i], *deadline, true);
                if (r == -ENOENT || r == -ENODEV)
                        r = 0;
        }

        return r;
}

static int kill_and_remove(int group, int parent, const char *name, uint64_t deadline) {
        int r = group_kill(group);

        if (r < 0 && !(r == -EOPNOTSUPP && group_is_populated(group) == 0)) /* a threaded group without threads */
                return r;

        r = group_walk(group, WALK_AFTER, remove_children, &deadline);
        return r < 0 ? r : remove_until(parent, name, deadline, true);
}

int group_remove_all(int parent, const char *name, uint64_t timeout) {
        _cleanup_close_ int fd = group_open(parent, name);
        uint64_t deadline = deadline_after(timeout);
        int r;

        if (fd < 0)
                return fd;

        /* A group that is still there although all of it went was made meanwhile: by one who was about to be killed. */
        do
                r = kill_and_remove(fd, parent, name, deadline);
        while (r == -EBUSY && deadline_left(deadline) > 0);

        return r;
}
