/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command started beside this process, inside a group from its first moment on. */

#include "cgscope/cli/aim.h"
#include "cgscope/command/meter.h"
#include "cgscope/command/supervise.h"

typedef struct Spawn {
        int group;        /* where it begins */
        const char *path; /* of the command */
        char **argv;
        Supervisor *supervisor;
        const sigset_t *mask;           /* the signals that the command holds back; NULL: those that we do */
        Aim *aim;                       /* of the group, for when the kernel does not let us; NULL: it is our own */
        int (*prepare)(void *userdata); /* in the child, there: a negative errno where it has said what is wrong */
        int (*started)(void *userdata); /* here, when it is there; likewise, and it is killed. NULL: nothing */
        void *userdata;
} Spawn;

/* Starts it, and returns when it has ended. 0: it has, and its status and time are in @report. Above 0: it never began,
 * which has been said, and this is the exit status for that. -EBUSY: the group hands controllers on; -EACCES: not ours
 * to start a process in; -EAGAIN: no more processes are allowed here, and without @aim, there. */
int spawn_and_wait(const Spawn *spawn, Meter *meter, Report *report);

/* Moves the calling process into the group that @aim is: by itself, or where the kernel does not let it, by the
 * manager. Says what is wrong. */
int spawn_enter(Aim *aim);

/* Says why no process can be started in the group that @aim is. Returns @error. */
int spawn_report(const Aim *aim, int error);
