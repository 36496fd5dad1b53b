/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the two ways of running a command inside a group share: in our place, or supervised. */

#include "cgscope/confine.h"
#include "cgscope/divide.h"
#include "cgscope/report.h"

typedef struct Exec {
        CommonOptions options;
        AttributeList attributes;
        bool create, parents, remove;
        bool wait, keep;
        bool report;
        const char *report_file;
        NamespaceOptions cgroup_namespace;
        const char *working_directory;
        int nice;
        bool nice_given;
        char **environment; /* borrowed assignments */
        size_t n_environment;

        char **argv;
        char *path; /* of the command */
        int file;   /* of the report; -EBADF: none */
        Aim aim;
        Divide divide;
        bool made; /* the group is new */
        char *home; /* the group where we came from; NULL: not needed */
        pid_t self; /* who is to go back there */
} Exec;

/* With the target found, and the group made where that was asked for: runs the command in it. Returns the exit status
 * where that failed, when what was made is undone. */
int exec_in_place(Exec *exec);

/* Likewise; stays beside it until it has ended, and ends as it did. */
int exec_supervised(Exec *exec);
