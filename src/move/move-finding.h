/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the rules found out about a move, and the answer that follows from it. */

#include "basic/macros.h"

typedef enum MoveRule {
        MOVE_RULE_TARGET,    /* the target's cgroup.procs can be opened for writing: EACCES, EROFS, ENODEV */
        MOVE_RULE_PROCESS,   /* no kernel thread that has to stay: EINVAL */
        MOVE_RULE_OWNER,     /* v1: the process is the mover's: EACCES */
        MOVE_RULE_ANCESTOR,  /* v2: cgroup.procs of the nearest common ancestor is writable: EACCES */
        MOVE_RULE_NAMESPACE, /* v2: both groups are inside of the mover's cgroup namespace: ENOENT */
        MOVE_RULE_DOMAIN,    /* v2: the target is no "domain invalid": EOPNOTSUPP */
        MOVE_RULE_INNER,     /* v2: nor does it hand controllers on: EBUSY */
        MOVE_RULE_CPUSET,    /* it has processors: ENOSPC; a change of them needs rights over the process: EPERM */
        MOVE_RULE_REALTIME,  /* real-time scheduling has a share there: EINVAL */
        /* What no answer depends on. */
        MOVE_NOTE_ENDED,
        MOVE_NOTE_STAYS,
        MOVE_NOTE_THREADS,
        MOVE_NOTE_PIDS,
        MOVE_NOTE_FREEZER,
        MOVE_NOTE_DEADLINE,
        MOVE_NOTE_V1,
        MOVE_NOTE_V2,
        MOVE_NOTE_UNIT,
        MOVE_NOTE_MANAGER,
        _MOVE_RULE_MAX,
} MoveRule;

typedef enum MoveResult {
        MOVE_MET,
        MOVE_VIOLATED,
        MOVE_UNKNOWN,
        MOVE_NOTE,
} MoveResult;

typedef struct MoveFinding {
        MoveRule rule;
        MoveResult result;
        int error;   /* of one that is violated, or that is unknown and would be: a negative errno */
        char *found; /* a clause */
} MoveFinding;

typedef enum MoveAnswer {
        MOVE_YES,
        MOVE_NO,
        MOVE_PERHAPS, /* something could not be found out */
} MoveAnswer;

typedef struct MoveFindings {
        MoveAnswer answer;
        int error;                 /* MOVE_NO: what the kernel answers; 0 where a rule that is unknown comes before */
        const MoveFinding *reason; /* the first that is violated; without one, the first that is unknown */
        MoveFinding *findings;     /* in the kernel's order, notes behind them */
        size_t n;
        char *target; /* as namespace/path.h says; NULL: what is mounted begins above the namespace, so it is not known
                       */
        char *ancestor; /* the nearest common ancestor, as namespace/path.h says; NULL: it cannot be known from here */
} MoveFindings;

/* One word each, for people and for JSON. */
const char *move_rule_name(MoveRule rule);
const char *move_result_name(MoveResult result);

/* Adds a finding, or leaves all as it is; the answer is that of all that are there. */
int move_findings_add(MoveFindings *findings, MoveRule rule, MoveResult result, int error, const char *format, ...)
        _printf_(5, 6);

/* Adds a note, on which the answer does not depend. */
#define move_findings_note(findings, rule, ...) move_findings_add(findings, rule, MOVE_NOTE, 0, __VA_ARGS__)
void move_findings_done(MoveFindings *findings);
