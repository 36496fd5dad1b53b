/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command that is to see its own part of the hierarchy and no more: a cgroup namespace, and a private mount namespace
 * in which cgroup2 is mounted anew at /sys/fs/cgroup, so that /proc/self/cgroup, mountinfo and /sys/fs/cgroup agree.
 * Who is not root needs a user namespace for that. A working directory below /sys/fs/cgroup becomes the same one of the
 * new mount, or where that does not show it, its top. The caller has one thread. */

#include <sys/types.h>

#include "basic/macros.h"

typedef enum ConfinementFlags {
        CONFINEMENT_USER = 1 << 0,     /* in a user namespace, in which the caller is mapped to itself */
        CONFINEMENT_MAP_ROOT = 1 << 1, /* in which it is mapped to root (with CONFINEMENT_USER) */
} ConfinementFlags;

/* Which step failed, for the message. */
typedef enum ConfinementStep {
        CONFINEMENT_UNSHARE, /* the namespaces */
        CONFINEMENT_MAP,     /* the users of the user namespace */
        CONFINEMENT_JOIN,    /* entering those that are there */
        CONFINEMENT_PRIVATE, /* cutting the mounts off from those outside. -EINVAL: "/" is no mount point */
        CONFINEMENT_MOUNT,   /* cgroup2. -ENOSYS: the kernel, or a filter, has no fsopen(2) */
} ConfinementStep;

/* Confines the calling process, for good. The root of the cgroup namespace is the group that the process is in at that
 * moment. Where it fails half-way, the process is of no use any more. */
int confinement_enter(ConfinementFlags flags, ConfinementStep *ret_step);

/* The two steps of that. A new cgroup namespace for the calling process, with CONFINEMENT_USER in a new user namespace
 * whose map is written, and with @others (CLONE_NEWNS or 0); and in a new mount namespace cutting it off and mounting
 * cgroup2 anew. */
int confinement_unshare(ConfinementFlags flags, int others, ConfinementStep *ret_step);
int confinement_mount(ConfinementStep *ret_step);

/* Namespaces that are there already: -EBADF in @user: none of its own. */
typedef struct Confinement {
        int user;
        int cgroup;
} Confinement;

#define CONFINEMENT_INIT \
        { .user = -EBADF, .cgroup = -EBADF }

/* Makes them for somebody who enters later, by a child that is gone again at return: rooted at the group that the
 * calling process is in, which itself stays where it is. */
int confinement_make(ConfinementFlags flags, Confinement *ret, ConfinementStep *ret_step);

/* Enters them, for good, in a private mount namespace of its own, with cgroup2 mounted anew. */
int confinement_join(const Confinement *confinement, ConfinementStep *ret_step);

/* Looks for a process at or below @group that is in a cgroup namespace other than the caller's, in which the caller,
 * where it is now, would be at @path ("/a"): so that the namespace begins at a known group above it. With
 * CONFINEMENT_USER the user namespace is entered as well, and is to map the caller as @flags say. -ENOENT: there is
 * none. */
int confinement_find(int group, const char *path, ConfinementFlags flags, Confinement *ret);

void confinement_done(Confinement *confinement);
