/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The asking half as the command sees it. libsystemd costs more to load than all that a short verb does, so this half
 * is a module of its own, linked to libsystemd and loaded by the verbs that ask. It exports one symbol,
 * `cgscope_asking`. This header includes nothing of D-Bus.
 *
 * Functions return 0 or a negative errno; with an error, *ret_message may get a text of one line, without full stop, to
 * be freed by the caller: the cause as the manager put it, and the remedy where there is one. */

#include <sys/types.h>

#include "basic/macros.h"
#include "unit/controller.h"
#include "unit/property.h"

typedef struct Manager Manager;

typedef enum ManagerKind {
        MANAGER_SYSTEM, /* PID 1 */
        MANAGER_USER,   /* systemd --user of the effective user */
} ManagerKind;

typedef struct ManagerOptions {
        ManagerKind kind;
        uint64_t deadline;  /* CLOCK_MONOTONIC, microseconds: for all that is asked through it */
        bool ask_password;  /* polkit may ask on the terminal */
} ManagerOptions;

/* What a scope is to be. Everything is borrowed. */
typedef struct ScopeRequest {
        const char *unit;        /* valid scope name */
        bool unique;             /* it has random bits of ours: no other unit can be called so */
        const char *description; /* NULL: the manager's default */
        const char *slice;       /* NULL: the manager's default */
        const char *user;        /* User=, Group=: who gets the delegated files; NULL: nobody else */
        const char *group;
        bool collect;            /* CollectMode=inactive-or-failed */
        bool all_controllers;    /* Delegate=yes; else DelegateControllers= with just these, perhaps none: */
        ControllerMask controllers;
        const PropertyList *properties;

        const pid_t *pids; /* the processes, and a pidfd for each */
        const int *pidfds;
        size_t n_pids;

        /* Where the process behind this pidfd ends before the scope stands, or the request fails, the scope is stopped:
         * its caller has been killed. -EBADF: nobody is watched, and nothing stopped. */
        int caller;
        bool reset_failed; /* a failed unit of this name may be cleared out of the way */
        bool inquire;      /* fill result.control_group also where a mark would tell */
} ScopeRequest;

typedef struct ScopeResult {
        /* As the manager says it. Empty where it was not asked: PID 1 says it by a mark on the directory instead. */
        char control_group[4096]; /* PATH_MAX */
        char invocation_id[33];
} ScopeResult;

typedef struct Asking {
        int (*manager_open)(const ManagerOptions *options, Manager **ret, char **ret_message);
        void (*manager_free)(Manager *manager);

        /* Asks for the scope and waits until its job is done. -ECANCELED: request.caller has ended. -ETIMEDOUT: the
         * deadline passed, and the request was withdrawn. -EEXIST: the name is taken. */
        int (*scope_start)(Manager *manager, const ScopeRequest *request, ScopeResult *ret, char **ret_message);

        /* Stops @unit: for a scope that turns out to be of no use. */
        int (*unit_stop)(Manager *manager, const char *unit, char **ret_message);

        /* The control group of the manager itself, below which all its units are. *ret is freed by the caller. */
        int (*manager_control_group)(Manager *manager, char **ret, char **ret_message);

        /* 1 where the unit that owns @control_group has Delegate=, 0 where not or there is no such unit. *ret_unit (may
         * be NULL) gets its name, to be freed by the caller. */
        int (*control_group_is_delegated)(Manager *manager, const char *control_group, char **ret_unit,
                                          char **ret_message);
} Asking;

#define ASKING_SYMBOL "cgscope_asking"
#define ASKING_MODULE "cgscope-systemd.so"
