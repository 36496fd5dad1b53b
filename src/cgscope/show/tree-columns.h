/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The columns of `cgscope tree`, and what stands in them. */

#include "cgscope/show/figures.h"

typedef enum TreeColumn {
        TREE_GROUP,
        TREE_PROCESSES,
        TREE_MEMORY,
        TREE_MEMORY_LIMIT,
        TREE_CPU,
        _TREE_DEFAULT,
        TREE_PID = _TREE_DEFAULT,
        TREE_COMMAND,
        _TREE_DEFAULT_WITH_PROCESSES, /* in JSON, where each has a field of its own */
        TREE_CGROUP = _TREE_DEFAULT_WITH_PROCESSES,
        TREE_GROUPS,
        TREE_FROZEN,
        TREE_MEMORY_PEAK,
        TREE_MEMORY_HIGH,
        TREE_SWAP,
        TREE_SWAP_LIMIT,
        TREE_TASKS,
        TREE_TASKS_LIMIT,
        TREE_CPU_USER,
        TREE_CPU_SYSTEM,
        TREE_CPU_LIMIT,
        TREE_IO_READ,
        TREE_IO_WRITTEN,
        TREE_OOM_KILLS,
        _TREE_COLUMN_MAX,
} TreeColumn;

extern const TableColumn tree_columns[_TREE_COLUMN_MAX + 1];

/* Of one group: what the columns that are printed need. */
typedef struct TreeFigures {
        Statistics statistics;
        uint64_t limits[_TREE_COLUMN_MAX]; /* by column; UINT64_MAX: none */
} TreeFigures;

#define TREE_BIT(column) (UINT64_C(1) << (column))

/* Files for the columns in @lacking, bits of TREE_BIT(), are not looked for, and those that are not there are added to
 * it: what one group lacks for want of a controller, those beside it lack, too. -ENODEV: @group has gone. */
int tree_figures_read(const Tabular *tabular, const Figures *figures, int group, uint64_t *lacking, TreeFigures *ret);

/* Sets the cells. */
void tree_figures_set(Tabular *tabular, TableRow *row, const Figures *figures, const TreeFigures *of);
