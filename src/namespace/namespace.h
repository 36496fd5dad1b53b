/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Cgroup namespaces (cgroup_namespaces(7)). The kernel prints the paths in /proc/PID/cgroup and the roots in
 * /proc/PID/mountinfo from the root of the reader's namespace, whoever opened the file: how it looks from another one,
 * only a process in that one can read. */

#include <sys/types.h>

#include "basic/macros.h"

/* The inode of the first one, in which the system started (the kernel's include/linux/proc_ns.h). */
#define CGROUP_NAMESPACE_INITIAL UINT64_C(0xEFFFFFFB)

/* Opens the one that the process is in whose directory in /proc is @proc. Returns the descriptor. -EACCES: that is not
 * for us to see (ptrace(2)); -ENODATA: the process has ended, and is in none. */
int cgroup_namespace_open(int proc, uint64_t *ret_inode);

/* Our own. -ENOSYS: /proc is not mounted, or is that of another PID namespace. */
int cgroup_namespace_own(uint64_t *ret);

/* Reads all of @fd, which is open, from its beginning. *ret is freed by the caller. */
int cgroup_reread(int fd, char **ret);

/* A child of ours that is in another namespace, and reads there what is asked for. */
typedef struct CgroupVisitor {
        pid_t child;
        int fd; /* to talk to it */
} CgroupVisitor;

#define CGROUP_VISITOR_INIT \
        { .fd = -EBADF }

/* Sends one. An ordinary user's enters first the user namespace that @namespace belongs to. -EPERM: it may not be
 * entered. */
int cgroup_visitor_send(int namespace, CgroupVisitor *ret);

/* Has it do cgroup_reread() of @fd, which was open when it was sent. */
int cgroup_visitor_reread(const CgroupVisitor *visitor, int fd, char **ret);
void cgroup_visitor_done(CgroupVisitor *visitor);
