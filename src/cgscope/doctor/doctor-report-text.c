/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>

#include "basic/escape.h"
#include "basic/log.h"
#include "basic/user-name.h"
#include "cgscope/doctor/doctor-report.h"
#include "cgscope/cli/table-view.h"

/* The names of controllers in a cell are broken into lines no longer than this, so that the table fits a terminal of 80
 * columns: "cpu memory pids" is what is handed on by default. */
#define NAMES_WIDTH 16

/* What is indented leaves at least so much for the text. */
#define TEXT_WIDTH_MIN 20

/* systemd's colours. */
#define COLOR_PROBLEM "\x1b[0;1;31m"
#define COLOR_UNKNOWN "\x1b[0;1;33m"
#define COLOR_NOTE "\x1b[0;1;39m"
#define COLOR_OK "\x1b[0;32m"
#define COLOR_OFF "\x1b[0m"

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

static const struct {
        const char *color, *word;
} looks[_FINDING_MAX] = {
        [FINDING_OK] = { COLOR_OK, "ok" },
        [FINDING_NOTE] = { COLOR_NOTE, "note" },
        [FINDING_PROBLEM] = { COLOR_PROBLEM, "problem" },
        [FINDING_UNKNOWN] = { COLOR_UNKNOWN, "unknown" },
};

/* Prints one word. Returns its width. */
static unsigned print_word(const char *text, size_t length) {
        unsigned width = 0;

        for (const char *end = text + length; text < end;) {
                char shown[ESCAPE_MAX + 1];
                unsigned shown_width;

                fwrite(shown, 1, escape_character(&text, shown, &shown_width), stdout);
                width += shown_width;
        }

        return width;
}

/* Prints @text from column @indent on, where the line stands now, broken at blanks so that it fits the terminal. */
static void print_wrapped(const char *text, unsigned indent, const char *color, bool full) {
        unsigned width = full ? 0 : terminal_width(), column = indent;
        const char *off = *color ? COLOR_OFF : "";

        if (width > 0 && width < indent + TEXT_WIDTH_MIN)
                width = indent + TEXT_WIDTH_MIN;

        fputs(color, stdout);
        for (const char *p = text + strspn(text, " "); *p; p += strspn(p, " ")) {
                size_t length = strcspn(p, " ");

                if (width > 0 && column > indent && column + 1 + length > width)
                        column = indent, printf("%s\n%*s%s", off, (int) indent, "", color);
                else if (column > indent)
                        column++, putchar(' ');

                column += print_word(p, length);
                p += length;
        }
        printf("%s\n", off);
}

static _printf_(2, 3) int print_line(const Diagnosis *diagnosis, const char *format, ...) {
        _cleanup_free_ char *line = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&line, format, arguments);
        va_end(arguments);
        if (r < 0)
                return line = NULL, -ENOMEM;

        print_wrapped(line, 0, "", diagnosis->doctor->options->full);
        return 0;
}

/* "ok  NAME  TEXT", and the remedy below it. */
static void print_row(const Diagnosis *diagnosis, FindingResult result, const char *name, int name_width,
                      const char *text, const char *remedy) {
        bool full = diagnosis->doctor->options->full, colors = terminal_has_colors();
        unsigned indent = (unsigned) (strlen("problem  ") + (size_t) name_width + strlen("  "));

        printf("%s%-7s%s  %-*s  ", colors ? looks[result].color : "", looks[result].word, colors ? COLOR_OFF : "",
               name_width, name);
        print_wrapped(text, indent, "", full);

        if (remedy) {
                printf("%*s", (int) indent + 2, "");
                print_wrapped(remedy, indent + 2, colors ? COLOR_NOTE : "", full);
        }
}

/* "tester (UID 1000)" */
static void format_user(const Doctor *doctor, char *buffer, size_t size) {
        if (doctor->user)
                (void) snprintf(buffer, size, "%s (UID %u)", doctor->user, (unsigned) doctor->uid);
        else
                (void) snprintf(buffer, size, "UID %u", (unsigned) doctor->uid);
}

static const char *group_name(const WayLevel *level) {
        const char *name = strrchr(level->path, '/') + 1;

        return *name ? name : "/";
}

static int print_title(const Diagnosis *diagnosis) {
        const Way *way = &diagnosis->way;
        char user[320];

        format_user(diagnosis->doctor, user, sizeof(user));

        switch (way->end) {
        case WAY_PROBE:
                return print_line(diagnosis, "The way of the controllers to a new scope of %s, made to look at it and "
                                  "gone again:", user);
        case WAY_UNIT:
                return print_line(diagnosis, "The way of the controllers to %s, the delegated unit that this runs in:",
                                  group_name(way->levels + way->n_levels - 1));
        case WAY_MANAGER:
                return print_line(diagnosis, "The way of the controllers to the user manager of %s:", user);
        case WAY_SYSTEM:
                return print_line(diagnosis, "The way of the controllers to the scopes of %s:", user);
        case WAY_LOGIN:
        default:
                return print_line(diagnosis, "%s has no user manager running. The way of the controllers to the one "
                                  "that a login would start:", user);
        }
}

/* The names of @mask, one behind the other; for a terminal in lines that leave room for the other columns. */
static char *format_names(ControllerMask mask, bool lines, char buffer[static CONTROLLER_MASK_TEXT_MAX]) {
        char *begin = controller_mask_format(mask, ' ', buffer), *blank = NULL;

        for (char *p = begin; lines && *p; p++) {
                if (*p == ' ')
                        blank = p;
                if (p - begin >= NAMES_WIDTH && blank) {
                        *blank = '\n';
                        begin = blank + 1;
                        blank = NULL;
                }
        }

        return buffer;
}

static int add_level(Tabular *table, const Diagnosis *diagnosis, size_t i, TableRow **row) {
        const Way *way = &diagnosis->way;
        const WayLevel *level = way->levels + i;
        const char *name = group_name(level);
        bool lines = terminal_width() > 0 && !diagnosis->doctor->options->full;
        char names[CONTROLLER_MASK_TEXT_MAX];
        int r;

        if (way->end == WAY_PROBE && i + 1 == way->n_levels)
                name = "(the new scope)";

        r = tabular_add(table, *row, row);
        if (r >= 0)
                r = tabular_set_string(table, *row, COLUMN_GROUP, name);
        if (r >= 0)
                r = tabular_set_string(table, *row, COLUMN_CONTROLLERS, format_names(level->controllers, lines, names));
        if (r >= 0)
                r = tabular_set_string(table, *row, COLUMN_HANDED_ON, format_names(level->enabled, lines, names));
        if (r >= 0)
                r = tabular_set_string(table, *row, COLUMN_OWNER, user_name_or_number(level->owner));
        if (r >= 0)
                r = tabular_set_string(table, *row, COLUMN_DELEGATED, level->delegated ? "1" : "0");

        return r;
}

static int print_levels(const Diagnosis *diagnosis) {
        _cleanup_(tabular_done) Tabular table = {};
        CommonOptions options = *diagnosis->doctor->options;
        TableRow *row = NULL;
        int r;

        options.headings = true;
        options.pager = false; /* it is there already */

        r = tabular_choose(&table, &options, columns, ELEMENTSOF(columns), ELEMENTSOF(columns));
        if (r >= 0)
                r = tabular_open(&table, &options, columns, NULL);
        for (size_t i = 0; r >= 0 && i < diagnosis->way.n_levels; i++)
                r = add_level(&table, diagnosis, i, &row);

        return r < 0 ? r : tabular_print(&table, &options);
}

static FindingResult result_of(const WayController *controller) {
        if (controller->arrival == ARRIVAL_UNKNOWN)
                return FINDING_UNKNOWN;
        if (controller->arrival == ARRIVAL_NO)
                return way_controller_counts(controller) ? FINDING_PROBLEM : FINDING_NOTE;

        return FINDING_OK;
}

/* What helps several of them stands below the last. */
static const char *remedy_below(const Way *way, const WayController *controller) {
        for (const WayController *next = controller + 1; next < way->controllers + way->n_controllers; next++)
                if (controller->trouble.remedy && next->trouble.remedy &&
                    streq(controller->trouble.remedy, next->trouble.remedy))
                        return NULL;

        return controller->trouble.remedy;
}

static int print_controller(const Diagnosis *diagnosis, const WayController *controller) {
        const char *name = controller_to_string(controller->controller);
        _cleanup_free_ char *text = NULL;
        int r = 0;

        if (controller->arrival != ARRIVAL_NO)
                r = asprintf(&text, "%s", controller->trouble.cause ?: "arrives");
        else if (controller->stop)
                r = asprintf(&text, "stops at %s: %s", controller->stop, controller->trouble.cause);
        else
                r = asprintf(&text, "is not there: %s", controller->trouble.cause);
        if (r < 0)
                return text = NULL, -ENOMEM;

        print_row(diagnosis, result_of(controller), name, (int) strlen("hugetlb"), text,
                  remedy_below(&diagnosis->way, controller));
        return 0;
}

/* Where the table cannot be made, which was said, the rest tells the same. */
static int print_way(const Diagnosis *diagnosis) {
        const Way *way = &diagnosis->way;
        int r, e = 0;

        r = print_title(diagnosis);
        if (r < 0)
                return r;

        r = print_levels(diagnosis);
        putchar('\n');
        for (size_t i = 0; e >= 0 && i < way->n_controllers; i++)
                e = print_controller(diagnosis, way->controllers + i);
        putchar('\n');

        return e < 0 ? e : r;
}

/* That there is no hierarchy to look at is what the first check is about. */
static bool says_unknown(const Diagnosis *diagnosis) {
        return diagnosis->way.unknown.cause && diagnosis->doctor->root != -EMEDIUMTYPE;
}

static void print_checks(const Diagnosis *diagnosis) {
        size_t width = strlen("way");

        for (size_t i = 0; i < diagnosis->n_checks; i++)
                if (strlen(diagnosis->checks[i].name) > width)
                        width = strlen(diagnosis->checks[i].name);

        if (says_unknown(diagnosis))
                print_row(diagnosis, FINDING_UNKNOWN, "way", (int) width, diagnosis->way.unknown.cause,
                          diagnosis->way.unknown.remedy);

        for (size_t i = 0; i < diagnosis->n_checks; i++) {
                const Finding *finding = &diagnosis->checks[i].finding;

                print_row(diagnosis, finding->result, diagnosis->checks[i].name, (int) width, finding->found,
                          finding->remedy);
        }
}

int diagnosis_print_text(const Diagnosis *diagnosis) {
        Pager pager = {};
        int r = 0;

        if (diagnosis->doctor->options->pager)
                pager_open(&pager);

        if (diagnosis->way.n_levels > 0)
                r = print_way(diagnosis);
        print_checks(diagnosis);

        /* Who leaves the pager has seen enough. */
        if (pager.pid == 0 && (fflush(stdout) != 0 || ferror(stdout)))
                r = log_error_errno(-EIO, "cannot write to standard output");
        pager_close(&pager);
        return r;
}
