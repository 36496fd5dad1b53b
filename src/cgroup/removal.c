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

/* A process that has ended is in its group until it is reaped, and a group below that has just been removed may count
 * for a moment: EBUSY for both. @patient: also while processes are in it, which are dying. */
static int remove_until(int parent, const char *name, uint64_t deadline, bool patient) {
        _cleanup_close_ int fd = group_open(parent, name);

        if (fd < 0)
                return fd;

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
                        return -EBUSY;
                (void) usleep(NAP_USEC);
        }
}

int group_remove(int parent, const char *name, uint64_t timeout) {
        return remove_until(parent, name, deadline_after(timeout), false);
}

/* The groups below @group, from the bottom up. Where somebody else is faster, that is as good. */
static int remove_children(int group, uint64_t deadline) {
        _cleanup_free_ char **names = NULL;
        size_t n;
        int r;

        r = group_children(group, &names, &n);
        if (r < 0)
                return r;

        for (size_t i = 0; i < n; i++) {
                _cleanup_close_ int fd = group_open(group, names[i]);

                r = fd < 0 ? fd : remove_children(fd, deadline);
                if (r >= 0)
                        r = remove_until(group, names[i], deadline, true);
                if (r < 0 && r != -ENOENT && r != -ENODEV)
                        return r;
        }

        return 0;
}

static int kill_and_remove(int group, int parent, const char *name, uint64_t deadline) {
        int r = group_kill(group);

        if (r < 0)
                return r;

        r = remove_children(group, deadline);
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
