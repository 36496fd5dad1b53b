/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A process that somebody would move: what the kernel looks at then. */

#include <sys/types.h>

#include "basic/macros.h"
#include "proc/stat.h"

typedef struct Migrant {
        pid_t pid;
        int pidfd;            /* borrowed */
        int proc;             /* its directory in /proc */
        char *path;           /* its group, of its first thread (namespace/path.h) */
        bool deleted;         /* that group has been removed meanwhile: only what has ended can be in such a one */
        bool ended;           /* all threads: a zombie, of which nothing can be moved */
        bool kernel;          /* a kernel thread */
        bool bound;           /* one that may not be moved: kthreadd, or bound to its processors */
        uid_t uid, saved_uid; /* real, saved */
        uint64_t permitted;   /* capabilities */
        uint64_t n_threads;
        char name[PROC_NAME_MAX];
} Migrant;

#define MIGRANT_INIT \
        { .pidfd = -EBADF, .proc = -EBADF }

/* Reads what can be known of @pid, of which @pidfd was opened before, and its group in the hierarchy that
 * /proc/PID/cgroup calls @hierarchy ("" for v2). What is found is of this one process, at one moment. -ESRCH: it has
 * gone; -EAGAIN: it is moved about all the time; -EACCES: it is there, but /proc does not show it (hidepid=); -ENOSYS:
 * /proc is not mounted, or is that of another PID namespace; -ENODATA: it is in no group of that hierarchy. */
int migrant_read(pid_t pid, int pidfd, const char *hierarchy, Migrant *ret);
void migrant_done(Migrant *migrant);

/* Whether its capabilities are of another user namespace than the caller's. */
bool migrant_is_foreign(const Migrant *migrant);
