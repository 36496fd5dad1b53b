/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How far controllers come on the way from the root of the hierarchy down to a group: where one stops, why, and what
 * helps. What `run`, `adopt`, `create`, `set`, `controllers` and `doctor` say of that comes from here. */

#include <sys/types.h>

#include "basic/trouble.h"
#include "delegation/verdict.h"

typedef struct ReachLevel {
        char *path;                 /* "/", "/user.slice", … */
        ControllerMask controllers; /* `cgroup.controllers` */
        ControllerMask enabled;     /* `cgroup.subtree_control` */
        uid_t owner;
        bool delegated; /* marked as such (boundary.h) */
} ReachLevel;

#define REACH_NOWHERE SIZE_MAX

typedef struct Reach {
        ReachLevel *levels;
        size_t n_levels; /* 0: the hierarchy could not be looked at */
        size_t manager;  /* which of them is user@UID.service; REACH_NOWHERE: none */
        uid_t uid;       /* the UID in that */
} Reach;

/* Reads the levels from the root down to @path. Where there are no more such groups it ends: -ENOENT, -ENODEV. What was
 * read is in *ret also after an error. */
int reach_read(int root, const char *path, Reach *ret);
void reach_done(Reach *reach);

/* The last level that has @controller: the kernel lets no group have what the one above lacks. REACH_NOWHERE: not even
 * the root has it. */
size_t reach_stop(const Reach *reach, Controller controller);

/* Whether it comes down to the last level. */
bool reach_arrives(const Reach *reach, Controller controller);

/* What is known beside the levels; all may be left out. */
typedef struct ReachKnown {
        ControllerMask together;         /* those that the remedy is to be for at once */
        bool asked;                      /* the managers, about DisableControllers=: */
        ControllerMask disabled;         /* what the slice that it stops at keeps from all that is below */
        Verdict verdict;                 /* of the way to the user's manager; VERDICT_ABSENT: nothing is known */
        const DelegationDropIn *file;    /* with VERDICT_NOT_LOADED: the one that asks for it */
        const char *reset;               /* likewise: a later one that takes it back */
        const DelegationDropIn *blocked; /* what is in the way of enable (verdict.h) */
        bool others;                     /* the manager is another user's than the one who is told */
        bool unmade;                     /* the user's manager is yet to be started */
        const char *unit;                /* the delegated unit that it does not reach, which was there before */
} ReachKnown;

/* Why @controller stops at the level @stop, and what helps, where anything does. Returns 0 or -ENOMEM. */
int reach_explain(const Reach *reach, size_t stop, Controller controller, const ReachKnown *known, Trouble *ret);

/* The same with the place in front of it, "stops at …: ", for an error, which is returned: -EOPNOTSUPP, or -ENOMEM. */
int reach_tell(const Reach *reach, Controller controller, ReachKnown *known, Trouble *ret);

/* Whether it is PID 1 that does not hand it to the user's manager, and the command that helps: for all of @controllers.
 */
bool reach_needs_enable(const Reach *reach, size_t stop, Controller controller, const ReachKnown *known);
int reach_help_enable(const Reach *reach, ControllerMask controllers, bool others, Trouble *ret);

/* The name of the slice at @level: the root's of the system manager, and of a user manager, is "-.slice". NULL: it is
 * none. Borrowed. */
const char *reach_slice(const Reach *reach, size_t level);

static inline bool reach_is_users(const Reach *reach, size_t level) {
        return reach->manager != REACH_NOWHERE && level >= reach->manager;
}
