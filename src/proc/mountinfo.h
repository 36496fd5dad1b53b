/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The mounts of cgroup hierarchies, v1 and v2, in the mount namespace of the caller (proc_pid_mountinfo(5)). */

#include "basic/macros.h"

/* What cgscope calls the hierarchy of cgroup v2, as systemd's path on hybrid hosts does. */
#define CGROUP_HIERARCHY_UNIFIED "unified"

typedef struct CgroupMount {
        uint64_t id;
        bool covered;       /* by another mount on top of it, at the same point: no path leads there */
        bool unified;       /* cgroup v2 */
        bool read_only;     /* this mount */
        bool all_read_only; /* the hierarchy, wherever it is mounted */
        char *root;  /* the path of what is mounted, as namespace/path.h says: "/" where that is the namespace's root */
        char *point; /* where it is mounted */
        char *flags; /* of this mount: "rw,nosuid,relatime" */
        char *options; /* the hierarchy's: "rw,nsdelegate", "rw,cpu,cpuacct" */
} CgroupMount;

typedef struct CgroupMounts {
        CgroupMount *mounts;
        size_t n;
        uint64_t n_steps; /* that it took to find who covers whom: for tests */
} CgroupMounts;

/* Reads /proc/self/mountinfo. -ENOSYS: /proc is not mounted. */
int cgroup_mounts_read(CgroupMounts *ret);

/* The same of @text, which is changed. A line that cannot be understood is passed over. */
int cgroup_mounts_parse(char *text, CgroupMounts *ret);
void cgroup_mounts_done(CgroupMounts *mounts);

/* The mount that the directory @fd, O_PATH will do, lies in; borrowed. NULL: in none of them. */
const CgroupMount *cgroup_mounts_of(const CgroupMounts *mounts, int fd);

/* A mount of the hierarchy @name: "unified", a controller, or "name=NAME" or NAME; where there are several, one that
 * shows all of the namespace. Borrowed. NULL: it is not mounted. */
const CgroupMount *cgroup_mounts_find(const CgroupMounts *mounts, const char *name);

/* Whether what @fd, opened with O_PATH, stands for is in a tmpfs. It asks the kernel's list and not the file system,
 * which may be somebody's own and never answer (fuse(4)). */
bool mount_is_tmpfs(int fd);

bool cgroup_mount_has_option(const CgroupMount *mount, const char *option);

/* What the hierarchy is called in /proc/PID/cgroup: "" for v2, "cpu,cpuacct", "name=systemd". *ret is freed by the
 * caller. */
int cgroup_mount_hierarchy(const CgroupMount *mount, char **ret);
