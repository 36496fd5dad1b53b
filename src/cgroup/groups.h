/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs of groups do to a group, behind one table, so that it does not matter to a verb by which way it is
 * done. The first way is by the group's files, with the caller's own rights.
 *
 * A second way, such as a client of somebody who does it for us over a socket, is a second table with the same
 * contracts, and aim_open() (cgscope/cli/aim.h) chooses it where the hierarchy is not ours to write. It knows a group
 * by boundary_below(), its path below the boundary; it must not need that the descriptors of the target may be written
 * to. What a verb only looks at, and says of a group (who is in it, is it frozen), it sees by these.
 *
 * A target is open, or absent where it is to be made, and is below its boundary or the boundary itself. Times are
 * microseconds. Functions return 0 or a negative errno: -EACCES, -EPERM: not ours; -ENODEV, -ENOENT: it has gone
 * meanwhile; and what else is said here. What they give is freed by the caller where nothing else is said. */

#include "cgroup/attribute.h"
#include "cgroup/boundary.h"
#include "cgroup/division.h"
#include "cgroup/walk.h"

typedef struct Groups {
        /* Makes it, with a way for @controllers down to it: division_create(). undo() takes that back. */
        int (*create)(Division *division, Boundary *target, ControllerMask controllers, bool parents,
                      DivisionTrouble *trouble);
        void (*undo)(Division *division);

        /* Removes it, with @recursive after all that is in it was killed and the groups below it are removed, in at
         * most @timeout. -EBUSY: something is in it. */
        int (*remove)(const Boundary *target, bool recursive, uint64_t timeout);

        /* Hands it over (group_chown()), with @recursive from the bottom up, and past those that cannot be looked
         * into. *ret_failed is the group below it that this failed for; NULL: itself. */
        int (*chown)(const Boundary *target, uid_t uid, gid_t gid, bool recursive, char **ret_failed);

        /* The controllers that it has, those that it hands on, and those that the hierarchy has at its root. */
        int (*controllers)(const Boundary *target, ControllerMask *ret_available, ControllerMask *ret_enabled,
                           ControllerMask *ret_root);

        /* All of @list, or none of it: attribute_list_apply(). The value of @key: attribute_read(). And each key that
         * can be read: attribute_foreach(). */
        int (*set)(const Boundary *target, const AttributeList *list, const Attribute **ret_failed, Trouble *trouble);
        int (*get)(const Boundary *target, const char *key, bool raw, char **ret);
        int (*keys)(const Boundary *target, int (*found)(const char *key, const char *file, void *userdata),
                    void *userdata);

        /* Calls @found for each process in it, with @recursive also for those in the groups below it. @path is the
         * process's group, "" for the target itself; @pid is 0 for one outside of our PID namespace. A negative result
         * of @found ends it and is returned. Groups that cannot be looked into are noted in @skipped. -EOPNOTSUPP: the
         * group is threaded. */
        int (*procs)(const Boundary *target, bool recursive, int (*found)(pid_t pid, const char *path, void *userdata),
                     void *userdata, WalkSkipped *skipped);

        /* Freezes or thaws it, and waits for that: group_freeze(). */
        int (*freeze)(const Boundary *target, bool freeze, uint64_t timeout);

        /* Sends @signal to all in it and below it; SIGKILL gets also who is forked meanwhile. *ret_refused as
         * group_signal() has it. */
        int (*kill)(const Boundary *target, int signal, pid_t *ret_refused);

        /* Ends all in it and below it, by SIGTERM and, after @grace, by SIGKILL, which may take @timeout: -ETIMEDOUT.
         * The group stays. */
        int (*stop)(const Boundary *target, uint64_t grace, uint64_t timeout);

        /* How many processes are in it and below it; with @kill they are killed: group_end(). */
        ssize_t (*end)(const Boundary *target, bool kill);

        /* Before processes are brought into it: whether it can hold any (group_can_hold_processes()). With @keep it
         * stays from then on, where it was to go with a command. */
        int (*admit)(const Boundary *target, bool keep);

        /* Moves the process @pid into it; 0 is the calling process. */
        int (*attach)(const Boundary *target, pid_t pid);

        /* Gets out of one that is to be removed, as the kernel removes none that somebody is in: moves the calling
         * process from it, or from a group below it, into another one of the same boundary that takes processes and is
         * not frozen. @far: also into none that lies between the two, which may be removed as well. -EBUSY: there is
         * none. */
        int (*leave)(const Boundary *target, bool far);
} Groups;

extern const Groups groups_by_files;
