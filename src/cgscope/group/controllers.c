/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/aim.h"
#include "cgscope/cli/table-view.h"
#include "cgscope/verbs.h"
#include "delegation/reach.h"

/* `cgscope controllers`: which are there, which are handed on, and where the others stop. */

static const Option controllers_options[] = {
        LISTING_OPTIONS,
};

enum {
        COLUMN_CONTROLLER,
        COLUMN_AVAILABLE,
        COLUMN_ENABLED,
        COLUMN_STOPS_AT,
        _COLUMN_MAX,
};

static const TableColumn columns[_COLUMN_MAX + 1] = {
        [COLUMN_CONTROLLER] = { "CONTROLLER", "controller", "The kernel's name of the controller", 0 },
        [COLUMN_AVAILABLE] = { "AVAILABLE", "available", "Whether it reaches the group", TABLE_BOOLEAN },
        [COLUMN_ENABLED] = { "ENABLED", "enabled", "Whether it is handed on to groups below", TABLE_BOOLEAN },
        [COLUMN_STOPS_AT] = { "STOPS-AT", "stops_at", "The last group that has it", TABLE_SHORTEN },
};

static void set_flag(Tabular *table, TableRow *row, size_t column, bool value) {
        tabular_set_string(table, row, column, table->json ? value ? "1" : "0" : value ? "yes" : "no");
}

static void add_controller(Tabular *table, const Reach *reach, Controller controller, bool available, bool enabled) {
        size_t stop = reach_stop(reach, controller);
        TableRow *row = tabular_add(table, NULL);

        tabular_set_string(table, row, COLUMN_CONTROLLER, controller_to_string(controller));
        set_flag(table, row, COLUMN_AVAILABLE, available);
        set_flag(table, row, COLUMN_ENABLED, enabled);
        if (stop == REACH_NOWHERE && !table->json)
                tabular_set_string(table, row, COLUMN_STOPS_AT, "(not in this hierarchy)");
        else if (stop != REACH_NOWHERE && !available)
                tabular_set_path(table, row, COLUMN_STOPS_AT, reach->levels[stop].path);
}

static int show(const Aim *aim, const CommonOptions *options, Tabular *table) {
        _cleanup_(reach_done) Reach reach = { .manager = REACH_NOWHERE };
        ControllerMask available, enabled, root;
        int r;

        r = aim->groups->controllers(&aim->target, &available, &enabled, &root);
        if (r >= 0)
                r = reach_read(aim->target.root, aim->target.path, &reach);
        if (r < 0)
                return aim_report(aim, r, "cannot read the controllers of");

        r = tabular_open(table, options, columns, "controllers");
        if (r < 0)
                return r;

        /* Those that systemd manages, and whatever else this hierarchy has. */
        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                if ((CONTROLLER_MASK_MANAGED | root | available) & controller_bit(c))
                        add_controller(table, &reach, c, available & controller_bit(c), enabled & controller_bit(c));

        return tabular_print(table, options);
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        _cleanup_(tabular_done) Tabular table = {};
        CommonOptions options;
        int status;
        char **targets = verb_parse(verb, &options, NULL, argc, argv, &status);

        if (!targets || tabular_choose(&table, &options, columns, _COLUMN_MAX, _COLUMN_MAX) < 0)
                return status;

        if (aim_open(&aim, &options, *targets ?: ".", verb->targets) < 0 || show(&aim, &options, &table) < 0)
                return STATUS_FAILURE;

        return EXIT_SUCCESS;
}

const Verb verb_controllers = {
        .name = "controllers",
        .synopsis = "[OPTIONS…] [TARGET]",
        .summary = "Show which controllers a group has",
        .description = "Show which controllers a unit or group has, which of them it hands on to the "
                       "groups below it, and where the others stop. Without a target: where one is.",
        VERB_TAKES(0, 1, "target"),
        .targets = AIM_ANY,
        .example = "./job",
        .options = controllers_options,
        .columns = columns,
        .run = run,
};
