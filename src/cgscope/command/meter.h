/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a command used: the figures of its group after it has ended, less what they were before it began. */

#include "cgscope/command/report.h"

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

#define METER_INIT \
        { .group = -EBADF, .leaf = -EBADF, .aside = -EBADF, .memory_peak = -EBADF, .swap_peak = -EBADF }

/* For a @report that somebody wants. */
void meter_start(Meter *meter, const Report *report);

/* Takes the time. */
void meter_stop(const Meter *meter, Report *report);

/* Reads the rest: when those that outlived the command have ended, too. May be done again. */
void meter_read(const Meter *meter, Report *report);
void meter_done(Meter *meter);
