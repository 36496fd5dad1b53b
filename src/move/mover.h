/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Somebody who would move a process, and what the file system lets them do. */

#include <sys/stat.h>
#include <sys/types.h>

#include "basic/macros.h"

typedef struct Mover {
        uid_t uid; /* effective */
        gid_t gid; /* GID_INVALID: none */
        gid_t *groups;
        size_t n_groups;
        uint64_t effective, permitted; /* capabilities, a bit each */
        bool self;                     /* the calling process as it is: then the kernel itself is asked */
        bool confined;                 /* in a user namespace that is not the initial one */
        const char *cgroups; /* the root of its cgroup namespace, as the caller sees it (namespace/path.h); borrowed */
} Mover;

#define GID_INVALID ((gid_t) -1)

/* The caller. */
int mover_self(Mover *ret);

/* A process of this user in the caller's namespaces, root with all capabilities and others with none. @groups are
 * copied. */
int mover_of_user(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups, Mover *ret);
void mover_done(Mover *mover);

/* Whether it is the user 0 of the whole system and not of a user namespace. */
bool mover_is_root(const Mover *mover);

bool mover_has_capability(const Mover *mover, int capability);

/* Why somebody may do something to a file. */
typedef enum MoverRight {
        MOVER_RIGHT_NONE,
        MOVER_RIGHT_OWNER,
        MOVER_RIGHT_GROUP,
        MOVER_RIGHT_OTHERS,
        MOVER_RIGHT_CAPABILITY,
        MOVER_RIGHT_UNKNOWN, /* the kernel says so, but neither owner nor mode do: a security module's word */
} MoverRight;

/* Whether @path beneath @dir may be opened for writing, or as a directory be searched; read-only mounts are left out.
 * 0; -EACCES where it may not; -EPERM where the caller may not even look at it; or another errno. *ret_st and
 * *ret_right are set with 0 and with -EACCES. */
int mover_may_write(const Mover *mover, int dir, const char *path, struct stat *ret_st, MoverRight *ret_right);
int mover_may_search(const Mover *mover, int dir, const char *path, struct stat *ret_st);
