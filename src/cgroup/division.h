/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Dividing a subtree: making groups below a boundary, handing controllers on to them, and taking them away again. */

#include "basic/macros.h"
#include "cgroup/boundary.h"
#include "unit/controller.h"

/* What was done, to be undone when a later step fails. */
typedef struct Division {
        int top;              /* the boundary, borrowed from the target */
        char *path;           /* of the deepest group that was made, below the boundary */
        unsigned n_made;      /* how many of its last parts were made */
        bool temporary;       /* of the caller: they are to go again (cgroup/temporary.h) */
        int claim;            /* then, and where the deepest is such a one: on it; else -EBADF */
        int group;            /* the deepest; borrowed from the target */
        const char *evacuate; /* of the caller, borrowed: the leaf that processes in the way are moved into; or NULL */
        int evacuated;        /* the group they were in; -EBADF: none */
        bool leaf_made;
        ControllerMask *enabled; /* per level from the boundary on: what was switched on for the level below */
        unsigned n_levels;
} Division;

#define DIVISION_INIT \
        { .claim = -EBADF, .evacuated = -EBADF }

typedef enum DivisionStep {
        DIVISION_MAKE,
        DIVISION_ENABLE,
        DIVISION_EVACUATE,
} DivisionStep;

/* What a failure is about, for the message. */
typedef struct DivisionTrouble {
        DivisionStep step;
        char *path;            /* the group below the boundary ("" for itself) that the kernel refused */
        Controller controller; /* that could not be handed on, or _CONTROLLER_INVALID */
} DivisionTrouble;

#define DIVISION_TROUBLE_INIT \
        { .controller = _CONTROLLER_INVALID }

/* Makes the group that @target names, which is absent, and opens it in @target. @parents: those above it, too, and it
 * may exist. What is there and was temporary is to stay from now on, unless this one is temporary itself: then there is
 * a claim on it. -ENOENT: the parent is not there; -EEXIST; -EAGAIN: cgroup.max.depth or cgroup.max.descendants of a
 * group above is reached; -EACCES, -EPERM: not ours; -EINPROGRESS: it is temporary and being removed, try again.
 *
 * Then hands @controllers on from the boundary down to it, in each cgroup.subtree_control that lacks them, and in no
 * other, and memory where that can be had: systemd-oomd passes over a group without it, and over all that are beside
 * it. -EOPNOTSUPP: a controller is not in the boundary; -EBUSY: a process sits in a group that would hand it on, and
 * where it is to be moved out of the way: what group_evacuate() has.
 *
 * @trouble (to be freed with division_trouble_done()) says where, and at which step. What was done until then stays for
 * division_undo(). */
int division_create(Division *division, Boundary *target, ControllerMask controllers, bool parents,
                    DivisionTrouble *trouble);

/* Takes back what that did, as far as nobody uses it meanwhile. */
void division_undo(Division *division);
void division_done(Division *division);
void division_trouble_done(DivisionTrouble *trouble);
