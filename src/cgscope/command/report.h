/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What became of a command, and what it and all that it started used. */

#include "cgroup/statistics-device.h"
#include "cgscope/command/command-options.h"

typedef struct Report {
        int file;         /* where it goes; -EBADF: nobody wants one */
        const char *path; /* of that; NULL: standard error or output. Borrowed */

        /* Who; borrowed */
        const char *unit; /* NULL: a group that is no unit of its own */
        const char *control_group;

        /* How it ended */
        int status;             /* as waitpid(2) has it */
        uint64_t wall;          /* microseconds */
        uint64_t left;          /* processes that outlived it; STATISTIC_ABSENT: others' are there, too */
        bool killed;            /* they have been killed */
        const char *stopped_by; /* the setting that ended it; NULL: none. Borrowed */

        /* What it used. What is not known is STATISTIC_ABSENT. */
        Statistics statistics;
        DeviceStatistics *devices;
        ssize_t n_devices;  /* negative: not known */
        uint64_t oomd_kill; /* how many systemd-oomd killed */
} Report;

#define REPORT_INIT \
        { .file = -EBADF }

void report_done(Report *report);

/* Opens the file of --report=, standard output for "-", or standard error, where a report is wanted; a path is looked
 * at before it is opened, and has to be a regular file (or /dev/null) by itself, not by a link. @user: as whom we are
 * just now, for the message; NULL: as ourselves. Says why it cannot be written. */
int report_open(Report *report, const CommandOptions *options, const char *user);

/* Prints the report there, where one is wanted, in place of what the file said before, and says what goes wrong: that
 * is no reason to fail, the command has ended. Where none is wanted, says who was killed, and by which limit. */
void report_write(const Report *report, bool json, bool pretty);

/* As text for people or as one JSON object. -EIO where it could not be written. */
int report_print(const Report *report, FILE *file, bool json, bool pretty);
