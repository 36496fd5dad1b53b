/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How processes see their cgroups, and the mounts of those that they find. Of each process is read what we see of it.
 * Each other cgroup namespace is entered once: what somebody in there calls a group of which we know our own name tells
 * what they call all others. What is not known has a reason. */

#include "namespace/namespace.h"
#include "proc/mountinfo.h"

typedef enum ViewReason {
        VIEW_KNOWN,
        VIEW_HIDDEN,       /* by the mount option hidepid= of /proc */
        VIEW_OUTSIDE_PIDS, /* outside of our PID namespace */
        VIEW_UNTRACEABLE,  /* somebody else's */
        VIEW_ENDED,        /* a zombie has no namespaces */
        VIEW_NOT_ENTERED,  /* its cgroup namespace is not for us to enter */
        VIEW_RESTLESS,     /* nobody in the namespace stays for as long as it takes to ask */
        VIEW_NO_INITIAL,   /* the initial cgroup namespace is not for us to enter */
        VIEW_UNREADABLE,   /* something failed */
        _VIEW_REASON_MAX,
} ViewReason;

/* Two names of one group: as we call it, and as somebody else does. */
typedef struct ViewPair {
        char *hierarchy, *ours, *theirs;
} ViewPair;

typedef struct ViewNamespace {
        uint64_t inode;
        int fd;
        bool own;
        ViewReason reason; /* VIEW_KNOWN: it was entered, or is ours */
        ViewPair *pairs;
        size_t n_pairs;
} ViewNamespace;

/* The mounts that a process finds: of one mount namespace, below one root directory. */
typedef struct ViewTable {
        uint64_t root_mount, root_inode; /* that directory; 0: we may not look */
        uint64_t mount_namespace;        /* inode; 0: we may not look */
        int fd;                          /* mountinfo */
        char *text;                      /* as we see it */
        CgroupMounts mounts;
} ViewTable;

typedef struct ViewMount {
        const CgroupMount *mount;
        char *hierarchy;
        char *inside; /* its root; NULL: not known */
        unsigned marks;
} ViewMount;

/* A table as it is seen from one cgroup namespace. */
typedef struct ViewSight {
        size_t table, namespace; /* indices; namespace SIZE_MAX: not known */
        ViewMount *mounts;
        size_t n_mounts;
        unsigned marks; /* of all of them */
} ViewSight;

/* A process in one hierarchy. */
typedef struct ViewRow {
        char *hierarchy;         /* "" for v2, or what v1 calls it */
        char *ours;              /* NULL in all three: not known */
        char *inside, *absolute; /* as it sees itself, and as the initial namespace does */
        unsigned marks;          /* its own, and those of the mounts of this hierarchy */
} ViewRow;

typedef struct ViewProcess {
        pid_t pid;        /* as we call it; 0: outside of our PID namespace */
        int fd;           /* its file "cgroup", while its namespace is to be entered */
        char *command;    /* NULL: not known */
        size_t namespace; /* index; SIZE_MAX: not known */
        size_t sight;     /* index; SIZE_MAX: not known */
        ViewReason inside_reason, absolute_reason, mounts_reason;
        ViewRow *rows;
        size_t n_rows;
} ViewProcess;

typedef struct View {
        uint64_t own; /* our cgroup namespace */
        ViewProcess *processes;
        size_t n_processes;
        ViewNamespace *namespaces;
        size_t n_namespaces;
        ViewTable *tables;
        size_t n_tables;
        ViewSight *sights;
        size_t n_sights;
        ViewNamespace initial; /* which has what others are called there */
} View;

#define VIEW_INIT \
        { .initial.fd = -EBADF }

static inline bool view_is_initial(const View *view) {
        return view->own == CGROUP_NAMESPACE_INITIAL;
}
