/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-name.h"
#include "basic/user-namespace.h"
#include "cgscope/cli/aim.h"
#include "cgscope/cli/skipped.h"
#include "cgscope/show/figures.h"
#include "cgscope/show/list-unit.h"
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
        [COLUMN_UNIT] = { "UNIT", "unit", "name of the unit", TABLE_NAME },
        [COLUMN_OWNER] = { "OWNER", "owner", "user that its directory belongs to", 0 },
        [COLUMN_CONTROLLERS] = { "CONTROLLERS", "controllers", "controllers that reach it",
                                 TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_PROCESSES] = { "PROCESSES", "processes", "processes in it and its groups", TABLE_NUMBER },
        [COLUMN_MEMORY] = FIGURE_MEMORY,
        [COLUMN_CPU] = FIGURE_CPU,
        [COLUMN_AGE] = { "AGE", "age_usec", "time since it was started", TABLE_NUMBER },
        [COLUMN_SLICE] = { "SLICE", "slice", "slice that it is in", 0 },
        [COLUMN_CGROUP] = { "CGROUP", "control_group", "path in the hierarchy", TABLE_SHORTEN },
        [COLUMN_DELEGATED] = { "DELEGATED", "delegated", "whether it is marked as delegated", TABLE_BOOLEAN },
        [COLUMN_FROZEN] = FIGURE_FROZEN,
        [COLUMN_GROUPS] = FIGURE_GROUPS,
        [COLUMN_MEMORY_PEAK] = FIGURE_MEMORY_PEAK,
        [COLUMN_SWAP] = FIGURE_SWAP,
        [COLUMN_CPU_USER] = FIGURE_CPU_USER,
        [COLUMN_CPU_SYSTEM] = FIGURE_CPU_SYSTEM,
        [COLUMN_IO_READ] = FIGURE_IO_READ,
        [COLUMN_IO_WRITTEN] = FIGURE_IO_WRITTEN,
        [COLUMN_OOM_KILLS] = FIGURE_OOM_KILLS,
};

static void list_done(List *list) {
        for (size_t i = 0; i < list->n_units; i++)
                free(list->units[i].path);
        free(list->units);
        free(list->slice);
        free(list->slice_path);
        walk_skipped_done(&list->skipped);
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

/* The slice is the unit of the directory above. */
static void set_slice(Tabular *tabular, TableRow *row, const char *path) {
        _cleanup_free_ char *above = strndup(path, (size_t) (strrchr(path, '/') - path)), *slice = NULL;
        int r = above ? unit_of_path(above, &slice, NULL) : -ENOMEM;

        if (r == -ENOMEM)
                tabular_set(tabular, row, COLUMN_SLICE, NULL);
        else
                tabular_set_string(tabular, row, COLUMN_SLICE, r >= 0 && endswith(slice, ".slice") ? slice : "-.slice");
}

static void add_row(List *list, const Figures *figures, const ListedUnit *unit) {
        Tabular *tabular = &list->tabular;
        /* For people in whole seconds. */
        uint64_t fraction = tabular->raw || unit->age == UINT64_MAX ? 0 : unit->age % USEC_PER_SEC;
        char names[CONTROLLER_MASK_TEXT_MAX];
        TableRow *row;

        row = tabular_add(tabular, NULL);
        tabular_set_string(tabular, row, COLUMN_UNIT, unit->name);
        if (tabular_wants(tabular, COLUMN_OWNER))
                tabular_set_string(tabular, row, COLUMN_OWNER, user_name_or_number(unit->owner));
        tabular_set_string(tabular, row, COLUMN_CONTROLLERS,
                           controller_mask_format(unit->controllers, tabular->json ? '\n' : ',', names));
        tabular_set_number(tabular, row, COLUMN_PROCESSES, unit->processes);
        tabular_set_time(tabular, row, COLUMN_AGE, unit->age - fraction);
        if (tabular_wants(tabular, COLUMN_SLICE))
                set_slice(tabular, row, unit->path);
        tabular_set_path(tabular, row, COLUMN_CGROUP, unit->path);
        tabular_set_string(tabular, row, COLUMN_DELEGATED, unit->delegated ? "1" : "0");
        figures_set(tabular, row, figures, &unit->statistics);
}

static int print_units(List *list, const Figures *figures) {
        int r;

        if (list->n_units == 0 && !list->common.json) {
                log_info("0 units listed.%s", list->all ? ""
                                                        : " Pass --all to see those of others and those not "
                                                          "marked as delegated, too.");
                return 0;
        }

        if (list->n_units > 0) /* no array otherwise */
                qsort(list->units, list->n_units, sizeof(ListedUnit), compare_units);

        r = tabular_open(&list->tabular, &list->common, columns, "units");
        if (r < 0)
                return r;

        for (size_t i = 0; i < list->n_units; i++)
                add_row(list, figures, list->units + i);
        return tabular_print(&list->tabular, &list->common);
}

static int prepare(List *list, Figures *figures) {
        struct timespec now;

        figures_choose(&list->tabular, columns, figures);
        for (size_t i = 0; i < figures->n; i++)
                list->wanted |= STATISTIC_BIT(figures->chosen[i].statistic);
        list->wants_delegated = tabular_wants(&list->tabular, COLUMN_DELEGATED);
        list->wants_processes = tabular_wants(&list->tabular, COLUMN_PROCESSES);
        list->wants_age = tabular_wants(&list->tabular, COLUMN_AGE);

        (void) clock_gettime(CLOCK_REALTIME, &now);
        list->now = (uint64_t) now.tv_sec * USEC_PER_SEC + (uint64_t) now.tv_nsec / NSEC_PER_USEC;

        list->root = root_open(NULL);
        return list->root < 0 ? list->root : 0;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(list_done) List list = { .root = -EBADF, .self = user_uid_outside(), .started_fd = -1 };
        Figures figures;
        int status, r;

        if (!verb_parse(verb, &list.common, &list, argc, argv, &status))
                return status;

        r = tabular_choose(&list.tabular, &list.common, columns, _COLUMN_MAX, COLUMN_DEFAULT_END);
        if (r < 0)
                return verb_refusal_status(verb, r);
        if (prepare(&list, &figures) < 0)
                return STATUS_FAILURE;

        r = list_collect(&list);
        if (r < 0) {
                log_error_errno(r, "cannot read the units' groups");
                return STATUS_FAILURE;
        }

        skipped_report(&list.skipped, "");
        return print_units(&list, &figures) < 0 ? STATUS_FAILURE : EXIT_SUCCESS;
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
