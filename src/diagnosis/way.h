/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The way of the controllers from the root of the hierarchy down to a user's scopes, and of each controller how far it
 * comes, why no further, and what helps. */

#include "delegation/reach.h"
#include "diagnosis/check.h"

/* Where the way ends. */
typedef enum WayEnd {
        WAY_PROBE,   /* in a new scope, made for this (probe.h) */
        WAY_UNIT,    /* in the delegated unit that the caller is in */
        WAY_MANAGER, /* at the user's manager: nobody else can ask it for a scope, or it did not make one */
        WAY_SYSTEM,  /* at system.slice, where root's scopes are */
        WAY_LOGIN,   /* the user has no manager: what PID 1 would hand to one */
        _WAY_END_MAX,
} WayEnd;

typedef enum Arrival {
        ARRIVAL_YES,
        ARRIVAL_NO,
        ARRIVAL_UNKNOWN,
} Arrival;

typedef struct WayController {
        Controller controller;
        Arrival arrival;
        const char *stop; /* the last group that has it, borrowed; NULL: none has it, or it does not stop */
        Trouble trouble;  /* why, and what helps; empty: there is nothing to say */
} WayController;

typedef struct Way {
        WayEnd end;
        Reach reach; /* without levels: the hierarchy could not be looked at */
        WayController controllers[_CONTROLLER_MAX];
        size_t n_controllers;
        Trouble unknown; /* why not all could be looked at; empty: all was */
} Way;

/* Fails for want of memory alone. */
int doctor_way_look(const Doctor *doctor, Way *ret);
void doctor_way_done(Way *way);

/* "probe", "unit", …: for JSON. */
const char *way_end_to_string(WayEnd end);

/* Whether somebody needs it: one of those that systemd hands on. */
static inline bool way_controller_counts(const WayController *controller) {
        return CONTROLLER_MASK_MANAGED & controller_bit(controller->controller);
}
