/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/tree-columns.h"

#include "basic/format.h"
#include "basic/terminal.h"

const TableColumn tree_columns[_TREE_COLUMN_MAX + 1] = {
        [TREE_GROUP] = { "GROUP", "group", "name of the group", TABLE_TREE | TABLE_NAME },
        [TREE_PROCESSES] = { "PROCESSES", "processes", "processes in it and below", TABLE_NUMBER },
        [TREE_MEMORY] = FIGURE_MEMORY,
        [TREE_MEMORY_LIMIT] = { "MEMORY-LIMIT", "memory_max", "memory.max", TABLE_NUMBER },
        [TREE_CPU] = FIGURE_CPU,
        [TREE_PID] = { "PID", "pid", "number of a process", TABLE_NUMBER },
        [TREE_COMMAND] = { "COMMAND", "command", "command line of a process", TABLE_SHORTEN },
        [TREE_CGROUP] = { "CGROUP", "control_group", "path in the hierarchy", TABLE_SHORTEN },
        [TREE_GROUPS] = FIGURE_GROUPS,
        [TREE_FROZEN] = FIGURE_FROZEN,
        [TREE_MEMORY_PEAK] = FIGURE_MEMORY_PEAK,
        [TREE_MEMORY_HIGH] = { "MEMORY-HIGH", "memory_high", "memory.high", TABLE_NUMBER },
        [TREE_SWAP] = FIGURE_SWAP,
        [TREE_SWAP_LIMIT] = { "SWAP-LIMIT", "memory_swap_max", "memory.swap.max", TABLE_NUMBER },
        [TREE_TASKS] = FIGURE_TASKS,
        [TREE_TASKS_LIMIT] = { "TASKS-LIMIT", "pids_max", "pids.max", TABLE_NUMBER },
        [TREE_CPU_USER] = FIGURE_CPU_USER,
        [TREE_CPU_SYSTEM] = FIGURE_CPU_SYSTEM,
        [TREE_CPU_LIMIT] = { "CPU-LIMIT", "cpu_quota_per_sec_usec", "cpu.max, of one CPU's time", TABLE_NUMBER },
        [TREE_IO_READ] = FIGURE_IO_READ,
        [TREE_IO_WRITTEN] = FIGURE_IO_WRITTEN,
        [TREE_OOM_KILLS] = FIGURE_OOM_KILLS,
};

static void set_limit(Tabular *tabular, TableRow *row, TreeColumn column, uint64_t limit) {
        char text[FORMAT_MAX];

        if (column == TREE_CPU_LIMIT && !tabular->raw && limit != UINT64_MAX)
                tabular_set_string(tabular, row, column, format_permyriad(limit / 100, text));
        else if (column == TREE_CPU_LIMIT || column == TREE_TASKS_LIMIT)
                tabular_set_number(tabular, row, column, limit);
        else
                tabular_set_bytes(tabular, row, column, limit);
}

static const struct {
        TreeColumn column;
        const char *file;
} columns_of_limits[] = {
        { TREE_MEMORY_LIMIT, "memory.max" },    { TREE_MEMORY_HIGH, "memory.high" },
        { TREE_SWAP_LIMIT, "memory.swap.max" }, { TREE_TASKS_LIMIT, "pids.max" },
        { TREE_CPU_LIMIT, "cpu.max" },
};

static int read_statistics(const Figures *figures, int group, uint64_t *lacking, Statistics *ret) {
        uint64_t wanted = 0;
        int r;

        for (size_t i = 0; i < figures->n; i++)
                if (!(*lacking & TREE_BIT(figures->chosen[i].column)))
                        wanted |= STATISTIC_BIT(figures->chosen[i].statistic);

        r = statistics_read(group, wanted, ret);
        if (r < 0)
                return r;

        for (size_t i = 0; i < figures->n; i++)
                if (ret->values[figures->chosen[i].statistic] == STATISTIC_ABSENT)
                        *lacking |= TREE_BIT(figures->chosen[i].column);
        return 0;
}

int tree_figures_read(const Tabular *tabular, const Figures *figures, int group, uint64_t *lacking, TreeFigures *ret) {
        int r = read_statistics(figures, group, lacking, &ret->statistics);

        if (r < 0)
                return r;

        memset(ret->limits, 0xff, sizeof(ret->limits));
        for (size_t i = 0; i < ELEMENTSOF(columns_of_limits); i++) {
                TreeColumn column = columns_of_limits[i].column;

                if (*lacking & TREE_BIT(column) || !tabular_wants(tabular, column))
                        continue;

                r = limit_read(group, columns_of_limits[i].file, &ret->limits[column]);
                if (r == -ENOENT)
                        *lacking |= TREE_BIT(column);
                else if (r < 0)
                        return r;
        }

        return 0;
}

/* Nine tenths of what it may have. */
static bool is_nearly_used(uint64_t used, uint64_t limit) {
        return used != STATISTIC_ABSENT && limit != UINT64_MAX && used >= limit - limit / 10;
}

static void mark_nearly_used(Tabular *tabular, TableRow *row, const TreeFigures *figures) {
        static const struct {
                TreeColumn used, limit;
                Statistic statistic;
        } pairs[] = {
                { TREE_MEMORY, TREE_MEMORY_LIMIT, STATISTIC_MEMORY },
                { TREE_SWAP, TREE_SWAP_LIMIT, STATISTIC_SWAP },
                { TREE_TASKS, TREE_TASKS_LIMIT, STATISTIC_TASKS },
        };

        for (size_t i = 0; i < ELEMENTSOF(pairs); i++)
                if (tabular_wants(tabular, pairs[i].used) && tabular_wants(tabular, pairs[i].limit) &&
                    is_nearly_used(figures->statistics.values[pairs[i].statistic], figures->limits[pairs[i].limit]))
                        tabular_color(tabular, row, pairs[i].used, TERMINAL_RED);
}

void tree_figures_set(Tabular *tabular, TableRow *row, const Figures *figures, const TreeFigures *of) {
        figures_set(tabular, row, figures, &of->statistics);
        for (size_t i = 0; i < ELEMENTSOF(columns_of_limits); i++)
                set_limit(tabular, row, columns_of_limits[i].column, of->limits[columns_of_limits[i].column]);

        mark_nearly_used(tabular, row, of);
}
