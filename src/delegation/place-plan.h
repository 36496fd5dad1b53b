/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is to be done (place-plan.c, place-execute.c), and what hides what (place-rules.c). Part of place.h. */

#include "delegation/place-internal.h"

/* A file of ours for one user that is to carry something else than it does. */
typedef struct PlanUser {
        uint64_t uid;
        ControllerMask own;
} PlanUser;

typedef struct Plan {
        DropInPlace place;
        DropIn file;            /* as it is */
        ControllerMask own;     /* as it shall be; none: there shall be no file */
        ControllerMask carried;
        bool change;            /* the file is to be written or removed */
        bool littered;          /* somebody who was killed left something */
        PlanUser *users;        /* who carry what is handed on to everybody; owned */
        size_t n_users;
} Plan;

/* They read, and refuse. *ret is released by plan_done(). */
int plan_enable(int root, const DropInPlace *place, ControllerMask controllers, Plan *ret, char **ret_message);
int plan_disable(int root, const DropInPlace *place, ControllerMask controllers, Plan *ret, char **ret_message);
void plan_done(Plan *plan);

/* What is refused whatever is asked for: that a file made now would hide something. @plan->own is what it shall hand on
 * itself. Sets what it carries. */
int rules_check(int root, Plan *plan, char **ret_message);

/* For /run. 1: a file in /etc comes first for all whom @place is for, and hands on all of @controllers; 0: there is
 * none; -ENOTUNIQ: there is one, and it does not. */
int rules_check_runtime(int root, const DropInPlace *place, ControllerMask controllers, char **ret_message);

/* Does it, whole or not at all as far as that can be known beforehand (place-execute.c). *changed becomes true where a
 * file was, also where something fails after that. */
int plan_execute(int root, const Plan *plan, bool *changed, char **ret_message);
