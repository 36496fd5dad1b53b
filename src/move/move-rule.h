/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* May this process be moved there? What the kernel would answer to a write of its number into the target's cgroup.procs,
 * found out rule by rule without moving anything. The rules are those of cgroups(7), and their order is that in which
 * the kernel looks (kernel/cgroup/cgroup.c, __cgroup_procs_write(); for v1 cgroup-v1.c, __cgroup1_procs_write()): where
 * several are violated the first one decides the errno. */

#include "move/migrant.h"
#include "proc/mountinfo.h"
#include "move/mover.h"

typedef enum ContainmentRule {
        CONTAINMENT_TARGET,    /* the target's cgroup.procs can be opened for writing: EACCES, EROFS, ENODEV */
        CONTAINMENT_PROCESS,   /* no kernel thread that has to stay: EINVAL */
        CONTAINMENT_OWNER,     /* v1: the process is the mover's: EACCES */
        CONTAINMENT_ANCESTOR,  /* v2: cgroup.procs of the nearest common ancestor is writable: EACCES */
        CONTAINMENT_NAMESPACE, /* v2: both groups are inside of the mover's cgroup namespace: ENOENT */
        CONTAINMENT_DOMAIN,    /* v2: the target is no "domain invalid": EOPNOTSUPP */
        CONTAINMENT_INNER,     /* v2: nor does it hand controllers on: EBUSY */
        CONTAINMENT_CPUSET,    /* it has processors: ENOSPC; a change of them needs rights over the process: EPERM */
        CONTAINMENT_REALTIME,  /* real-time scheduling has a share there: EINVAL */
        /* What no answer depends on. */
        CONTAINMENT_NOTE_ENDED,
        CONTAINMENT_NOTE_STAYS,
        CONTAINMENT_NOTE_THREADS,
        CONTAINMENT_NOTE_PIDS,
        CONTAINMENT_NOTE_FREEZER,
        CONTAINMENT_NOTE_DEADLINE,
        CONTAINMENT_NOTE_V1,
        CONTAINMENT_NOTE_V2,
        CONTAINMENT_NOTE_UNIT,
        CONTAINMENT_NOTE_MANAGER,
        _CONTAINMENT_RULE_MAX,
} ContainmentRule;

typedef enum ContainmentResult {
        CONTAINMENT_MET,
        CONTAINMENT_VIOLATED,
        CONTAINMENT_UNKNOWN,
        CONTAINMENT_NOTE,
} ContainmentResult;

/* One word each, for people and for JSON. */
const char *containment_rule_name(ContainmentRule rule);
const char *containment_result_name(ContainmentResult result);

typedef struct ContainmentFinding {
        ContainmentRule rule;
        ContainmentResult result;
        int error;   /* of one that is violated, or that is unknown and would be: a negative errno */
        char *found; /* a clause */
} ContainmentFinding;

typedef enum ContainmentAnswer {
        CONTAINMENT_YES,
        CONTAINMENT_NO,
        CONTAINMENT_PERHAPS, /* something could not be found out */
} ContainmentAnswer;

typedef struct Containment {
        ContainmentAnswer answer;
        int error; /* CONTAINMENT_NO: what the kernel answers; 0 where a rule that is unknown comes before */
        const ContainmentFinding *reason; /* the first that is violated; without one, the first that is unknown */
        ContainmentFinding *findings;     /* in the kernel's order, notes behind them */
        size_t n;
        char *target;   /* as cgroup/path.h says; NULL: what is mounted begins above the namespace, so it is not known */
        char *ancestor; /* the nearest common ancestor, as cgroup/path.h says; NULL: it cannot be known from here */
} Containment;

typedef struct ContainmentQuestion {
        int root;                 /* the mount of the hierarchy, O_PATH will do */
        const CgroupMount *mount; /* what /proc/self/mountinfo says of it */
        const Migrant *process;
        const char *target;       /* the path of the target below @root */
        const Mover *mover;
        bool compare;             /* add what the other version's rule would be */
} ContainmentQuestion;

/* Finds the answer. Fails for lack of memory alone: what cannot be read is a finding. */
int containment_examine(const ContainmentQuestion *question, Containment *ret);
void containment_done(Containment *containment);

/* Adds a note that the caller knows of. */
int containment_note(Containment *containment, ContainmentRule rule, const char *format, ...) _printf_(3, 4);
