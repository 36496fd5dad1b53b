/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/mover.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "basic/fd.h"
#include "basic/user-namespace.h"

/* What stands for an owner who is not in the user namespace (/proc/sys/kernel/overflowuid, which nobody changes). */
#define ID_OVERFLOW 65534U

static int read_capabilities(Mover *mover) {
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

        if (syscall(SYS_capget, &header, data) < 0)
                return -errno;

        mover->effective = (uint64_t) data[1].effective << 32 | data[0].effective;
        mover->permitted = (uint64_t) data[1].permitted << 32 | data[0].permitted;
        return 0;
}

static bool is_confined(void) {
        _cleanup_free_ char *map = NULL;

        return fd_read_path_all("/proc/self/uid_map", &map) >= 0 && !user_map_is_initial(map);
}

/* Those that a process of root's gets at most, here where we are. */
static uint64_t bounding_set(void) {
        uint64_t set = 0;

        for (unsigned i = 0; i < 64; i++) {
                int r = prctl(PR_CAPBSET_READ, i, 0, 0, 0);

                if (r < 0)
                        break;
                set |= (uint64_t) r << i;
        }

        return set;
}

int mover_self(Mover *ret) {
        _cleanup_(mover_done) Mover mover = { .uid = geteuid(), .gid = getegid(), .self = true, .cgroups = "/" };
        int n = getgroups(0, NULL), r;

        mover.groups = calloc((size_t) n + 1, sizeof(gid_t));
        if (!mover.groups)
                return -ENOMEM;
        n = getgroups(n, mover.groups);
        if (n < 0)
                return -errno;

        r = read_capabilities(&mover);
        if (r < 0)
                return r;

        mover.n_groups = (size_t) n;
        mover.confined = is_confined();
        *ret = mover;
        mover = (Mover) {};
        return 0;
}

int mover_of_user(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups, Mover *ret) {
        uint64_t capabilities = uid == 0 ? bounding_set() : 0;
        Mover mover = {
                .uid = uid,
                .gid = gid,
                .groups = calloc(n_groups + 1, sizeof(gid_t)),
                .n_groups = n_groups,
                .effective = capabilities,
                .permitted = capabilities,
                .confined = is_confined(),
                .cgroups = "/",
        };

        if (!mover.groups)
                return -ENOMEM;

        for (size_t i = 0; i < n_groups; i++)
                mover.groups[i] = groups[i];
        *ret = mover;
        return 0;
}

void mover_done(Mover *mover) {
        free(mover->groups);
        *mover = (Mover) {};
}

bool mover_is_root(const Mover *mover) {
        return mover->uid == 0 && !mover->confined;
}

bool mover_has_capability(const Mover *mover, int capability) {
        return mover->effective & UINT64_C(1) << capability;
}

static int look_at(int dir, const char *path, struct stat *ret) {
        if (fstatat(dir, path, ret, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == EACCES ? -EPERM : -errno;

        return 0;
}

static bool is_in_group(const Mover *mover, gid_t gid) {
        if (mover->gid == gid)
                return mover->gid != GID_INVALID;

        for (size_t i = 0; i < mover->n_groups; i++)
                if (mover->groups[i] == gid)
                        return true;

        return false;
}

/* A capability counts for files whose owner and group are in the user namespace. */
static bool has_power_over(const Mover *mover, const struct stat *st, int capability) {
        return mover_has_capability(mover, capability) &&
               (!mover->confined || (st->st_uid != ID_OVERFLOW && st->st_gid != ID_OVERFLOW));
}

/* The one class of permissions that counts (path_resolution(7)), @bit of it as for others. */
static MoverRight right_by_mode(const Mover *mover, const struct stat *st, mode_t bit) {
        if (st->st_uid == mover->uid)
                return st->st_mode & bit << 6 ? MOVER_RIGHT_OWNER : MOVER_RIGHT_NONE;
        if (is_in_group(mover, st->st_gid))
                return st->st_mode & bit << 3 ? MOVER_RIGHT_GROUP : MOVER_RIGHT_NONE;

        return st->st_mode & bit ? MOVER_RIGHT_OTHERS : MOVER_RIGHT_NONE;
}

int mover_may_write(const Mover *mover, int dir, const char *path, struct stat *ret_st, MoverRight *ret_right) {
        MoverRight right;
        struct stat st;
        int r = look_at(dir, path, &st);

        if (r < 0)
                return r;

        right = right_by_mode(mover, &st, S_IWOTH);
        if (right == MOVER_RIGHT_NONE && has_power_over(mover, &st, CAP_DAC_OVERRIDE))
                right = MOVER_RIGHT_CAPABILITY;

        if (mover->self) {
                bool allowed = faccessat(dir, path, W_OK, AT_EACCESS) >= 0;

                if (!allowed && errno != EACCES && errno != EROFS)
                        return -errno;
                if (!allowed && errno == EACCES)
                        right = MOVER_RIGHT_NONE;
                else if (right == MOVER_RIGHT_NONE)
                        right = allowed ? MOVER_RIGHT_UNKNOWN : right;
        }

        *ret_st = st;
        *ret_right = right;
        return right == MOVER_RIGHT_NONE ? -EACCES : 0;
}

int mover_may_search(const Mover *mover, int dir, const char *path, struct stat *ret_st) {
        int r = look_at(dir, path, ret_st);
        bool may = r >= 0 && (right_by_mode(mover, ret_st, S_IXOTH) != MOVER_RIGHT_NONE ||
                              has_power_over(mover, ret_st, CAP_DAC_OVERRIDE) ||
                              has_power_over(mover, ret_st, CAP_DAC_READ_SEARCH));

        return r < 0 || may ? r : -EACCES;
}
