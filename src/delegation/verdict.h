/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is true of a controller and a user manager: how far it has come on the way from the drop-in to the manager, and
 * what is left to do. Judges by what it is given; asks and reads nothing. Drop-ins of other users in @state are passed
 * over. */

#include "basic/trouble.h"
#include "delegation/delegation.h"

typedef enum Verdict {
        VERDICT_ABSENT,       /* nobody asked for it, and it is not there */
        VERDICT_IN_EFFECT,    /* it reached the manager, which hands it on (enabled), or was re-executed just now */
        VERDICT_NOT_LOADED,   /* a drop-in asks for it, and PID 1 has not read that yet */
        VERDICT_NOT_THERE,    /* PID 1 has read it, and the manager's group does not have it yet */
        VERDICT_NOT_TAKEN_UP, /* the group has it, and the manager has not looked since: it was left alone */
        VERDICT_REACHED,      /* the group has it; whether the manager has looked since, only a new scope would show */
        VERDICT_LEFT_OVER,    /* nobody asks for it any more, and it is still there */
        _VERDICT_MAX,
} Verdict;

/* Of one controller. */
Verdict verdict_of(const DelegationState *state, const DelegationManager *manager, Controller controller);

/* The one of the two that asks for more; "in effect" asks for more than "absent" does. */
Verdict verdict_worse(Verdict a, Verdict b);

/* The first drop-in for @uid, his own or one for everybody, that names one of @controllers (none: whatever it names);
 * borrowed from @state. NULL: there is none. */
const DelegationDropIn *verdict_drop_in(const DelegationState *state, uint64_t uid, ControllerMask controllers);

/* Why a controller is not in effect; @file is the drop-in that asks for it. */
int verdict_explain(Verdict verdict, const DelegationDropIn *file, Trouble *ret);

/* The same where @reset, a file that systemd reads later, takes it back; and where @file is somebody else's in the
 * place of ours, so that enable would refuse. Both say what helps. */
int verdict_explain_reset(const DelegationDropIn *file, const char *reset, Trouble *ret);
int verdict_explain_blocked(const DelegationDropIn *file, Trouble *ret);

/* What is in the place of the file that enable would write for @uid, and not ours; borrowed. NULL: nothing. */
const DelegationDropIn *verdict_blocking(const DelegationState *state, uint64_t uid);

/* In words for a cell ("in effect", "not loaded"), and for JSON ("in-effect"). */
const char *verdict_to_string(Verdict verdict);
const char *verdict_to_field(Verdict verdict);
