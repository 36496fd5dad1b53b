/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The cgroup hierarchies of this host as this process sees them. cgscope works on the unified one (cgroup v2 mounted
 * at /sys/fs/cgroup); elsewhere it says what is there instead. */

#include "basic/macros.h"

/* Where systemd mounts the unified hierarchy: an interface of its own (systemd.io/CGROUP_DELEGATION). */
#define CGROUP_MOUNT "/sys/fs/cgroup"

typedef enum CgroupMode {
        CGROUP_UNIFIED, /* cgroup2 at CGROUP_MOUNT */
        CGROUP_HYBRID,  /* v1 holds the controllers, cgroup2 at CGROUP_MOUNT/unified */
        CGROUP_LEGACY,  /* v1 alone */
        CGROUP_ABSENT,  /* no cgroup file system at CGROUP_MOUNT, whatever the kernel has */
} CgroupMode;

/* Opens the mount of the unified hierarchy with O_PATH, checked to be cgroup2. Returns the descriptor, to be closed by
 * the caller; *ret_read_only (may be NULL) says whether it is mounted so. -EMEDIUMTYPE: it is not cgroup2. */
int cgroup_open_root(bool *ret_read_only);

CgroupMode cgroup_mode(void);

/* Room for the names of all v1 controllers: there are 14, and none is new. */
#define CGROUP_LEGACY_TEXT_MAX 512

/* The controllers that v1 hierarchies hold, by their names there, divided by ", " (and by "," where they share a
 * hierarchy); "" where it holds none. Wherever those are mounted: the kernel tells them all. Returns @names. */
char *cgroup_legacy_controllers(char names[static CGROUP_LEGACY_TEXT_MAX]);

/* Where cgroup2 is mounted instead, to be freed by the caller; NULL: nowhere, or it cannot be told. */
char *cgroup_mounted_elsewhere(void);

/* Why there is nothing to work on, and what would change it, as one clause: "cgroup v1 holds memory, pids …". *ret is
 * to be freed by the caller. For use after -EMEDIUMTYPE. */
int cgroup_explain_mode(char **ret);
