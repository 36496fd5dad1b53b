/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/groups.h"

#include <assert.h>
#include <signal.h>

#include "basic/fd.h"
#include "cgroup/removal.h"
#include "cgroup/walk.h"

int groups_remove(const Boundary *target, bool recursive, uint64_t timeout) {
        const char *name;
        _cleanup_close_ int parent = boundary_open_parent(target, &name);

        if (parent < 0)
                return parent;

        return recursive ? group_remove_all(parent, name, timeout) : group_remove(parent, name, timeout);
}

typedef struct Owner {
        uid_t uid;
        gid_t gid;
        char *failed;
} Owner;

static int chown_one(int fd, const char *path, unsigned depth, void *userdata) {
        Owner *owner = userdata;
        int r = group_chown(fd, owner->uid, owner->gid);

        if (r < 0 && depth > 0)
                owner->failed = strdup(path);
        return r;
}

/* Who owns a group could change what is below it while that is still on its way. */
int groups_chown(const Boundary *target, uid_t uid, gid_t gid, bool recursive, char **ret_failed) {
        Owner owner = { .uid = uid, .gid = gid };
        int r;

        assert(target->fd >= 0 && ret_failed);

        r = recursive ? group_walk(target->fd, WALK_AFTER, chown_one, &owner) : group_chown(target->fd, uid, gid);
        *ret_failed = owner.failed;
        return r;
}

int groups_controllers(const Boundary *target, ControllerMask *ret_available, ControllerMask *ret_enabled,
                       ControllerMask *ret_root) {
        _cleanup_close_ int root = group_open(target->root, "/");
        int r;

        if (root < 0)
                return root;

        r = group_controllers(target->fd, ret_available);
        if (r < 0)
                return r;

        r = group_enabled(target->fd, ret_enabled);
        return r < 0 ? r : group_controllers(root, ret_root);
}

int groups_signal(const Boundary *target, int signal, pid_t *ret_refused) {
        return signal == SIGKILL ? group_kill(target->fd) : group_signal(target->fd, signal, ret_refused);
}
