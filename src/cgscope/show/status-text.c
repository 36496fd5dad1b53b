/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/status.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>

#include "basic/format.h"
#include "basic/json.h"
#include "basic/terminal.h"
#include "basic/escape.h"
#include "proc/command-line.h"

#define LABEL_WIDTH 12
#define PROCESSES_SHOWN 30

#define COLOR_ACTIVE "\x1b[0;1;32m"
#define COLOR_FROZEN "\x1b[0;1;36m"
#define COLOR_NOTABLE "\x1b[0;1;33m"
#define COLOR_OFF "\x1b[0m"

typedef struct Text {
        const CommonOptions *options;
        unsigned width; /* 0: nothing is cut */
} Text;

/* Prints @text up to @width columns. */
static void print_safely(const char *text, unsigned width) {
        unsigned column = 0;

        while (*text) {
                char shown[ESCAPE_MAX + 1];
                unsigned columns;
                size_t length = escape_character(&text, shown, &columns);

                column += columns;
                if (width > 0 && (column > width || (column == width && *text))) {
                        fputs("…", stdout);
                        return;
                }

                fwrite(shown, 1, length, stdout);
        }
}

/* A line behind its label; the label is NULL in the lines that follow. */
static _printf_(3, 4) int print_line(const Text *text, const char *label, const char *format, ...) {
        _cleanup_free_ char *line = NULL;
        va_list args;
        int r;

        va_start(args, format);
        r = vasprintf(&line, format, args);
        va_end(args);
        if (r < 0) {
                line = NULL;
                return -ENOMEM;
        }

        printf("%*s%c ", LABEL_WIDTH, label ?: "", label ? ':' : ' ');
        print_safely(line, text->width > 2 * LABEL_WIDTH ? text->width - LABEL_WIDTH - 2 : text->width);
        putchar('\n');
        return 0;
}

static int print_path(const Text *text, const char *label, const char *path) {
        _cleanup_free_ char *shown = escape_path(path);

        return shown ? print_line(text, label, "%s", shown) : -ENOMEM;
}

typedef enum FigureKind {
        FIGURE_NUMBER,
        FIGURE_BYTES,
        FIGURE_TIME,
} FigureKind;

static const char *format_figure(const Text *text, FigureKind kind, uint64_t value, char buffer[static FORMAT_MAX]) {
        if (kind == FIGURE_BYTES && !text->options->bytes)
                return format_bytes(value, buffer);
        if (kind == FIGURE_TIME && !text->options->bytes)
                return format_timespan(value, USEC_PER_MSEC, buffer);

        (void) snprintf(buffer, FORMAT_MAX, "%" PRIu64, value);
        return buffer;
}

static const struct UsageRow {
        const char *label;
        FigureKind kind;
        Statistic main; /* _STATISTIC_MAX: none */
        struct {
                const char *name;
                Statistic statistic;
                FigureKind kind;
        } more[5];
} usage_rows[] = {
        { "Tasks", FIGURE_NUMBER, STATISTIC_TASKS, { { "peak", STATISTIC_TASKS_PEAK, FIGURE_NUMBER } } },
        { "Memory",
          FIGURE_BYTES,
          STATISTIC_MEMORY,
          { { "peak", STATISTIC_MEMORY_PEAK, FIGURE_BYTES },
            { "swap", STATISTIC_SWAP, FIGURE_BYTES },
            { "swap peak", STATISTIC_SWAP_PEAK, FIGURE_BYTES } } },
        { "CPU",
          FIGURE_TIME,
          STATISTIC_CPU,
          { { "user", STATISTIC_CPU_USER, FIGURE_TIME }, { "system", STATISTIC_CPU_SYSTEM, FIGURE_TIME } } },
        { "IO read", FIGURE_BYTES, STATISTIC_IO_READ, { { "operations", STATISTIC_IO_READS, FIGURE_NUMBER } } },
        { "IO written", FIGURE_BYTES, STATISTIC_IO_WRITTEN, { { "operations", STATISTIC_IO_WRITES, FIGURE_NUMBER } } },
        { "Events",
          FIGURE_NUMBER,
          _STATISTIC_MAX,
          { { "high", STATISTIC_EVENT_HIGH, FIGURE_NUMBER },
            { "max", STATISTIC_EVENT_MAX, FIGURE_NUMBER },
            { "oom", STATISTIC_EVENT_OOM, FIGURE_NUMBER },
            { "oom_kill", STATISTIC_EVENT_OOM_KILL, FIGURE_NUMBER },
            { "oom_group_kill", STATISTIC_EVENT_OOM_GROUP_KILL, FIGURE_NUMBER } } },
        { "Groups", FIGURE_NUMBER, STATISTIC_GROUPS, { { NULL } } },
};

static int print_usage_row(const Text *text, const Status *status, const struct UsageRow *row) {
        bool has_main = row->main != _STATISTIC_MAX && status->statistics.values[row->main] != STATISTIC_ABSENT;
        char line[512] = "", figure[FORMAT_MAX], *end = line;
        size_t n = 0;

        if (has_main)
                end = stpcpy(line, format_figure(text, row->kind, status->statistics.values[row->main], figure));

        for (size_t i = 0; i < ELEMENTSOF(row->more) && row->more[i].name; i++) {
                uint64_t value = status->statistics.values[row->more[i].statistic];

                if (value == STATISTIC_ABSENT)
                        continue;
                end += snprintf(end, sizeof(line) - (size_t) (end - line), "%s%s: %s", n++ ? ", " : has_main ? " (" : "", row->more[i].name,
                               format_figure(text, row->more[i].kind, value, figure));
        }
        if (has_main && n > 0)
                (void) stpcpy(end, ")");

        return *line ? print_line(text, row->label, "%s", line) : 0;
}

static int print_pressure(const Text *text, const Status *status) {
        static const char *const names[] = { "cpu", "memory", "io" };
        const char *label = "Pressure";
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(names); i++) {
                char line[256] = "", figure[FORMAT_MAX], *end = line;

                for (StatusPressure p = 2 * i; p < 2 * i + 2; p++) {
                        uint64_t total = status->statistics.values[status_pressure_total(p)];

                        if (status->pressure[p] == STATISTIC_ABSENT || total == STATISTIC_ABSENT)
                                continue;
                        end += snprintf(end, sizeof(line) - (size_t) (end - line), "%s %u.%02u%% (total: %s)", p % 2 ? ", full" : " some",
                                       (unsigned) status->pressure[p] / 100, (unsigned) status->pressure[p] % 100,
                                       format_figure(text, FIGURE_TIME, total, figure));
                }

                if (*line) {
                        r = print_line(text, label, "%-6s%s", names[i], line);
                        label = NULL;
                }
        }

        return r;
}

static const char *format_limit(const Text *text, const StatusLimit *limit, const char *value,
                                char buffer[static FORMAT_MAX]) {
        char *end;
        uint64_t number;

        errno = 0;
        number = strtoull(value, &end, 10);
        if (!limit->bytes || !isdigit((unsigned char) *value) || *end || errno != 0)
                return value;

        return format_figure(text, FIGURE_BYTES, number, buffer);
}

/* "TasksMax=33", and where a group above allows less "TasksMax=33, but 20 by /a.slice". */
static int print_limit(const Text *text, const Status *status, const StatusLimit *limit, const char *label) {
        bool elsewhere = limit->set_by && !streq(limit->set_by, status->aim->target.path);
        _cleanup_free_ char *set_by = elsewhere ? escape_path(limit->set_by) : NULL;
        char own[FORMAT_MAX], effective[FORMAT_MAX];
        const char *value = limit->value ? format_limit(text, limit, limit->value, own) : NULL;

        if (!elsewhere)
                return print_line(text, label, "%s=%s", limit->name, value ?: "");

        return print_line(text, label, "%s=%s%s%s by %s", limit->name, value ?: "", value ? ", but " : "",
                          format_limit(text, limit, limit->effective, effective), set_by ?: "?");
}

static int print_limits(const Text *text, const Status *status) {
        const char *label = "Limits";
        int r = 0;

        for (size_t i = 0; r >= 0 && i < status->n_limits; i++) {
                r = print_limit(text, status, status->limits + i, label);
                label = NULL;
        }

        return r;
}

static int print_processes(const Text *text, const Status *status) {
        size_t n_shown = text->options->full || status->n_processes <= PROCESSES_SHOWN ? status->n_processes
                                                                                       : PROCESSES_SHOWN;
        const char *label = "Processes";
        int width = 1, r = 0;

        for (size_t i = 0; i < n_shown; i++)
                if ((int) strlen(status->groups[status->processes[i].group]) > width)
                        width = (int) strlen(status->groups[status->processes[i].group]);

        for (size_t i = 0; r >= 0 && i < n_shown; i++) {
                const char *group = status->groups[status->processes[i].group];
                _cleanup_free_ char *command = NULL, *shown = escape_path(*group ? group : ".");

                if (command_line_read(status->processes[i].pid, &command) == -ESRCH)
                        continue;
                r = print_line(text, label, "%7d %-*s %s", (int) status->processes[i].pid, width, shown ?: "?",
                               command ?: "?");
                label = NULL;
        }

        if (r >= 0 && n_shown < status->n_processes)
                r = print_line(text, NULL, "… %zu more; --full lists all", status->n_processes - n_shown);
        return r;
}

const char *status_state(const Status *status) {
        if (status->statistics.values[STATISTIC_FROZEN] == 1)
                return "frozen";
        return status->n_processes > 0 ? "active" : status_is_stale(status) ? "stale" : "empty";
}

/* The line that says what this is, and how it is at a glance. */
static void print_title(const char *name, const char *color) {
        _cleanup_free_ char *shown = escape_path(name);

        if (terminal_has_colors() && *color)
                printf("%s●" COLOR_OFF " ", color);
        else
                fputs(*color ? "● " : "○ ", stdout);
        printf("%s\n", shown ?: "?");
}

static int print_place(const Text *text, const Status *status) {
        const char *path = status->aim->target.path, *state = status_state(status);
        char names[CONTROLLER_MASK_TEXT_MAX], enabled[CONTROLLER_MASK_TEXT_MAX];
        int r = 0;

        if (status->unit)
                r = print_line(text, "Unit", "%s (%s manager)", status->unit,
                               status->aim->manager == MANAGER_USER ? "user" : "system");
        if (r >= 0)
                r = print_path(text, "Group", path);
        if (r >= 0 && status->boundary && !streq(status->boundary, path))
                r = print_path(text, "Boundary", status->boundary);
        else if (r >= 0)
                r = print_line(text, "Boundary", "%s", status->boundary ? "this group" : "none is marked here or above");
        if (r >= 0)
                r = print_line(text, "Owner", "%s", status->owner_name);
        if (r >= 0)
                r = print_line(text, "State", "%s%s", state, streq(state, "stale") ?
                               ": no process is left in it; cgscope stop ends it" : "");
        if (r >= 0)
                r = print_line(text, "Controllers", "%s", status->controllers ?
                               controller_mask_format(status->controllers, ' ', names) : "none");
        if (r >= 0 && status->enabled)
                r = print_line(text, "Enabled", "%s (for the groups below)",
                               controller_mask_format(status->enabled, ' ', enabled));
        return r;
}

static int print_all(const Text *text, const Status *status) {
        int r;

        r = print_place(text, status);
        if (r >= 0)
                r = print_limits(text, status);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(usage_rows); i++)
                r = print_usage_row(text, status, usage_rows + i);
        if (r >= 0)
                r = print_pressure(text, status);

        return r < 0 ? r : print_processes(text, status);
}

static int finish_output(void) {
        return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -EIO;
}

int status_print_text(const Status *status, const CommonOptions *options) {
        const Text text = { .options = options, .width = options->full ? 0 : terminal_width() };
        const char *state = status_state(status), *name = strrchr(status->aim->target.path, '/');
        Pager pager = {};
        int r;

        if (options->pager)
                pager_open(&pager);

        print_title(name[1] ? name + 1 : name,
                    streq(state, "active")   ? COLOR_ACTIVE
                    : streq(state, "frozen") ? COLOR_FROZEN
                    : streq(state, "stale")  ? COLOR_NOTABLE
                                             : "");
        r = print_all(&text, status);
        if (r >= 0)
                r = finish_output();

        pager_close(&pager);
        return r;
}

int status_print_groupless(const char *unit, const char *state, const CommonOptions *options) {
        const Text text = { .options = options, .width = 0 };
        JsonWriter writer;
        int r;

        if (options->json) {
                json_begin(&writer, stdout, options->json_pretty);
                json_null(&writer, "control_group");
                json_string(&writer, "unit", unit);
                json_string(&writer, "state", state);
                return json_end(&writer);
        }

        print_title(unit, streq(state, "active") ? COLOR_ACTIVE : "");
        r = print_line(&text, "State", "%s; it has no group", state);
        return r < 0 ? r : finish_output();
}
