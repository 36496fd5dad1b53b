/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What became of a command, and what it and all that it started used. */

#include <sys/types.h>

#include "basic/macros.h"
#include "cgroup/statistics.h"

typedef struct Report {
        /* Who; borrowed */
        const char *unit; /* NULL: a group that is no unit of its own */
        const char *control_group;

        /* How it ended */
        int status;    /* as waitpid(2) has it */
        uint64_t wall; /* microseconds */
        uint64_t left; /* processes that outlived it; STATISTIC_ABSENT: others' are there, too */
        bool killed;   /* they have been killed */
        const char *stopped_by; /* the setting that ended it; NULL: none. Borrowed */

        /* What it used. What is not known is STATISTIC_ABSENT. */
        Statistics statistics;
        DeviceStatistics *devices;
        ssize_t n_devices;  /* negative: not known */
        uint64_t oomd_kill; /* how many systemd-oomd killed */
} Report;

void report_done(Report *report);

typedef enum MeterKind {
        METER_NEW,    /* a group made for the command */
        METER_OWN,    /* ours alone, and we are in it, aside */
        METER_SHARED, /* others use it, or used it before */
} MeterKind;

/* Reads a group before the command starts, where that matters, and after it has ended. */
typedef struct Meter {
        MeterKind kind;
        int group; /* borrowed, as the next two */
        int leaf;  /* the command's, which systemd-oomd may have marked */
        int aside; /* METER_OWN: ours */

        uint64_t began;
        Report before;
        Statistics aside_before;
        int memory_peak, swap_peak; /* METER_SHARED: they count from when they were opened */
} Meter;

#define METER_INIT { .group = -EBADF, .leaf = -EBADF, .aside = -EBADF, .memory_peak = -EBADF, .swap_peak = -EBADF }

void meter_start(Meter *meter);

/* Takes the time. */
void meter_stop(const Meter *meter, Report *report);

/* Reads the rest: when those that outlived the command have ended, too. May be done again. */
void meter_read(const Meter *meter, Report *report);
void meter_done(Meter *meter);

/* Opens the file of --report=, or standard error; a path is looked at before it is opened, and has to be a regular file
 * (or /dev/null) by itself, not by a link. @user: as whom we are just now, for the message; NULL: as ourselves. Returns
 * the descriptor, or says why it cannot be written. */
int report_open(const char *path, const char *user);

/* Prints the report there, in place of what the file at @path said before, and says what goes wrong: that is no reason
 * to fail, the command has ended. */
void report_write(const Report *report, int fd, const char *path, bool json, bool pretty);

/* As text for people or as one JSON object. -EIO where it could not be written. */
int report_print(const Report *report, FILE *file, bool json, bool pretty);
