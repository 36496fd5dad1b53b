/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/evacuation.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/members.h"

/* Who forks faster than that is not caught this way. */
#define ROUNDS_MAX 100

int group_move_members(int from, int to) {
        int moved = 0;

        for (unsigned round = 0; round < ROUNDS_MAX; round++) {
                _cleanup_free_ pid_t *pids = NULL;
                ssize_t n = group_members(from, &pids);
                bool any = false;

                if (n <= 0)
                        return n < 0 ? (int) n : moved;

                for (ssize_t i = 0; i < n; i++) {
                        int r = pids[i] > 0 ? group_attach(to, pids[i]) : -ESRCH;

                        if (r < 0 && r != -ESRCH)
                                return r;
                        moved += r >= 0;
                        any = any || pids[i] > 0;
                }

                if (!any && group_holds_outsiders(from, false) > 0)
                        return -EXDEV;
        }

        return -ELOOP;
}

int group_evacuate(int group, const char *leaf, bool *ret_made) {
        _cleanup_close_ int fd = group_make(group, leaf, 0755, ret_made);
        int r;

        if (fd < 0)
                return fd;

        r = group_move_members(group, fd);
        if (r < 0)
                group_return(group, leaf, *ret_made);
        return r;
}

void group_return(int group, const char *leaf, bool made) {
        _cleanup_close_ int fd = group_open(group, leaf);

        /* Those that were in there before are not ours to move. */
        if (fd < 0 || !made)
                return;

        (void) group_move_members(fd, group);
        (void) unlinkat(group, leaf, AT_REMOVEDIR);
}
