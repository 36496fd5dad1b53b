/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs that show groups have in common: columns that are figures of cgroup/statistics as they stand, namely
 * those with its field, and limits. */

#include "cgroup/statistics.h"
#include "cgscope/cli/table-view.h"

/* clang-format off */
#define FIGURE_MEMORY { "MEMORY", "memory", "memory in use", TABLE_NUMBER }
#define FIGURE_MEMORY_PEAK { "MEMORY-PEAK", "memory_peak", "most memory used at once", TABLE_NUMBER }
#define FIGURE_SWAP { "SWAP", "swap", "swap in use", TABLE_NUMBER }
#define FIGURE_TASKS { "TASKS", "tasks", "tasks that count for the limit, threads, too", TABLE_NUMBER }
#define FIGURE_CPU { "CPU", "cpu_usec", "CPU time used", TABLE_NUMBER }
#define FIGURE_CPU_USER { "CPU-USER", "cpu_user_usec", "CPU time used in user mode", TABLE_NUMBER }
#define FIGURE_CPU_SYSTEM { "CPU-SYSTEM", "cpu_system_usec", "CPU time used in the kernel", TABLE_NUMBER }
#define FIGURE_IO_READ { "IO-READ", "io_read_bytes", "bytes read from block devices", TABLE_NUMBER }
#define FIGURE_IO_WRITTEN { "IO-WRITTEN", "io_written_bytes", "bytes written to block devices", TABLE_NUMBER }
#define FIGURE_OOM_KILLS { "OOM-KILLS", "events_oom_kill", "processes killed for lack of memory", TABLE_NUMBER }
#define FIGURE_GROUPS { "GROUPS", "groups", "groups below it", TABLE_NUMBER }
#define FIGURE_FROZEN { "FROZEN", "frozen", "whether it is frozen", TABLE_BOOLEAN }
/* clang-format on */

/* Those of the columns that were chosen. */
typedef struct Figures {
        struct {
                size_t column;
                Statistic statistic;
        } chosen[TABULAR_COLUMNS_MAX];
        size_t n;
} Figures;

void figures_choose(const Tabular *tabular, const TableColumn *all, Figures *ret);

/* Sets their cells. */
void figures_set(Tabular *tabular, TableRow *row, const Figures *figures, const Statistics *statistics);

/* Reads a limit: one number, or "max", which is UINT64_MAX; that of the CPU ("50000 100000") in microseconds a second.
 */
int limit_read(int group, const char *file, uint64_t *ret);
