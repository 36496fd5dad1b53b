/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/operation-state.h"

#include "basic/fd.h"
#include "cgroup/group.h"
#include "systemd/user-manager.h"

static int look_at_group(int hierarchy, char *path, DelegationManager *looked) {
        _cleanup_close_ int group = group_open(hierarchy, path), slice = -EBADF;
        char *name = strrchr(path, '/');
        int r;

        if (group < 0)
                return group == -ENOENT ? -ESRCH : group;

        *name = '\0';
        slice = group_open(hierarchy, path);
        if (slice < 0)
                return slice == -ENOENT ? -ESRCH : slice;

        r = group_controllers(group, &looked->live);
        if (r < 0)
                return r;
        r = group_enabled(group, &looked->enabled);
        return r < 0 ? r : group_controllers(slice, &looked->slice);
}

int look_at_manager(Manager *manager, int hierarchy, uid_t uid, DelegationManager *ret, Trouble *trouble) {
        DelegationManager looked = { .uid = uid, .outcome = OUTCOME_NONE };
        _cleanup_free_ char *path = NULL;
        int r;

        r = user_manager_loaded(manager, uid, &looked.loaded, trouble);
        if (r < 0)
                return r;
        r = user_manager_control_group(manager, uid, &path, trouble);
        if (r < 0)
                return r;
        if (*path != '/')
                return -ESRCH;

        /* The group is the user's, who may take the right to read it from root, too, where root has no privilege: then
         * nothing is known to have arrived, and that is his alone to wonder about. */
        if (hierarchy >= 0) {
                r = look_at_group(hierarchy, path, &looked);
                if (r == -ENODEV) /* removed since it was opened */
                        return -ESRCH;
                if (r < 0 && r != -EACCES)
                        return r;
        }

        *ret = looked;
        return 0;
}

bool look_is_settled(const DelegationManager *looked, ControllerMask available) {
        ControllerMask due = looked->loaded & available;

        return (due & ~looked->live) == 0 && (looked->live & ~due & ~looked->enabled) == 0;
}
