/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How processes see their cgroups: what was looked at, and what of it misleads. What is not known has a reason. */

#include "proc/mountinfo.h"
#include "namespace/namespace.h"
#include "cgscope/cli/common-options.h"

typedef enum NsReason {
        NS_KNOWN,
        NS_HIDDEN,          /* by the mount option hidepid= of /proc */
        NS_OUTSIDE_PIDS,    /* outside of our PID namespace */
        NS_UNTRACEABLE,     /* somebody else's */
        NS_ENDED,           /* a zombie has no namespaces */
        NS_NOT_ENTERED,     /* its cgroup namespace is not for us to enter */
        NS_RESTLESS,        /* it is moved about all the time */
        NS_NO_INITIAL,      /* no process of the initial cgroup namespace is to be seen */
        NS_INITIAL_CLOSED,  /* that is not for us to enter */
        NS_UNREADABLE,      /* something failed */
        _NS_REASON_MAX,
} NsReason;

/* What misleads. */
typedef enum NsMark {
        NS_OUTSIDE = 1 << 0,     /* a process outside of its namespace's root */
        NS_STALE_MOUNT = 1 << 1, /* the mount that stays after unshare -C, until cgroup2 is mounted anew */
        NS_SHOWS_MORE = 1 << 2,  /* another one that shows what the namespace hides */
} NsMark;

#define NS_MARKS 3

/* One /proc/PID/cgroup, as somebody sees it. */
typedef struct NsView {
        char *text; /* NULL: @reason says why */
        NsReason reason;
} NsView;

typedef struct NsNamespace {
        uint64_t inode;
        int fd;
        NsReason reason;  /* NS_KNOWN: how it looks from there is known */
        bool own;
} NsNamespace;

/* The mounts that a process finds: of one mount namespace, below one root directory. */
typedef struct NsTable {
        uint64_t root_mount, root_inode; /* that directory; 0: we may not look */
        uint64_t mount_namespace;        /* inode; 0: we may not look */
        int fd;                          /* mountinfo */
        char *text;                      /* as we see it */
        CgroupMounts mounts;
} NsTable;

/* And as they are seen from one cgroup namespace. */
typedef struct NsSight {
        size_t table, namespace; /* indices; SIZE_MAX: not known */
        CgroupMounts inside;     /* the same mounts, in no certain order, where @reason is NS_KNOWN */
        NsReason reason;
} NsSight;

typedef struct NsProcess {
        pid_t pid;        /* as we call it; 0: outside of our PID namespace */
        int fd;           /* its file "cgroup", while that is still to be read */
        char *command;    /* NULL: not known */
        size_t namespace; /* index; SIZE_MAX: not known */
        size_t sight;     /* index; SIZE_MAX: not known */
        NsReason namespace_reason, sight_reason;
        NsView ours, inside, absolute;
} NsProcess;

typedef struct Ns {
        CommonOptions options;
        bool tree, all_hierarchies;
        const char *unit;
        bool listed;      /* a list, not some that were named */
        bool failed;      /* one that was named cannot be shown */
        uint64_t own;     /* our cgroup namespace */
        NsProcess *processes;
        size_t n_processes;
        NsNamespace *namespaces;
        size_t n_namespaces;
        NsTable *tables;
        size_t n_tables;
        NsSight *sights;
        size_t n_sights;
} Ns;

static inline bool ns_is_initial(const Ns *ns) {
        return ns->own == CGROUP_NAMESPACE_INITIAL;
}
