/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which controllers systemd is to hand to users' managers, as asked for, and what came of it: what the command and
 * cgscoped say to each other. Numbers and sets alone cross that line, no text. */

#include <sys/types.h>

#include "basic/macros.h"
#include "unit/controller.h"

/* For every user, instead of a UID. */
#define DELEGATION_EVERYBODY UINT64_MAX

typedef enum DelegationOperation {
        DELEGATION_GET,
        DELEGATION_ENABLE,
        DELEGATION_DISABLE,
} DelegationOperation;

typedef enum DelegationFlags {
        DELEGATION_RUNTIME = 1 << 0,  /* in /run, until the next boot; disabling: there alone, else there as well */
        DELEGATION_NO_APPLY = 1 << 1, /* leave running user managers as they are */
        DELEGATION_FLAGS_ALL = (1 << 2) - 1,
} DelegationFlags;

typedef struct DelegationRequest {
        DelegationOperation operation;
        uint64_t uid; /* or DELEGATION_EVERYBODY */
        ControllerMask controllers;
        DelegationFlags flags;
        uint64_t timeout; /* microseconds for the running user managers to look again; 0: the usual time */
        bool spare;       /* cgscoped's own: the system manager is not to read its files again but after a change */
} DelegationRequest;

/* The usual time, and the longest. */
#define DELEGATION_TIMEOUT_USEC (30 * USEC_PER_SEC)
#define DELEGATION_TIMEOUT_MAX_USEC (600 * USEC_PER_SEC)

/* Whose a drop-in is. */
typedef enum DropInKind {
        DROP_IN_ABSENT,
        DROP_IN_OURS,
        DROP_IN_EDITED,  /* begins with our line, and was changed by hand since */
        DROP_IN_FOREIGN, /* the administrator's */
} DropInKind;

/* A drop-in that is there. Its path follows from @uid and @runtime (drop_in_path()). */
typedef struct DelegationDropIn {
        uint64_t uid; /* or DELEGATION_EVERYBODY */
        bool runtime;
        DropInKind kind;
        ControllerMask controllers; /* what it hands on, as far as it can be read */
} DelegationDropIn;

/* What was done to a running user manager so that it looks for its controllers again. */
typedef enum DelegationOutcome {
        OUTCOME_NONE,      /* nothing had to be done, or nothing was asked for */
        OUTCOME_APPLIED,   /* it was re-executed and is back */
        OUTCOME_LEFT,      /* left alone, as asked (DELEGATION_NO_APPLY) */
        OUTCOME_BUSY,      /* it never came to rest, and was left alone */
        OUTCOME_NO_ANSWER, /* it did not answer, or did not come back in time */
        OUTCOME_FAILED,    /* systemd could not start what does it */
        _OUTCOME_MAX,
} DelegationOutcome;

/* A running user manager, as it is now. */
typedef struct DelegationManager {
        uid_t uid;
        ControllerMask loaded;  /* DelegateControllers= of user@UID.service, as PID 1 has it */
        ControllerMask slice;   /* cgroup.controllers of user-UID.slice */
        ControllerMask live;    /* cgroup.controllers of user@UID.service: what reached the manager */
        ControllerMask enabled; /* its cgroup.subtree_control: what the manager itself has handed on so far */
        DelegationOutcome outcome;
} DelegationManager;

typedef enum DelegationEffect {
        DELEGATION_CHANGED = 1 << 0,  /* a file was written or removed */
        DELEGATION_RELOADED = 1 << 1, /* the system manager has read its files again */
} DelegationEffect;

typedef struct DelegationState {
        DelegationDropIn *drop_ins; /* those that concern the user asked for; owned */
        size_t n_drop_ins;
        DelegationManager *managers; /* the running ones of those users, by UID; owned */
        size_t n_managers;
        DelegationEffect effect; /* cgscoped's own: what was done on the way there */
} DelegationState;

/* Add a copy at the end. */
int delegation_state_add_drop_in(DelegationState *state, const DelegationDropIn *drop_in);
int delegation_state_add_manager(DelegationState *state, const DelegationManager *manager);
void delegation_state_done(DelegationState *state);

/* Whether @uid is one that a user can have, or DELEGATION_EVERYBODY. (uid_t) -1 and its 16-bit form are nobody's
 * (systemd.io/UIDS-GIDS). */
bool delegation_uid_is_valid(uint64_t uid);

/* "cgscope", "edited", "administrator"; DROP_IN_ABSENT is none, and what there is for no such word. */
const char *drop_in_kind_to_string(DropInKind kind);
DropInKind drop_in_kind_from_string(const char *text);

/* "applied", "busy", …; the other way round _OUTCOME_MAX where there is no such word. */
const char *delegation_outcome_to_string(DelegationOutcome outcome);
DelegationOutcome delegation_outcome_from_string(const char *text);
