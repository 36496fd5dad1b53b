/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the parts of confinement.h share. */

#include "namespace/confinement.h"

/* A new cgroup namespace for the calling process, with CONFINEMENT_USER in a new user namespace whose map is written,
 * and with @others (CLONE_NEWNS or 0). */
int confinement_unshare(ConfinementFlags flags, int others, ConfinementStep *ret_step);

/* In a new mount namespace: cuts it off, and mounts cgroup2 anew. */
int confinement_mount(ConfinementStep *ret_step);
