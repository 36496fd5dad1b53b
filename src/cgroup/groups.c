/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/groups.h"

#include <assert.h>
#include <signal.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "cgroup/attribute-read.h"
#include "cgroup/control.h"
#include "cgroup/group.h"
#include "cgroup/members.h"
#include "cgroup/removal.h"
#include "cgroup/temporary.h"

static int groups_remove(const Boundary *target, bool recursive, uint64_t timeout) {
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

        if (r < 0 && r != -EACCES && depth > 0)
                owner->failed = strdup(path);
        return r;
}

/* Who owns a group could change what is below it while that is still on its way. */
static int groups_chown(const Boundary *target, uid_t uid, gid_t gid, bool recursive, char **ret_failed) {
        Owner owner = { .uid = uid, .gid = gid };
        WalkSkipped skipped = {};
        int r;

        assert(target->fd >= 0 && ret_failed);

        r = recursive ? group_walk_all(target->fd, &(const Walk) { .order = WALK_AFTER,
                                                                   .function = chown_one,
                                                                   .userdata = &owner,
                                                                   .skipped = &skipped })
                      : group_chown(target->fd, uid, gid);
        *ret_failed = r > 0 ? skipped.first : owner.failed;
        if (r <= 0)
                walk_skipped_done(&skipped);
        return r > 0 ? skipped.error : r;
}

static int groups_controllers(const Boundary *target, ControllerMask *ret_available, ControllerMask *ret_enabled,
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

static int groups_set(const Boundary *target, const AttributeList *list, const Attribute **ret_failed,
                      Trouble *trouble) {
        return attribute_list_apply(list, target->fd, ret_failed, trouble);
}

static int groups_get(const Boundary *target, const char *key, bool raw, char **ret) {
        return attribute_read(target->fd, key, raw, ret);
}

static int groups_keys(const Boundary *target, int (*found)(const char *key, const char *file, void *userdata),
                       void *userdata) {
        return attribute_foreach(target->fd, true, found, userdata);
}

typedef struct Listing {
        int (*found)(pid_t pid, const char *path, void *userdata);
        void *userdata;
} Listing;

/* The processes of a threaded group are listed by the domain above it. */
static int list_group(int fd, const char *path, unsigned depth, void *userdata) {
        _cleanup_free_ pid_t *pids = NULL;
        const Listing *listing = userdata;
        ssize_t n = group_members(fd, &pids);

        if (depth > 0 && (n == -EOPNOTSUPP || n == -ENODEV || n == -ENOENT))
                return 0;

        for (ssize_t i = 0; i < n; i++) {
                int r = listing->found(pids[i], path, listing->userdata);

                if (r < 0)
                        return r;
        }

        return n < 0 ? (int) n : 0;
}

static int groups_procs(const Boundary *target, bool recursive,
                        int (*found)(pid_t pid, const char *path, void *userdata), void *userdata,
                        WalkSkipped *skipped) {
        Listing listing = { .found = found, .userdata = userdata };
        const Walk walk = { .function = list_group, .userdata = &listing, .skipped = skipped };

        assert(target->fd >= 0 && found);

        return recursive ? group_walk_all(target->fd, &walk) : list_group(target->fd, "", 0, &listing);
}

static int groups_freeze(const Boundary *target, bool freeze, uint64_t timeout) {
        assert(target->fd >= 0);

        return group_freeze(target->fd, freeze, timeout);
}

static int groups_kill(const Boundary *target, int signal, pid_t *ret_refused) {
        assert(target->fd >= 0 && signal > 0);

        return signal == SIGKILL ? group_kill(target->fd) : group_signal(target->fd, signal, ret_refused);
}

/* Some processes may not be sent SIGTERM, or cannot act on it; SIGKILL reaches all of them later, by cgroup.kill. */
static int end_politely(int group, uint64_t grace) {
        uint64_t deadline = deadline_after(grace);
        int r;

        r = group_signal(group, SIGTERM, NULL);
        if (r < 0 && r != -EPERM && r != -EXDEV && r != -EACCES)
                return r;
        if (r != 0)
                (void) group_signal(group, SIGCONT, NULL);
        (void) group_freeze(group, false, deadline_left(deadline));

        return group_wait_event(group, "populated 0", deadline);
}

static int groups_stop(const Boundary *target, uint64_t grace, uint64_t timeout) {
        int r;

        assert(target->fd >= 0);

        r = group_is_populated(target->fd);
        if (r <= 0)
                return r;
        r = end_politely(target->fd, grace);
        if (r != -ETIMEDOUT)
                return r;
        r = group_kill(target->fd);
        return r < 0 ? r : group_wait_event(target->fd, "populated 0", deadline_after(timeout));
}

static ssize_t groups_end(const Boundary *target, bool kill) {
        return group_end(target->fd, -EBADF, kill);
}

static int groups_admit(const Boundary *target, bool keep) {
        int r = group_can_hold_processes(target->fd);

        if (r >= 0 && keep)
                temporary_keep(target->fd);
        return r;
}

static int groups_attach(const Boundary *target, pid_t pid) {
        assert(target->fd >= 0 && pid >= 0);

        return group_attach(target->fd, pid);
}

typedef struct Leave {
        const char *below;
        bool far;
} Leave;

static bool is_at_or_below(const char *path, const char *top) {
        const char *rest = startswith(path, top);

        return rest && (!*top || !*rest || *rest == '/');
}

/* 1: not here, nor further down. */
static int try_group(int fd, const char *path, unsigned depth, void *userdata) {
        const Leave *leave = userdata;

        (void) depth;
        if (is_at_or_below(path, leave->below))
                return 1;
        if ((leave->far && *path && is_at_or_below(leave->below, path)) || group_is_frozen(fd) != 0)
                return 0;

        return group_can_hold_processes(fd) >= 0 && group_attach(fd, 0) >= 0 ? -EEXIST : 0; /* ends the walk */
}

static int groups_leave(const Boundary *target, bool far) {
        Leave leave = { .below = boundary_below(target), .far = far };
        int r = target->top < 0 ? -EBUSY : group_walk(target->top, WALK_BEFORE, try_group, &leave);

        return r == -EEXIST ? 0 : r < 0 ? r : -EBUSY;
}

const Groups groups_by_files = {
        .create = division_create,
        .undo = division_undo,
        .remove = groups_remove,
        .chown = groups_chown,
        .controllers = groups_controllers,
        .set = groups_set,
        .get = groups_get,
        .keys = groups_keys,
        .procs = groups_procs,
        .freeze = groups_freeze,
        .kill = groups_kill,
        .stop = groups_stop,
        .end = groups_end,
        .admit = groups_admit,
        .attach = groups_attach,
        .leave = groups_leave,
};
