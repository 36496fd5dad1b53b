/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A target as the verbs use it: found, opened, its boundary known, by asking a manager where no mark says so. What is
 * wrong is said, in one line. */

#include "cgroup/groups.h"
#include "cgroup/target.h"
#include "cgroup/unit-path.h"
#include "cgscope/cli/client.h"
#include "cgscope/cli/common-options.h"

typedef struct Aim {
        const CommonOptions *options; /* borrowed */
        char *text; /* as typed, a unit by its full name, but fit to stand in a message and in the command that it
                       proposes */
        TargetName name;
        Boundary target;
        const Groups *groups; /* by which way the target is worked on */
        Client client;        /* not connected until it is needed */
        ManagerKind manager;  /* whose unit it is */
        bool gone;            /* with AIM_MAY_BE_GONE: it is not there, which has been said */
        bool hidden; /* with it and AIM_UNIT_OR_GROUP: a unit that its manager has, without a group to be seen */
        bool hidden_holds_caller;
} Aim;

#define AIM_INIT \
        { .target = BOUNDARY_INIT, .groups = &groups_by_files }

typedef enum AimFlags {
        AIM_MAY_BE_ABSENT = 1 << 0,  /* the group is to be made */
        AIM_ANY = 1 << 1,            /* for reading: it need not be delegated to anyone */
        AIM_BELOW_BOUNDARY = 1 << 2, /* must be a group strictly below a boundary */
        AIM_UNIT_OR_GROUP = 1 << 3,  /* a whole unit, delegated or not, or a group below a boundary */
        AIM_WRITABLE = 1 << 4,       /* says when cgroupfs is mounted read-only */
        AIM_MAY_BE_GONE = 1 << 5,    /* that it is not there is what is wanted: an error, but said as information */
} AimFlags;

/* Finds what @text means. By default it must be a boundary or a group below one. -EROFS, -ENOENT, -EPERM, …: said. */
int aim_open(Aim *aim, const CommonOptions *options, const char *text, AimFlags flags);
void aim_done(Aim *aim);

/* Of a unit that is not there, named without a suffix: says what was meant instead, a service, a group of the caller's
 * own or a process. 0: nothing that we know. */
int unit_report_meant(const CommonOptions *options, int root, const TargetName *name);

/* Says that there is no unit of that name, and where it may be looked for. */
int unit_report_unknown(const CommonOptions *options, int root, const TargetName *name);

/* Whether the target is a unit as a whole, to be dealt with by its manager. *ret_unit is freed by the caller. */
bool aim_is_unit(const Aim *aim, char **ret_unit);

/* Connects to the manager that the target's unit belongs to, where it is not yet. Root cannot ask another user's
 * manager: said, with the remedy. */
int aim_ask(Aim *aim);

/* The same, and client_call(). */
#define aim_call(aim, function, ...)                                                        \
        ({                                                                                  \
                int _asked = aim_ask(aim);                                                  \
                                                                                            \
                _asked < 0 ? _asked : client_call(&(aim)->client, function, ##__VA_ARGS__); \
        })

/* --- a unit that its manager has, and whose group cannot be looked into; what is wrong is said --- */

/* Whether no manager's part of the hierarchy has the unit: it may belong to another than the one that was asked. */
bool aim_is_nowhere(Aim *aim);

/* The group of a unit that its manager has may be out of sight: outside of this cgroup namespace, gone with its last
 * process, or not made yet. @error: with which it was not found. */
int aim_find_hidden(Aim *aim, AimFlags flags, int error);

/* What its manager is to do with a unit does not need its group, which its owner may have locked himself out of. */
bool aim_is_locked(Aim *aim, AimFlags flags);

/* Of a unit that was hidden, and was stopped: whether nothing is left of it. */
int aim_check_hidden(Aim *aim);

/* Notes and says, as information, that it is not there: the name may be mistyped. Returns @error. */
int aim_report_gone(Aim *aim, int error);

/* Whether the target, which was there, has been removed meanwhile. */
bool aim_is_gone(const Aim *aim);

/* Says why @error came of what was @tried ("cannot freeze"), naming the target. Returns @error. */
int aim_report(const Aim *aim, int error, const char *tried);

/* Whether the calling process is in the target or below it. A negative errno: that cannot be told. */
int aim_holds_caller(const Aim *aim);

/* Refuses what would happen to the calling process itself, being in the target: @what is "would be frozen". -EDEADLK:
 * said, with --self, which does it all the same. */
int aim_spare_caller(const Aim *aim, const char *what);

/* Looks for a frozen group above the target or, with @itself, that is the target. -EBUSY: said, with what helps. */
int aim_check_frozen(const Aim *aim, bool itself);

/* Opens the hierarchy that everything is looked for in: cgroup_open_root(), and in words why there is none to work on.
 * @read_only: what cannot be done where it is mounted read-only, and what helps; NULL where that does not matter.
 * Returns the descriptor, or a negative errno when it has said what is wrong. */
int root_open(const char *read_only);

/* The groups below @aim's that can hold processes, as a target is typed, divided by ", ", the first few of them: for
 * messages about one that hands controllers on and cannot. "" where there is none. *ret is freed by the caller. */
int places_list(const Aim *aim, char **ret);
