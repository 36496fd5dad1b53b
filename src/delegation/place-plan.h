/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is to be done (place-plan.c, place-execute.c). Part of place.h. */

#include "delegation/place-internal.h"

typedef struct Plan {
        DropInPlace place;
        DropIn file;            /* as it is */
        ControllerMask own;     /* as it shall be; none: there shall be no file */
        bool change;            /* the file is to be written or removed */
        bool littered;          /* somebody who was killed left something */
} Plan;

/* They read, and refuse. *ret is released by plan_done(). */
int plan_enable(int root, const DropInPlace *place, ControllerMask controllers, Plan *ret, Trouble *trouble);
int plan_disable(int root, const DropInPlace *place, ControllerMask controllers, Plan *ret, Trouble *trouble);
void plan_done(Plan *plan);

/* Does it, whole or not at all as far as that can be known beforehand (place-execute.c). *changed becomes true where a
 * file was, also where something fails after that. */
int plan_execute(int root, const Plan *plan, bool *changed, Trouble *trouble);
