/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command started beside this process, inside a group from its first moment on, and those that outlive it there. */

#include <sys/types.h>

#include "basic/macros.h"
#include "cgscope/cli/aim.h"
#include "cgscope/command/supervise.h"

typedef struct Spawn {
        int group;                         /* where it begins */
        const char *path;                  /* of the command */
        char **argv;
        const Supervisor *supervisor;      /* whose signals the child does not take over */
        Aim *aim;                          /* of the group, for when the kernel does not let us; NULL: then it fails */
        int (*prepare)(void *userdata);    /* in the child, there: a negative errno where it has said what is wrong */
        int (*started)(void *userdata);    /* here, when it is there; likewise, and it is killed. NULL: nothing */
        void *userdata;
} Spawn;

/* Starts it, and returns when it has ended. 0: it has, *ret_status is that of waitpid(2). Above 0: it never began, and
 * this is the exit status for that; *ret_error is the negative errno of executing it, or 0 where that has been said.
 * -EBUSY: the group hands controllers on; -EACCES: not ours to start a process in; -EAGAIN: no more processes are
 * allowed here, and without @aim, there. */
int spawn_and_wait(const Spawn *spawn, int *ret_status, int *ret_error);

/* Moves the calling process into the group that @aim is: by itself, or where the kernel does not let it, by the
 * manager. Says what is wrong. */
int spawn_enter(Aim *aim);

/* Says why no process can be started in the group that @aim is. Returns @error. */
int spawn_report(const Aim *aim, int error);

/* Sends @signal to all in the groups right below @group and below those, but not to those in the one that is @aside. */
void outlivers_signal(int group, int aside, int signal);

/* Counts the processes in @group and below it and, with @end, kills them and waits a moment until they are gone.
 * @aside: the group right below it that the calling process is in, and stays; -EBADF: it is elsewhere. Returns how many
 * there were. */
ssize_t outlivers_end(int group, int aside, bool end);
