/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How processes see their cgroups: what was looked at, and what of it misleads. What is not known has a reason. */

#include "cgroup/mount.h"
#include "cgroup/namespace.h"
#include "cgscope/aim.h"
#include "cgscope/tabular.h"

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

/* look.c: finds the processes, and reads what we see of them. Says what is wrong. */
int ns_look_at_named(Ns *ns, char *const texts[], size_t n);
int ns_look_at_unit(Ns *ns, Aim *aim);
int ns_look_at_all(Ns *ns);
void ns_process_done(NsProcess *process);

/* read.c: reads what we see of one. */

/* Adds the process whose directory in /proc is @proc. -ESRCH: it has gone; -EACCES: it is hidden; -EAGAIN: it is moved
 * about all the time; -ENOMEM: said. */
int ns_add_process(Ns *ns, pid_t pid, int proc);

/* One of which nothing can be read is shown all the same. */
int ns_add_unknown(Ns *ns, pid_t pid, NsReason reason);

/* see.c: reads what is seen from the other namespaces. */
int ns_see(Ns *ns);

/* judge.c: what that means. Pure. */

/* A hierarchy as a row shows it. NULL: not known. */
typedef struct NsRow {
        char *hierarchy; /* "" for v2 */
        char *ours, *inside, *absolute;
        unsigned marks;
} NsRow;

/* The row of a process in the hierarchy that *text, which is what we see of it, begins with; moves that behind it. 1:
 * there was one; 0: no more. */
int ns_next_row(const Ns *ns, const NsProcess *process, const char **text, NsRow *ret);

/* The one that is shown where one is: v2, or on a host without it systemd's, or the first. */
int ns_main_row(const Ns *ns, const NsProcess *process, NsRow *ret);
void ns_row_done(NsRow *row);

/* The next hierarchy of @text, /proc/PID/cgroup, as that calls it; moves *text behind its line. *ret_name and *ret_path
 * are freed by the caller. 1: there was one; 0: no more. */
int ns_next_hierarchy(const char **text, char **ret_name, char **ret_path);

/* The marks of a process by its path as it sees it, and of mount @index as seen from inside. */
unsigned ns_judge_path(const char *inside);
unsigned ns_judge_mount(const CgroupMounts *inside, size_t index);

/* The same mount as seen from inside. NULL: not known. */
const CgroupMount *ns_mount_inside(const NsSight *sight, const CgroupMount *mount, unsigned *ret_marks);

const char *ns_mark_text(NsMark mark);
const char *ns_reason_text(NsReason reason);

/* "outside,stale-mount", or divided by other characters. */
#define NS_MARKS_TEXT_MAX 64
char *ns_marks_format(unsigned marks, const char *separator, char buffer[static NS_MARKS_TEXT_MAX]);

/* Those of the mount and those of the hierarchy, each once. Freed by the caller; NULL: no memory. */
char *ns_mount_options(const CgroupMount *mount);

/* Where the namespace begins, as we see it. Freed by the caller. -ENODATA: it cannot be known. */
int ns_namespace_root(const Ns *ns, size_t namespace, const char *hierarchy, char **ret);

/* json.c */
int ns_print_json(const Ns *ns);

/* block.c: those that were named, one after the other. */
int ns_print_blocks(Ns *ns);

/* print.c: all in a table, or as a tree. With -o, the columns are checked before anything is looked at. */
int ns_check_columns(const Ns *ns);
int ns_print_list(Ns *ns);

/* The hierarchies of one process. *marks gets those of what is printed. */
int ns_print_hierarchies(const Ns *ns, const NsProcess *process, unsigned *marks);

/* mounts.c: the mounts that all of the processes find, the same ones once; or those of one process. *marks gets
 * those of what is printed. */
int ns_print_mounts(const Ns *ns, const NsProcess *process, unsigned *marks);

/* notes.c: what the marks mean, and why the rest is not known. */
int ns_print_notes(const Ns *ns, unsigned marks);
