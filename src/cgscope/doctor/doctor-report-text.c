/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/pager.h"
#include "basic/sheet.h"
#include "basic/terminal.h"
#include "basic/user-name.h"
#include "cgscope/cli/output.h"
#include "cgscope/cli/table-view.h"
#include "cgscope/doctor/doctor-report.h"

/* The names of controllers in a cell are broken into lines no longer than this, so that the table fits a terminal of 80
 * columns: "cpu memory pids" is what is handed on by default. */
#define NAMES_WIDTH 16

#define COLOR_NOTE "\x1b[0;1;39m"

enum {
        COLUMN_GROUP,
        COLUMN_CONTROLLERS,
        COLUMN_HANDED_ON,
        COLUMN_OWNER,
        COLUMN_DELEGATED,
};

static const TableColumn columns[] = {
        [COLUMN_GROUP] = { "GROUP", NULL, "name of the group", TABLE_TREE },
        [COLUMN_CONTROLLERS] = { "CONTROLLERS", NULL, "controllers that it has", TABLE_LINES },
        [COLUMN_HANDED_ON] = { "HANDED-ON", NULL, "those that it hands on to the groups below it", TABLE_LINES },
        [COLUMN_OWNER] = { "OWNER", NULL, "user that its directory belongs to", 0 },
        [COLUMN_DELEGATED] = { "DELEGATED", NULL, "whether it is marked as delegated", TABLE_BOOLEAN },
};

static const char *const colors[_FINDING_MAX] = {
        [FINDING_OK] = TERMINAL_GREEN_PALE,
        [FINDING_NOTE] = COLOR_NOTE,
        [FINDING_PROBLEM] = TERMINAL_RED,
        [FINDING_UNKNOWN] = TERMINAL_YELLOW,
};

/* Of a user, but with WAY_UNIT of a unit. */
static const char *const titles[_WAY_END_MAX] = {
        [WAY_PROBE] = "The way of the controllers to a new scope of %s, made to look at it and gone again:",
        [WAY_UNIT] = "The way of the controllers to %s, the delegated unit that this runs in:",
        [WAY_MANAGER] = "The way of the controllers to the user manager of %s:",
        [WAY_SYSTEM] = "The way of the controllers to the scopes of %s:",
        [WAY_LOGIN] = "%s has no user manager running. The way of the controllers to the one that a login would start:",
};

/* --quiet leaves what is a problem, or could not be looked at. */
static bool is_shown(const CommonOptions *options, FindingResult result) {
        return !options->quiet || result == FINDING_PROBLEM || result == FINDING_UNKNOWN;
}

/* "ok  NAME  TEXT", and the remedy below it. */
static void print_row(const CommonOptions *options, Sheet *sheet, FindingResult result, const char *name,
                      size_t name_width, const char *text, const char *remedy) {
        unsigned indent = (unsigned) (strlen("problem  ") + name_width + strlen("  "));
        bool colored = terminal_has_colors();

        if (!is_shown(options, result))
                return;

        printf("%s%-7s%s  %-*s  ", colored ? colors[result] : "", finding_result_to_string(result),
               colored ? TERMINAL_OFF : "", (int) name_width, name);
        sheet_wrap(sheet, indent, NULL, text);
        if (!remedy)
                return;

        printf("%*s", (int) indent + 2, "");
        sheet_wrap(sheet, indent + 2, colored ? COLOR_NOTE : NULL, remedy);
}

static const char *group_name(const ReachLevel *level) {
        const char *name = strrchr(level->path, '/') + 1;

        return *name ? name : "/";
}

static void print_title(Sheet *sheet, const Diagnosis *diagnosis) {
        const Doctor *doctor = diagnosis->doctor;
        const Way *way = &diagnosis->way;
        _cleanup_free_ char *line = NULL;
        char whose[320];

        if (way->end == WAY_UNIT)
                (void) snprintf(whose, sizeof(whose), "%s", group_name(way->reach.levels + way->reach.n_levels - 1));
        else
                (void) snprintf(whose, sizeof(whose), doctor->user ? "%s (UID %u)" : "%sUID %u", doctor->user ?: "",
                                (unsigned) doctor->uid);

        if (asprintf(&line, titles[way->end], whose) < 0)
                line = NULL;
        sheet_wrap(sheet, 0, NULL, line ?: whose);
}

static void add_names(Tabular *table, TableRow *row, size_t column, ControllerMask mask, bool fold) {
        char names[CONTROLLER_MASK_TEXT_MAX];

        tabular_set(table, row, column, sheet_fold(controller_mask_format(mask, ' ', names), fold ? NAMES_WIDTH : 0));
}

static TableRow *add_level(Tabular *table, const Way *way, size_t i, bool fold, TableRow *parent) {
        const ReachLevel *level = way->reach.levels + i;
        bool made = way->end == WAY_PROBE && i + 1 == way->reach.n_levels; /* the name says nothing to anybody */
        TableRow *row = tabular_add(table, parent);

        tabular_set_string(table, row, COLUMN_GROUP, made ? "(the new scope)" : group_name(level));
        add_names(table, row, COLUMN_CONTROLLERS, level->controllers, fold);
        add_names(table, row, COLUMN_HANDED_ON, level->enabled, fold);
        tabular_set_string(table, row, COLUMN_OWNER, user_name_or_number(level->owner));
        tabular_set_string(table, row, COLUMN_DELEGATED, level->delegated ? "1" : "0");
        return row;
}

static int print_levels(const Way *way, const CommonOptions *common, bool fold) {
        _cleanup_(tabular_done) Tabular table = {};
        CommonOptions options = *common;
        TableRow *row = NULL;
        int r;

        options.headings = true;
        options.pager = false; /* it is there already */

        r = tabular_choose(&table, &options, columns, ELEMENTSOF(columns), ELEMENTSOF(columns));
        if (r >= 0)
                r = tabular_open(&table, &options, columns, NULL);
        if (r < 0)
                return r;

        for (size_t i = 0; i < way->reach.n_levels; i++)
                row = add_level(&table, way, i, fold, row);

        return tabular_print(&table, &options);
}

static FindingResult result_of(const WayController *controller) {
        if (controller->arrival == ARRIVAL_UNKNOWN)
                return FINDING_UNKNOWN;
        if (controller->arrival == ARRIVAL_NO)
                return way_controller_counts(controller) ? FINDING_PROBLEM : FINDING_NOTE;

        return FINDING_OK;
}

/* What helps several of them stands below the last. */
static const char *remedy_below(const CommonOptions *options, const Way *way, const WayController *controller) {
        for (const WayController *next = controller + 1; next < way->controllers + way->n_controllers; next++)
                if (is_shown(options, result_of(next)) && controller->trouble.remedy && next->trouble.remedy &&
                    streq(controller->trouble.remedy, next->trouble.remedy))
                        return NULL;

        return controller->trouble.remedy;
}

static void print_controller(const CommonOptions *options, Sheet *sheet, const Way *way,
                             const WayController *controller) {
        const char *cause = controller->trouble.cause ?: "arrives";
        _cleanup_free_ char *text = NULL;

        if (controller->arrival == ARRIVAL_NO &&
            asprintf(&text, controller->stop ? "stops at %s: %s" : "is not there%s: %s", controller->stop ?: "",
                     cause) < 0)
                text = NULL;

        print_row(options, sheet, result_of(controller), controller_to_string(controller->controller),
                  strlen("hugetlb"), text ?: cause, remedy_below(options, way, controller));
}

/* Where the table cannot be made, which was said, the rest tells the same. */
static int print_way(Sheet *sheet, const Diagnosis *diagnosis, const CommonOptions *options) {
        const Way *way = &diagnosis->way;
        int r = 0;

        if (!options->quiet) {
                print_title(sheet, diagnosis);
                r = print_levels(way, options, sheet->width > 0);
                putchar('\n');
        }
        for (size_t i = 0; i < way->n_controllers; i++)
                print_controller(options, sheet, way, way->controllers + i);
        if (!options->quiet)
                putchar('\n');

        return r;
}

static void print_checks(Sheet *sheet, const Diagnosis *diagnosis, const CommonOptions *options) {
        const Trouble *unknown = &diagnosis->way.unknown;
        size_t width = strlen("way");

        for (size_t i = 0; i < diagnosis->n_checks; i++)
                if (strlen(diagnosis->checks[i].name) > width)
                        width = strlen(diagnosis->checks[i].name);

        /* That there is no hierarchy to look at is what the first check is about. */
        if (unknown->cause && diagnosis->doctor->root != -EMEDIUMTYPE)
                print_row(options, sheet, FINDING_UNKNOWN, "way", width, unknown->cause, unknown->remedy);

        for (size_t i = 0; i < diagnosis->n_checks; i++) {
                const Finding *finding = &diagnosis->checks[i].finding;

                print_row(options, sheet, finding->result, diagnosis->checks[i].name, width, finding->found,
                          finding->remedy);
        }
}

int diagnosis_print_text(const Diagnosis *diagnosis, const CommonOptions *options) {
        Sheet sheet = { .file = stdout };
        Pager pager = {};
        int r = 0, e;

        if (options->pager)
                pager_open(&pager);
        sheet.width = options->full ? 0 : terminal_width();

        if (diagnosis->way.reach.n_levels > 0)
                r = print_way(&sheet, diagnosis, options);
        print_checks(&sheet, diagnosis, options);

        /* Who leaves the pager has seen enough. */
        e = sheet_end(&sheet);
        if (e == -ENOMEM || (e < 0 && pager.pid == 0))
                r = output_check(e);
        pager_close(&pager);
        return r;
}
