/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Confinement in namespaces that others are in, or will be. */

#include "namespace/confinement.h"

/* Namespaces that are there already: -EBADF in @user: none of its own. */
typedef struct Confinement {
        int user;
        int cgroup;
} Confinement;

#define CONFINEMENT_INIT { .user = -EBADF, .cgroup = -EBADF }

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
