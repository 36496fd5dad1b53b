/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/status.h"

#include <ctype.h>
#include <inttypes.h>

#include "basic/escape.h"
#include "basic/format.h"
#include "basic/json.h"
#include "basic/sheet.h"
#include "basic/terminal.h"
#include "basic/user-name.h"
#include "proc/command-line.h"

#define LABEL_WIDTH 12
#define PROCESSES_SHOWN 30

typedef enum FigureKind {
        FIGURE_NUMBER,
        FIGURE_BYTES,
        FIGURE_TIME,
} FigureKind;

static const char *format_figure(bool raw, FigureKind kind, uint64_t value, char buffer[static FORMAT_MAX]) {
        if (kind == FIGURE_BYTES && !raw)
                return format_bytes(value, buffer);
        if (kind == FIGURE_TIME && !raw)
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

static void print_usage_row(Sheet *sheet, const Status *status, const struct UsageRow *row) {
        bool has_main = row->main != _STATISTIC_MAX && status->statistics.values[row->main] != STATISTIC_ABSENT;
        bool raw = status->aim->options->bytes;
        char line[512] = "", figure[FORMAT_MAX], *end = line;
        size_t n = 0;

        if (has_main)
                end = stpcpy(line, format_figure(raw, row->kind, status->statistics.values[row->main], figure));

        for (size_t i = 0; i < ELEMENTSOF(row->more) && row->more[i].name; i++) {
                uint64_t value = status->statistics.values[row->more[i].statistic];

                if (value == STATISTIC_ABSENT)
                        continue;
                end += snprintf(end, sizeof(line) - (size_t) (end - line), "%s%s: %s",
                                n++ ? ", " : has_main ? " (" : "", row->more[i].name,
                                format_figure(raw, row->more[i].kind, value, figure));
        }
        if (has_main && n > 0)
                (void) stpcpy(end, ")");

        if (*line)
                sheet_line(sheet, row->label, "%s", line);
}

static void print_pressure(Sheet *sheet, const Status *status) {
        static const char *const names[] = { "cpu", "memory", "io" };
        const char *label = "Pressure";

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char line[256] = "", figure[FORMAT_MAX], *end = line;

                for (StatusPressure p = 2 * i; p < 2 * i + 2; p++) {
                        uint64_t total = status->statistics.values[status_pressure_total(p)];

                        if (status->pressure[p] == STATISTIC_ABSENT || total == STATISTIC_ABSENT)
                                continue;
                        end += snprintf(end, sizeof(line) - (size_t) (end - line), "%s %u.%02u%% (total: %s)",
                                        p % 2 ? ", full" : " some", (unsigned) status->pressure[p] / 100,
                                        (unsigned) status->pressure[p] % 100,
                                        format_figure(status->aim->options->bytes, FIGURE_TIME, total, figure));
                }

                if (!*line)
                        continue;
                sheet_line(sheet, label, "%-6s%s", names[i], line);
                label = NULL;
        }
}

static const char *format_limit(bool raw, const StatusLimit *limit, const char *value, char buffer[static FORMAT_MAX]) {
        char *end;
        uint64_t number;

        errno = 0;
        number = strtoull(value, &end, 10);
        if (!limit->bytes || !isdigit((unsigned char) *value) || *end || errno != 0)
                return value;

        return format_figure(raw, FIGURE_BYTES, number, buffer);
}

/* "TasksMax=33", and where a group above allows less "TasksMax=33, but 20 by /a.slice". */
static void print_limit(Sheet *sheet, const Status *status, const StatusLimit *limit, const char *label) {
        bool elsewhere = limit->set_by && !streq(limit->set_by, status->aim->target.path);
        bool raw = status->aim->options->bytes;
        _cleanup_free_ char *set_by = elsewhere ? escape_path(limit->set_by) : NULL;
        char own[FORMAT_MAX], effective[FORMAT_MAX];
        const char *value = limit->value ? format_limit(raw, limit, limit->value, own) : NULL;

        if (elsewhere)
                sheet_line(sheet, label, "%s=%s%s%s by %s", limit->name, value ?: "", value ? ", but " : "",
                           format_limit(raw, limit, limit->effective, effective), set_by ?: "?");
        else
                sheet_line(sheet, label, "%s=%s", limit->name, value ?: "");
}

static const char *process_group(const Status *status, size_t process) {
        const char *group = status->groups[status->processes[process].group];

        return *group ? group : ".";
}

static void print_processes(Sheet *sheet, const Status *status) {
        bool all = status->aim->options->full || status->n_processes <= PROCESSES_SHOWN;
        size_t n_shown = all ? status->n_processes : PROCESSES_SHOWN, width = 0;
        const char *label = "Processes";

        for (size_t i = 0; i < n_shown; i++)
                if (strlen(process_group(status, i)) > width)
                        width = strlen(process_group(status, i));

        for (size_t i = 0; i < n_shown; i++) {
                _cleanup_free_ char *command = NULL, *shown = escape_path(process_group(status, i));

                if (command_line_read(status->processes[i].pid, &command) == -ESRCH)
                        continue;
                sheet_line(sheet, label, "%7d %-*s %s", (int) status->processes[i].pid, (int) width, shown ?: "?",
                           command ?: "?");
                label = NULL;
        }

        if (!all)
                sheet_line(sheet, NULL, "… %zu more; --full lists all", status->n_processes - n_shown);
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
                printf("%s●" TERMINAL_OFF " ", color);
        else
                fputs(*color ? "● " : "○ ", stdout);
        printf("%s\n", shown ?: "?");
}

static void print_place(Sheet *sheet, const Status *status) {
        const char *path = status->aim->target.path, *state = status_state(status);
        char names[CONTROLLER_MASK_TEXT_MAX];

        if (status->unit)
                sheet_line(sheet, "Unit", "%s (%s manager)", status->unit,
                           status->aim->manager == MANAGER_USER ? "user" : "system");
        sheet_path(sheet, "Group", path);
        if (status->boundary && !streq(status->boundary, path))
                sheet_path(sheet, "Boundary", status->boundary);
        else
                sheet_line(sheet, "Boundary", "%s", status->boundary ? "this group" : "none is marked here or above");
        sheet_line(sheet, "Owner", "%s", user_name_or_number(status->owner));
        sheet_line(sheet, "State", "%s%s", state,
                   streq(state, "stale") ? ": no process is left in it; cgscope stop ends it" : "");
        sheet_line(sheet, "Controllers", "%s",
                   status->controllers ? controller_mask_format(status->controllers, ' ', names) : "none");
        if (status->enabled)
                sheet_line(sheet, "Enabled", "%s (for the groups below)",
                           controller_mask_format(status->enabled, ' ', names));
}

static void print_all(Sheet *sheet, const Status *status) {
        const char *label = "Limits";

        print_place(sheet, status);
        for (size_t i = 0; i < status->n_limits; i++, label = NULL)
                print_limit(sheet, status, status->limits + i, label);
        for (size_t i = 0; i < ELEMENTSOF(usage_rows); i++)
                print_usage_row(sheet, status, usage_rows + i);
        print_pressure(sheet, status);
        print_processes(sheet, status);
}

int status_print_text(const Status *status) {
        const CommonOptions *options = status->aim->options;
        Sheet sheet = { stdout, .label_width = LABEL_WIDTH, .width = options->full ? 0 : terminal_width() };
        const char *state = status_state(status), *name = strrchr(status->aim->target.path, '/');
        Pager pager = {};
        int r;

        if (options->pager)
                pager_open(&pager);

        print_title(name[1] ? name + 1 : name,
                    streq(state, "active")   ? TERMINAL_GREEN
                    : streq(state, "frozen") ? TERMINAL_CYAN
                    : streq(state, "stale")  ? TERMINAL_YELLOW
                                             : "");
        print_all(&sheet, status);
        r = sheet_end(&sheet);

        pager_close(&pager);
        return r;
}

int status_print_groupless(const char *unit, const char *state, const CommonOptions *options) {
        Sheet sheet = { stdout, .label_width = LABEL_WIDTH };
        JsonWriter writer;

        if (options->json) {
                json_begin(&writer, stdout, options->json_pretty);
                json_null(&writer, "control_group");
                json_string(&writer, "unit", unit);
                json_string(&writer, "state", state);
                return json_end(&writer);
        }

        print_title(unit, streq(state, "active") ? TERMINAL_GREEN : "");
        sheet_line(&sheet, "State", "%s; it has no group", state);
        return sheet_end(&sheet);
}
