/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <inttypes.h>

#include "basic/fd.h"
#include "basic/format.h"
#include "cgscope/show/tree.h"

const TableColumn tree_columns[_TREE_COLUMN_MAX + 1] = {
        [TREE_GROUP] = { "GROUP", "group", "name of the group", TABLE_TREE | TABLE_SHORTEN },
        [TREE_PROCESSES] = { "PROCESSES", "processes", "processes in it and below", TABLE_NUMBER },
        [TREE_MEMORY] = { "MEMORY", "memory", "memory in use", TABLE_NUMBER },
        [TREE_MEMORY_LIMIT] = { "MEMORY-LIMIT", "memory_max", "memory.max", TABLE_NUMBER },
        [TREE_CPU] = { "CPU", "cpu_usec", "CPU time used", TABLE_NUMBER },
        [TREE_PID] = { "PID", "pid", "number of a process", TABLE_NUMBER },
        [TREE_COMMAND] = { "COMMAND", "command", "command line of a process", TABLE_SHORTEN },
        [TREE_CGROUP] = { "CGROUP", "control_group", "path in the hierarchy", TABLE_SHORTEN },
        [TREE_GROUPS] = { "GROUPS", "groups", "groups below it", TABLE_NUMBER },
        [TREE_FROZEN] = { "FROZEN", "frozen", "whether it is frozen", TABLE_BOOLEAN },
        [TREE_MEMORY_PEAK] = { "MEMORY-PEAK", "memory_peak", "most memory used at once", TABLE_NUMBER },
        [TREE_MEMORY_HIGH] = { "MEMORY-HIGH", "memory_high", "memory.high", TABLE_NUMBER },
        [TREE_SWAP] = { "SWAP", "swap", "swap in use", TABLE_NUMBER },
        [TREE_SWAP_LIMIT] = { "SWAP-LIMIT", "memory_swap_max", "memory.swap.max", TABLE_NUMBER },
        [TREE_TASKS] = { "TASKS", "tasks", "tasks that count for the limit, threads, too", TABLE_NUMBER },
        [TREE_TASKS_LIMIT] = { "TASKS-LIMIT", "pids_max", "pids.max", TABLE_NUMBER },
        [TREE_CPU_USER] = { "CPU-USER", "cpu_user_usec", "CPU time used in user mode", TABLE_NUMBER },
        [TREE_CPU_SYSTEM] = { "CPU-SYSTEM", "cpu_system_usec", "CPU time used in the kernel", TABLE_NUMBER },
        [TREE_CPU_LIMIT] = { "CPU-LIMIT", "cpu_quota_per_sec_usec", "cpu.max, of one CPU's time", TABLE_NUMBER },
        [TREE_IO_READ] = { "IO-READ", "io_read_bytes", "bytes read from block devices", TABLE_NUMBER },
        [TREE_IO_WRITTEN] = { "IO-WRITTEN", "io_written_bytes", "bytes written to block devices", TABLE_NUMBER },
        [TREE_OOM_KILLS] = { "OOM-KILLS", "events_oom_kill", "processes killed for lack of memory", TABLE_NUMBER },
};

typedef int (*SetFunction)(Tabular *tabular, TableRow *row, size_t index, uint64_t value);

static const struct {
        TreeColumn column;
        Statistic statistic;
        SetFunction set;
} columns_of_statistics[] = {
        { TREE_MEMORY, STATISTIC_MEMORY, tabular_set_bytes },
        { TREE_CPU, STATISTIC_CPU, tabular_set_time },
        { TREE_GROUPS, STATISTIC_GROUPS, tabular_set_number },
        { TREE_FROZEN, STATISTIC_FROZEN, tabular_set_number },
        { TREE_MEMORY_PEAK, STATISTIC_MEMORY_PEAK, tabular_set_bytes },
        { TREE_SWAP, STATISTIC_SWAP, tabular_set_bytes },
        { TREE_TASKS, STATISTIC_TASKS, tabular_set_number },
        { TREE_CPU_USER, STATISTIC_CPU_USER, tabular_set_time },
        { TREE_CPU_SYSTEM, STATISTIC_CPU_SYSTEM, tabular_set_time },
        { TREE_IO_READ, STATISTIC_IO_READ, tabular_set_bytes },
        { TREE_IO_WRITTEN, STATISTIC_IO_WRITTEN, tabular_set_bytes },
        { TREE_OOM_KILLS, STATISTIC_EVENT_OOM_KILL, tabular_set_number },
};

static int set_cpu_limit(Tabular *tabular, TableRow *row, size_t index, uint64_t usec_per_sec) {
        char text[FORMAT_MAX];

        if (tabular->raw || usec_per_sec == UINT64_MAX)
                return tabular_set_number(tabular, row, index, usec_per_sec);

        return tabular_set_string(tabular, row, index, format_permyriad(usec_per_sec / 100, text));
}

static const struct {
        TreeColumn column;
        const char *file;
        SetFunction set;
} columns_of_limits[] = {
        { TREE_MEMORY_LIMIT, "memory.max", tabular_set_bytes },
        { TREE_MEMORY_HIGH, "memory.high", tabular_set_bytes },
        { TREE_SWAP_LIMIT, "memory.swap.max", tabular_set_bytes },
        { TREE_TASKS_LIMIT, "pids.max", tabular_set_number },
        { TREE_CPU_LIMIT, "cpu.max", set_cpu_limit },
};

/* A limit is one number, or "max" for none; that of the CPU ("50000 100000") so many microseconds in so many. */
static int read_limit(int group, const char *file, uint64_t *ret) {
        _cleanup_close_ int fd = fd_open_beneath(group, file, O_RDONLY);
        uint64_t limit, period;
        char text[64];
        ssize_t length;
        int n;

        if (fd < 0)
                return fd;

        length = read(fd, text, sizeof(text) - 1); /* the kernel gives it whole */
        if (length < 0)
                return -errno;

        text[length] = '\0';
        n = sscanf(text, "%" SCNu64 " %" SCNu64, &limit, &period);
        if (n == 2 && period > 0)
                *ret = (uint64_t) ((double) limit * (double) USEC_PER_SEC / (double) period);
        else if (n == 1)
                *ret = limit;

        return 0;
}

static bool is_to_be_read(const Tabular *tabular, TreeColumn column, uint64_t lacking) {
        return !(lacking & TREE_BIT(column)) && tabular_wants(tabular, column);
}

static int read_statistics(const Tabular *tabular, int group, uint64_t *lacking, Statistics *ret) {
        uint64_t wanted = 0;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(columns_of_statistics); i++)
                if (is_to_be_read(tabular, columns_of_statistics[i].column, *lacking))
                        wanted |= STATISTIC_BIT(columns_of_statistics[i].statistic);

        r = statistics_read(group, wanted, ret);
        if (r < 0)
                return r;

        for (size_t i = 0; i < ELEMENTSOF(columns_of_statistics); i++)
                if (ret->values[columns_of_statistics[i].statistic] == STATISTIC_ABSENT)
                        *lacking |= TREE_BIT(columns_of_statistics[i].column);
        return 0;
}

int tree_figures_read(const Tabular *tabular, int group, uint64_t *lacking, TreeFigures *ret) {
        int r = read_statistics(tabular, group, lacking, &ret->statistics);

        memset(ret->limits, 0xff, sizeof(ret->limits));

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(columns_of_limits); i++) {
                TreeColumn column = columns_of_limits[i].column;

                if (!is_to_be_read(tabular, column, *lacking))
                        continue;

                r = read_limit(group, columns_of_limits[i].file, &ret->limits[column]);
                if (r == -ENOENT) {
                        *lacking |= TREE_BIT(column);
                        r = 0;
                }
        }

        return r;
}

/* Nine tenths of what it may have. */
static bool is_nearly_used(uint64_t used, uint64_t limit) {
        return used != STATISTIC_ABSENT && limit != UINT64_MAX && used >= limit - limit / 10;
}

static int mark_nearly_used(Tabular *tabular, TableRow *row, const TreeFigures *figures) {
        static const struct {
                TreeColumn used, limit;
                Statistic statistic;
        } pairs[] = {
                { TREE_MEMORY, TREE_MEMORY_LIMIT, STATISTIC_MEMORY },
                { TREE_SWAP, TREE_SWAP_LIMIT, STATISTIC_SWAP },
                { TREE_TASKS, TREE_TASKS_LIMIT, STATISTIC_TASKS },
        };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(pairs); i++)
                if (tabular_wants(tabular, pairs[i].used) && tabular_wants(tabular, pairs[i].limit) &&
                    is_nearly_used(figures->statistics.values[pairs[i].statistic], figures->limits[pairs[i].limit]))
                        r = tabular_color(tabular, row, pairs[i].used, "red");

        return r;
}

int tree_figures_set(Tabular *tabular, TableRow *row, const TreeFigures *figures) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(columns_of_statistics); i++) {
                TreeColumn column = columns_of_statistics[i].column;
                uint64_t value = figures->statistics.values[columns_of_statistics[i].statistic];

                if (tabular_wants(tabular, column))
                        r = columns_of_statistics[i].set(tabular, row, column, value);
        }

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(columns_of_limits); i++) {
                TreeColumn column = columns_of_limits[i].column;

                if (tabular_wants(tabular, column))
                        r = columns_of_limits[i].set(tabular, row, column, figures->limits[column]);
        }

        return r < 0 ? r : mark_nearly_used(tabular, row, figures);
}
