/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a group uses and has used, from its files. What this kernel, or the controllers here, do not know is
 * STATISTIC_ABSENT, never 0. */

#include "basic/json.h"

#define STATISTIC_ABSENT UINT64_MAX

typedef enum Statistic {
        STATISTIC_MEMORY, /* bytes */
        STATISTIC_MEMORY_PEAK,
        STATISTIC_SWAP,
        STATISTIC_SWAP_PEAK,
        STATISTIC_TASKS, /* pids.current: processes and threads */
        STATISTIC_TASKS_PEAK,
        STATISTIC_CPU, /* microseconds */
        STATISTIC_CPU_USER,
        STATISTIC_CPU_SYSTEM,
        STATISTIC_IO_READ, /* bytes and operations, over all devices */
        STATISTIC_IO_WRITTEN,
        STATISTIC_IO_READS,
        STATISTIC_IO_WRITES,
        STATISTIC_CPU_SOME, /* microseconds stalled, since the group is there */
        STATISTIC_CPU_FULL,
        STATISTIC_MEMORY_SOME,
        STATISTIC_MEMORY_FULL,
        STATISTIC_IO_SOME,
        STATISTIC_IO_FULL,
        STATISTIC_EVENT_HIGH, /* memory.events: of the subtree */
        STATISTIC_EVENT_MAX,
        STATISTIC_EVENT_OOM,
        STATISTIC_EVENT_OOM_KILL,
        STATISTIC_EVENT_OOM_GROUP_KILL,
        STATISTIC_GROUPS,    /* below it */
        STATISTIC_FROZEN,    /* 0 or 1 */
        STATISTIC_POPULATED, /* 0 or 1 */
        _STATISTIC_MAX,
} Statistic;

#define STATISTIC_BIT(statistic) (UINT64_C(1) << (statistic))

/* Those of time stalled: so many, from STATISTIC_CPU_SOME on. */
#define STATISTIC_STALLS (STATISTIC_IO_FULL + 1 - STATISTIC_CPU_SOME)

/* Those of bytes and operations: so many, from STATISTIC_IO_READ on. */
#define STATISTIC_TRANSFERS (STATISTIC_IO_WRITES + 1 - STATISTIC_IO_READ)

typedef struct Statistics {
        uint64_t values[_STATISTIC_MAX];
} Statistics;

/* Reads those of @wanted, bits of STATISTIC_BIT(), each file once; the others are absent. Only errors of the group
 * itself count: -ENODEV where it is gone. */
int statistics_read(int group, uint64_t wanted, Statistics *ret);

typedef enum StatisticUnit {
        UNIT_NONE,
        UNIT_BYTES,
        UNIT_USEC,
        UNIT_BOOLEAN,
} StatisticUnit;

/* What is known of each. The field is its name in JSON, "memory_peak", one list for all verbs (cgscope(1), FIELDS); the
 * label is for people, beside others: "Memory", and behind it "peak". _STATISTIC_MAX: no statistic has that field. */
const char *statistic_field(Statistic statistic);
const char *statistic_label(Statistic statistic);
const char *statistic_key(Statistic statistic); /* in its file */
StatisticUnit statistic_unit(Statistic statistic);
Statistic statistic_from_field(const char *field);

/* The number at @text, which a space, a newline or the end follows; STATISTIC_ABSENT where there is none. */
uint64_t statistic_parse(const char *text);

/* Writes a field for each that is there. */
void statistics_write_json(const Statistics *statistics, JsonWriter *writer);
