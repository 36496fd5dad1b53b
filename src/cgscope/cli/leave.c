/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/leave.h"

#include "cgroup/group.h"
#include "cgroup/walk.h"

typedef struct Leave {
        const Aim *aim;
        bool far;
} Leave;

static bool is_at_or_below(const char *path, const char *top) {
        const char *rest = startswith(path, top);

        return rest && (!*top || !*rest || *rest == '/');
}

/* 1: not here, nor further down. */
static int try_group(int fd, const char *path, unsigned depth, void *userdata) {
        const Leave *leave = userdata;
        const char *target = boundary_below(&leave->aim->target);

        (void) depth;
        if (is_at_or_below(path, target))
                return 1;
        if ((leave->far && *path && is_at_or_below(target, path)) ||
            group_is_frozen(fd) != 0)
                return 0;

        return group_can_hold_processes(fd) >= 0 && group_attach(fd, 0) >= 0 ? -EEXIST : 0; /* ends the walk */
}

int leave_group(const Aim *aim, bool far) {
        Leave leave = { .aim = aim, .far = far };
        int r = group_walk(aim->target.top, WALK_BEFORE, try_group, &leave);

        return r == -EEXIST ? 0 : r < 0 ? r : -EBUSY;
}
