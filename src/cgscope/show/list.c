/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-name.h"
#include "basic/user-namespace.h"
#include "cgscope/cli/root.h"
#include "cgscope/show/list.h"
#include "cgscope/verbs.h"
#include "unit/unit-name.h"

enum {
        OPTION_SLICE = OPTION_OWN,
};

static const Option list_options[] = {
        { "all", 'a', NULL, "Those of everyone, delegated or not", OPTION_FLAG(List, all) },
        { "slice", 0, "SLICE", "Those in this slice and in those below it", OPTION_SLICE },
        { "empty", 0, NULL, "Those that hold no process", OPTION_FLAG(List, empty) },
        { "system", 0, NULL, "Units of the system manager", OPTION_SYSTEM_MANAGER },
        { "user", 0, NULL, "Units of your user manager", OPTION_USER_MANAGER },
        TABLE_OPTIONS,
        GENERAL_OPTIONS,
};

typedef enum ListColumn {
        COLUMN_UNIT,
        COLUMN_OWNER,
        COLUMN_CONTROLLERS,
        COLUMN_PROCESSES,
        COLUMN_MEMORY,
        COLUMN_CPU,
        COLUMN_AGE,
        COLUMN_DEFAULT_END,
        COLUMN_SLICE = COLUMN_DEFAULT_END,
        COLUMN_CGROUP,
        COLUMN_DELEGATED,
        COLUMN_FROZEN,
        COLUMN_GROUPS,
        COLUMN_MEMORY_PEAK,
        COLUMN_SWAP,
        COLUMN_CPU_USER,
        COLUMN_CPU_SYSTEM,
        COLUMN_IO_READ,
        COLUMN_IO_WRITTEN,
        COLUMN_OOM_KILLS,
        _COLUMN_MAX,
} ListColumn;

static const TableColumn columns[_COLUMN_MAX + 1] = {
        [COLUMN_UNIT] = { "UNIT", "unit", "name of the unit", TABLE_SHORTEN },
        [COLUMN_OWNER] = { "OWNER", "owner", "user that its directory belongs to", 0 },
        [COLUMN_CONTROLLERS] = { "CONTROLLERS", "controllers", "controllers that reach it",
                                 TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_PROCESSES] = { "PROCESSES", "processes", "processes in it and its groups", TABLE_NUMBER },
        [COLUMN_MEMORY] = { "MEMORY", "memory", "memory in use", TABLE_NUMBER },
        [COLUMN_CPU] = { "CPU", "cpu_usec", "CPU time used", TABLE_NUMBER },
        [COLUMN_AGE] = { "AGE", "age_usec", "time since it was started", TABLE_NUMBER },
        [COLUMN_SLICE] = { "SLICE", "slice", "slice that it is in", 0 },
        [COLUMN_CGROUP] = { "CGROUP", "control_group", "path in the hierarchy", TABLE_SHORTEN },
        [COLUMN_DELEGATED] = { "DELEGATED", "delegated", "whether it is marked as delegated", TABLE_BOOLEAN },
        [COLUMN_FROZEN] = { "FROZEN", "frozen", "whether it is frozen", TABLE_BOOLEAN },
        [COLUMN_GROUPS] = { "GROUPS", "groups", "groups below it", TABLE_NUMBER },
        [COLUMN_MEMORY_PEAK] = { "MEMORY-PEAK", "memory_peak", "most memory used at once", TABLE_NUMBER },
        [COLUMN_SWAP] = { "SWAP", "swap", "swap in use", TABLE_NUMBER },
        [COLUMN_CPU_USER] = { "CPU-USER", "cpu_user_usec", "CPU time used in user mode", TABLE_NUMBER },
        [COLUMN_CPU_SYSTEM] = { "CPU-SYSTEM", "cpu_system_usec", "CPU time used in the kernel", TABLE_NUMBER },
        [COLUMN_IO_READ] = { "IO-READ", "io_read_bytes", "bytes read from block devices", TABLE_NUMBER },
        [COLUMN_IO_WRITTEN] = { "IO-WRITTEN", "io_written_bytes", "bytes written to block devices", TABLE_NUMBER },
        [COLUMN_OOM_KILLS] = { "OOM-KILLS", "events_oom_kill", "processes killed for lack of memory", TABLE_NUMBER },
};

/* The columns that are statistics as they stand. */
static const struct {
        ListColumn column;
        Statistic statistic;
        int (*set)(Tabular *tabular, TableRow *row, size_t index, uint64_t value);
} figures[] = {
        { COLUMN_MEMORY, STATISTIC_MEMORY, tabular_set_bytes },
        { COLUMN_CPU, STATISTIC_CPU, tabular_set_time },
        { COLUMN_GROUPS, STATISTIC_GROUPS, tabular_set_number },
        { COLUMN_MEMORY_PEAK, STATISTIC_MEMORY_PEAK, tabular_set_bytes },
        { COLUMN_SWAP, STATISTIC_SWAP, tabular_set_bytes },
        { COLUMN_CPU_USER, STATISTIC_CPU_USER, tabular_set_time },
        { COLUMN_CPU_SYSTEM, STATISTIC_CPU_SYSTEM, tabular_set_time },
        { COLUMN_IO_READ, STATISTIC_IO_READ, tabular_set_bytes },
        { COLUMN_IO_WRITTEN, STATISTIC_IO_WRITTEN, tabular_set_bytes },
        { COLUMN_OOM_KILLS, STATISTIC_EVENT_OOM_KILL, tabular_set_number },
};

static void list_done(List *list) {
        for (size_t i = 0; i < list->n_units; i++)
                free(list->units[i].path);
        free(list->units);
        free(list->slice);
        free(list->slice_path);
        (void) fd_close(list->started_fd);
        tabular_done(&list->tabular);
        (void) fd_close(list->root);
}

static int parse_own(void *userdata, int id _unused_) {
        List *list = userdata;

        free(TAKE_PTR(list->slice));
        if (slice_name_complete(optarg, &list->slice) < 0)
                return log_refuse(-EINVAL, "--slice: '%s' is no name of a slice", optarg);

        return 0;
}

static int compare_units(const void *a, const void *b) {
        const ListedUnit *left = a, *right = b;
        int r = strcmp(left->name, right->name);

        return r ?: strcmp(left->path, right->path);
}

static int set_boolean(List *list, TableRow *row, ListColumn column, uint64_t value) {
        return tabular_set_string(&list->tabular, row, column, value == STATISTIC_ABSENT ? NULL : value ? "1" : "0");
}

static int set_controllers(List *list, TableRow *row, ControllerMask mask) {
        char names[CONTROLLER_MASK_TEXT_MAX];

        return tabular_set_string(&list->tabular, row, COLUMN_CONTROLLERS,
                                  controller_mask_format(mask, list->tabular.json ? '\n' : ',', names));
}

static int set_slice(List *list, TableRow *row, const ListedUnit *unit) {
        _cleanup_free_ char *path = strdup(unit->path), *slice = NULL;
        int r;

        if (!path)
                return log_oom();

        *strrchr(path, '/') = '\0';
        r = unit_of_path(path, &slice, NULL);
        if (r == -ENOMEM)
                return log_oom();

        return tabular_set_string(&list->tabular, row, COLUMN_SLICE,
                                  r >= 0 && endswith(slice, ".slice") ? slice : "-.slice");
}

/* For people in whole seconds. */
static int set_age(List *list, TableRow *row, uint64_t age) {
        if (!list->tabular.raw && age != UINT64_MAX)
                age -= age % USEC_PER_SEC;

        return tabular_set_time(&list->tabular, row, COLUMN_AGE, age);
}

static int add_row(List *list, const ListedUnit *unit) {
        Tabular *tabular = &list->tabular;
        TableRow *row;
        int r;

        r = tabular_add(tabular, NULL, &row);
        if (r >= 0)
                r = tabular_set_string(tabular, row, COLUMN_UNIT, unit->name);
        if (r >= 0 && tabular_wants(tabular, COLUMN_OWNER))
                r = tabular_set_string(tabular, row, COLUMN_OWNER, user_name_or_number(unit->owner));
        if (r >= 0 && tabular_wants(tabular, COLUMN_CONTROLLERS))
                r = set_controllers(list, row, unit->controllers);
        if (r >= 0)
                r = tabular_set_number(tabular, row, COLUMN_PROCESSES, unit->processes);
        if (r >= 0)
                r = set_age(list, row, unit->age);
        if (r >= 0 && tabular_wants(tabular, COLUMN_SLICE))
                r = set_slice(list, row, unit);
        if (r >= 0)
                r = tabular_set_path(tabular, row, COLUMN_CGROUP, unit->path);
        if (r >= 0)
                r = set_boolean(list, row, COLUMN_DELEGATED, unit->delegated);
        if (r >= 0)
                r = set_boolean(list, row, COLUMN_FROZEN, unit->statistics.values[STATISTIC_FROZEN]);

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(figures); i++)
                r = figures[i].set(tabular, row, figures[i].column, unit->statistics.values[figures[i].statistic]);

        return r;
}

static int print_units(List *list) {
        int r;

        if (list->n_units == 0 && !list->common.json) {
                log_info("0 units listed.%s", list->all ? "" : " Pass --all to see those of others and those not "
                                                               "marked as delegated, too.");
                return 0;
        }

        qsort(list->units, list->n_units, sizeof(ListedUnit), compare_units);

        r = tabular_open(&list->tabular, &list->common, columns, "units");
        for (size_t i = 0; r >= 0 && i < list->n_units; i++)
                r = add_row(list, list->units + i);

        return r < 0 ? r : tabular_print(&list->tabular, &list->common);
}

static int prepare(List *list) {
        struct timespec now;

        for (size_t i = 0; i < ELEMENTSOF(figures); i++)
                if (tabular_wants(&list->tabular, figures[i].column))
                        list->wanted |= STATISTIC_BIT(figures[i].statistic);
        list->wants_delegated = tabular_wants(&list->tabular, COLUMN_DELEGATED);
        list->wants_processes = tabular_wants(&list->tabular, COLUMN_PROCESSES);
        list->wants_age = tabular_wants(&list->tabular, COLUMN_AGE);
        if (tabular_wants(&list->tabular, COLUMN_FROZEN))
                list->wanted |= STATISTIC_BIT(STATISTIC_FROZEN);

        (void) clock_gettime(CLOCK_REALTIME, &now);
        list->now = (uint64_t) now.tv_sec * USEC_PER_SEC + (uint64_t) now.tv_nsec / NSEC_PER_USEC;

        list->root = root_open(NULL);
        return list->root < 0 ? list->root : 0;
}

static int run(int argc, char *argv[]) {
        _cleanup_(list_done) List list = { .root = -EBADF, .self = user_uid_outside(), .started_fd = -1 };
        int status, r;

        if (!verb_parse(&verb_list, &list.common, &list, argc, argv, &status) ||
            tabular_choose(&list.tabular, &list.common, columns, _COLUMN_MAX, COLUMN_DEFAULT_END) < 0)
                return status;
        if (prepare(&list) < 0)
                return STATUS_FAILURE;

        r = list_collect(&list);
        if (r < 0) {
                log_error_errno(r, "cannot read the units' groups");
                return STATUS_FAILURE;
        }

        return print_units(&list) < 0 ? STATUS_FAILURE : EXIT_SUCCESS;
}

const Verb verb_list = {
        .name = "list",
        .synopsis = "[OPTIONS…]",
        .summary = "List delegated scopes with what they use",
        .description = "List the scopes and services that are delegated to you, with what they use.",
        .example = "--all",
        .options = list_options,
        .columns = columns,
        .parse = parse_own,
        .run = run,
};
