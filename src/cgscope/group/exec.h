/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the two ways of running a command inside a group share: in our place, or supervised. */

#include "cgscope/command/confine.h"
#include "cgscope/group/divide.h"
#include "cgscope/group/interrupt.h"
#include "cgscope/command/report.h"
#include "cgscope/command/watch.h"

typedef struct Exec {
        CommonOptions options;
        AttributeList attributes;
        CommandOptions command;
        bool create, parents, remove;

        char **argv;
        char *path; /* of the command */
        Report report;
        Aim aim;
        Divide divide;
        bool made; /* the group is new */
        sigset_t before; /* the signals that were held before ours: the command's */
        pid_t supervisor;
        Watch watch;     /* with --remove: it ends all that is in a new group where we are killed */
        char *home; /* the group where we came from; NULL: not needed */
        pid_t self; /* who is to go back there */
} Exec;

/* With the target found, and the group made where that was asked for: runs the command in it. Returns the exit status
 * where that failed, when what was made is undone. */
int exec_in_place(Exec *exec);

/* Before the group is made: starts the watch. */
int exec_watch(Exec *exec);

/* Takes back what was made for the command. Where a signal is why, it ends this process. */
void exec_undo(Exec *exec);

/* Likewise; stays beside it until it has ended, and ends as it did. */
int exec_supervised(Exec *exec);
