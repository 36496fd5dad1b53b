/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The asking half as the command sees it. libsystemd costs more to load than all that a short verb does, so this half
 * is a module of its own, linked to libsystemd and loaded by the verbs that ask. It exports one symbol,
 * `cgscope_asking`. This header includes nothing of D-Bus.
 *
 * Functions return 0 or a negative errno; with an error, *trouble may get the cause as the manager put it, and the
 * remedy where there is one. NULL: nobody wants to know. */

#include <sys/types.h>

#include "basic/trouble.h"
#include "delegation/delegation.h"
#include "unit/controller.h"
#include "unit/property.h"

typedef struct Manager Manager;
typedef struct sd_bus_message UnitUndo; /* the call that sets what was */

typedef enum ManagerKind {
        MANAGER_SYSTEM, /* PID 1 */
        MANAGER_USER,   /* systemd --user of the effective user */
} ManagerKind;

typedef struct ManagerOptions {
        ManagerKind kind;
        uint64_t deadline; /* CLOCK_MONOTONIC, microseconds: for all that is asked through it */
        uint64_t timeout;  /* the time that it was reckoned with, for messages; 0: what is left of it */
        bool ask_password; /* polkit may ask on the terminal */
        bool fixed;        /* the deadline is ours: there is no --timeout that sets it */
        uint64_t absence;  /* microseconds that a manager may be off the bus; 0: as long as a re-execution takes */
} ManagerOptions;

/* What a scope is to be. Everything is borrowed. */
typedef struct ScopeRequest {
        const char *unit;        /* valid scope name */
        const char *description; /* NULL: the manager's default */
        const char *slice;       /* NULL: the manager's default */
        const char *user;        /* User=, Group=: who gets the delegated files; NULL: nobody else */
        const char *group;
        bool collect;         /* CollectMode=inactive-or-failed */
        bool all_controllers; /* Delegate=yes; else DelegateControllers= with just these, perhaps none: */
        ControllerMask controllers;
        const PropertyList *properties;

        const pid_t *pids; /* the processes, 0 for the caller itself, and a pidfd for each */
        const int *pidfds;
        size_t n_pids;

        bool reset_failed; /* a failed unit of this name may be cleared out of the way */
        bool inquire;      /* ask for what ScopeResult has: one round trip more */
} ScopeRequest;

typedef struct ScopeResult {
        /* As the manager says it; empty where it was not asked. */
        char control_group[4096]; /* PATH_MAX */
        char invocation_id[33];

        /* With an error: the manager may still act on the request. */
        bool pending;

        /* With an error: the manager took the request, and its job ended with "failed". */
        bool failed;
} ScopeResult;

/* A unit as its manager sees it, for those who cannot see its control group. */
typedef struct UnitLook {
        bool has_group;
        bool holds_caller; /* it, or a unit below it */
} UnitLook;

typedef struct Asking {
        int (*manager_open)(const ManagerOptions *options, Manager **ret, Trouble *trouble);
        void (*manager_free)(Manager *manager);

        /* Waits until the bus has let us in. *ret_name is our name on it, borrowed. */
        int (*manager_greet)(Manager *manager, const char **ret_name, Trouble *trouble);

        /* Asks for the scope and waits until its job is done. -ETIMEDOUT: the deadline passed. -EEXIST: the name is
         * taken. -EXDEV: a manager that takes no pidfds is in another PID namespace. With an error, *ret is set, too.
         */
        int (*scope_start)(Manager *manager, const ScopeRequest *request, ScopeResult *ret, Trouble *trouble);

        /* For a request that has failed: whether that may be because PID 1 re-executed or reloaded itself since @since
         * (CLOCK_MONOTONIC), whom other managers ask for help, and nothing is left of @unit. 1: so it is. */
        int (*scope_was_disturbed)(Manager *manager, const char *unit, uint64_t since, Trouble *trouble);

        /* For what came of a request of somebody who is gone, @sender on the bus: waits until the manager has heard all
         * that was sent by that name and has no job for @unit. 1: the unit is there, in *ret_control_group, to be freed
         * by the caller ("" where it has none); 0: there is no such unit. */
        int (*unit_settle)(Manager *manager, const char *sender, const char *unit, char **ret_control_group,
                           Trouble *trouble);

        /* Stops @unit: for a scope that turns out to be of no use. */
        int (*unit_stop)(Manager *manager, const char *unit, Trouble *trouble);

        /* The same, and waits until its job is done: for a unit that somebody wants stopped. A frozen one is thawed
         * first, which newer managers insist on. -ENOENT: no such unit. */
        int (*unit_stop_wait)(Manager *manager, const char *unit, Trouble *trouble);

        /* Sets @properties of @unit for as long as it lives, not on disk. */
        int (*unit_set_properties)(Manager *manager, const char *unit, const PropertyList *properties,
                                   Trouble *trouble);

        /* Asks beforehand what @unit has where @properties are to be set: what unit_undo_apply() sets again, for which
         * it takes two seconds of its own where the deadline has passed. -ETIMEDOUT: the call is on its way all the
         * same, behind those that were sent before. */
        int (*unit_undo_prepare)(Manager *manager, const char *unit, const PropertyList *properties, UnitUndo **ret,
                                 Trouble *trouble);
        int (*unit_undo_apply)(Manager *manager, UnitUndo *undo, Trouble *trouble);
        void (*unit_undo_free)(UnitUndo *undo);

        /* Freezes all of @unit, or thaws it; returns when it is so. */
        int (*unit_freeze)(Manager *manager, const char *unit, bool freeze, Trouble *trouble);

        /* Sends @signal to all processes of @unit. */
        int (*unit_kill)(Manager *manager, const char *unit, int signal, Trouble *trouble);

        /* Moves processes, by number, into the group @subgroup ("/a/b", "/" for its own) of the delegated @unit. 0 is
         * the caller, who has to be the one that connected. For what the kernel does not let us do ourselves: a manager
         * may move what is its user's. -EXDEV: it is in another PID namespace, where a number is another process's. */
        int (*unit_attach)(Manager *manager, const char *unit, const char *subgroup, const pid_t *pids, size_t n_pids,
                           Trouble *trouble);

        /* *ret_state gets ActiveState= ("active", "failed"), to be freed by the caller. 1: the unit is loaded; 0: there
         * is no such unit. */
        int (*unit_state)(Manager *manager, const char *unit, char **ret_state, Trouble *trouble);

        /* 1: @unit, a scope, a service or a slice, is active, or a job for it waits, or it has a group; 0: nothing of
         * it is there. */
        int (*unit_look)(Manager *manager, const char *unit, UnitLook *ret, Trouble *trouble);

        /* The control group of the manager itself, below which all its units are. *ret is freed by the caller. */
        int (*manager_control_group)(Manager *manager, char **ret, Trouble *trouble);

        /* Which version of systemd it is, as it says itself: "252.39-1~deb12u1". *ret is freed by the caller. */
        int (*manager_version)(Manager *manager, char **ret, Trouble *trouble);

        /* How long it waits between the two signals when it stops a unit that does not say: DefaultTimeoutStopSec=. */
        int (*manager_stop_timeout)(Manager *manager, uint64_t *ret, Trouble *trouble);

        /* 1 where the unit that owns @control_group has Delegate=, 0 where not or there is no such unit. *ret_unit (may
         * be NULL) gets its name, to be freed by the caller. */
        int (*control_group_is_delegated)(Manager *manager, const char *control_group, char **ret_unit,
                                          Trouble *trouble);

        /* What @slice keeps from all that is below it: its DisableControllers=. */
        int (*slice_disabled_controllers)(Manager *manager, const char *slice, ControllerMask *ret, Trouble *trouble);

        /* Asks cgscoped, on the same bus as the system manager, which @manager has to be. *ret is released by
         * delegation_state_done(). -ESRCH: no such user; -EOPNOTSUPP: a controller that is not there; -EEXIST: the file
         * is the administrator's; -EACCES: not authorised; -ENOPKG: cgscoped is not installed. */
        int (*delegation_ask)(Manager *manager, const DelegationRequest *request, DelegationState *ret,
                              Trouble *trouble);

        /* What PID 1, @manager, is to hand to the manager of @uid: DelegateControllers= as it has loaded it. */
        int (*user_manager_loaded)(Manager *manager, uid_t uid, ControllerMask *ret, Trouble *trouble);

        /* Which file takes @controller back for it that another one asks for. 1: *ret is its path, to be freed by the
         * caller. */
        int (*user_manager_find_reset)(Manager *manager, uid_t uid, Controller controller, char **ret,
                                       Trouble *trouble);

        /* Restarts it, by PID 1: all that the user runs in it ends. */
        int (*user_manager_restart)(Manager *manager, uid_t uid, Trouble *trouble);
} Asking;

#define ASKING_SYMBOL "cgscope_asking"
#define ASKING_MODULE "cgscope-systemd.so"
