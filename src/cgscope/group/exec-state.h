/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command that is to run inside a group, in our place or supervised. */

#include "cgscope/command/confine.h"
#include "cgscope/command/report.h"
#include "cgscope/command/watch.h"
#include "cgscope/group/divide.h"
#include "cgscope/group/interrupt.h"

typedef struct Exec {
        CommonOptions options;
        AttributeList attributes;
        CommandOptions command;
        bool create, parents, remove;

        char **argv;
        char *path; /* of the command */
        Report report;
        Aim aim;
        Division division;
        bool made;       /* the group is new */
        sigset_t before; /* the signals that were held before ours: the command's */
        pid_t supervisor;
        Watch watch; /* with --remove: it ends all that is in a new group where we are killed */
        char *home;  /* the group where we came from; NULL: not needed */
        pid_t self;  /* who is to go back there */
} Exec;
