/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/status-text.h"

#include <inttypes.h>

#include "basic/escape.h"
#include "basic/format.h"
#include "basic/pager.h"
#include "basic/parse.h"
#include "basic/sheet.h"
#include "basic/terminal.h"
#include "basic/user-name.h"
#include "cgroup/group.h"
#include "proc/command-line.h"

#define LABEL_WIDTH 12
#define PROCESSES_SHOWN 30

static const char *format_value(bool raw, StatisticUnit unit, uint64_t value, char buffer[static FORMAT_MAX]) {
        if (unit == UNIT_BYTES && !raw)
                return format_bytes(value, buffer);
        if (unit == UNIT_USEC && !raw)
                return format_timespan(value, USEC_PER_MSEC, buffer);

        (void) snprintf(buffer, FORMAT_MAX, "%" PRIu64, value);
        return buffer;
}

/* What stands beside one label: a statistic, and others in parentheses. */
static const struct UsageRow {
        const char *label; /* NULL: that of the first */
        Statistic statistics[5];
        size_t n;
} usage_rows[] = {
        { NULL, { STATISTIC_TASKS, STATISTIC_TASKS_PEAK }, 2 },
        { NULL, { STATISTIC_MEMORY, STATISTIC_MEMORY_PEAK, STATISTIC_SWAP, STATISTIC_SWAP_PEAK }, 4 },
        { NULL, { STATISTIC_CPU, STATISTIC_CPU_USER, STATISTIC_CPU_SYSTEM }, 3 },
        { NULL, { STATISTIC_IO_READ, STATISTIC_IO_READS }, 2 },
        { NULL, { STATISTIC_IO_WRITTEN, STATISTIC_IO_WRITES }, 2 },
        { "Events",
          { STATISTIC_EVENT_HIGH, STATISTIC_EVENT_MAX, STATISTIC_EVENT_OOM, STATISTIC_EVENT_OOM_KILL,
            STATISTIC_EVENT_OOM_GROUP_KILL },
          5 },
        { NULL, { STATISTIC_GROUPS }, 1 },
};

static void print_usage_row(Sheet *sheet, const StatusGroup *status, const struct UsageRow *row) {
        char line[512] = "", figure[FORMAT_MAX], *end = line;
        bool has_main = false;
        size_t n = 0;

        for (size_t i = 0; i < row->n; i++) {
                Statistic s = row->statistics[i];
                uint64_t value = status->statistics.values[s];

                if (value == STATISTIC_ABSENT)
                        continue;

                (void) format_value(status->aim->options->bytes, statistic_unit(s), value, figure);
                if (i == 0 && !row->label) {
                        end = stpcpy(end, figure);
                        has_main = true;
                } else
                        end += snprintf(end, sizeof(line) - (size_t) (end - line), "%s%s: %s",
                                        n++        ? ", "
                                        : has_main ? " ("
                                                   : "",
                                        statistic_label(s), figure);
        }

        if (*line)
                sheet_line(sheet, row->label ?: statistic_label(row->statistics[0]), "%s%s", line,
                           has_main && n > 0 ? ")" : "");
}

static void print_pressure(Sheet *sheet, const StatusGroup *status) {
        static const char *const names[] = { "cpu", "memory", "io" };
        const char *label = "Pressure";

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char line[256] = "", figure[FORMAT_MAX], *end = line;

                for (size_t k = 2 * i; k < 2 * i + 2; k++) {
                        uint64_t share = status->pressure[k], total = status->statistics.values[STATISTIC_CPU_SOME + k];

                        if (share == STATISTIC_ABSENT || total == STATISTIC_ABSENT)
                                continue;
                        end += snprintf(end, sizeof(line) - (size_t) (end - line), "%s %s %u.%02u%% (total: %s)",
                                        k % 2 ? "," : "", statistic_label(STATISTIC_CPU_SOME + k),
                                        (unsigned) share / 100, (unsigned) share % 100,
                                        format_value(status->aim->options->bytes, UNIT_USEC, total, figure));
                }

                if (!*line)
                        continue;
                sheet_line(sheet, label, "%-6s%s", names[i], line);
                label = NULL;
        }

        if (label && group_read_number(status->aim->target.fd, "cgroup.pressure", 1) == 0)
                sheet_line(sheet, label, "switched off for this group (cgroup.pressure is 0)");
        else if (label && access("/proc/pressure", F_OK) < 0)
                sheet_line(sheet, label, "not recorded by this kernel; psi=1 on its command line may help");
}

static const char *format_limit(bool raw, const StatusLimit *limit, const char *value, char buffer[static FORMAT_MAX]) {
        uint64_t number;

        if (!limit->bytes || parse_unsigned(value, 0, UINT64_MAX, &number) < 0)
                return value;

        return format_value(raw, UNIT_BYTES, number, buffer);
}

/* "TasksMax=33", and where a group above allows less "TasksMax=33, but 20 by /a.slice". */
static void print_limit(Sheet *sheet, const StatusGroup *status, const StatusLimit *limit, const char *label) {
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

static const char *process_group(const StatusGroup *status, size_t process) {
        const char *group = status->groups[status->processes[process].group];

        return *group ? group : ".";
}

static void print_processes(Sheet *sheet, const StatusGroup *status) {
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
                sheet_line(sheet, NULL, "%s %zu more; --full lists all", terminal_is_utf8() ? "…" : "...",
                           status->n_processes - n_shown);
}

/* The line that says what this is, and how it is at a glance. */
static void print_title(const char *name, const char *color) {
        _cleanup_free_ char *shown = escape_path(name);
        const char *mark = terminal_is_utf8() ? (*color ? "●" : "○") : (*color ? "*" : "-");

        if (terminal_has_colors() && *color)
                printf("%s%s" TERMINAL_OFF " ", color, mark);
        else
                printf("%s ", mark);
        printf("%s\n", shown ?: "?");
}

static void print_place(Sheet *sheet, const StatusGroup *status) {
        const char *path = status->aim->target.path, *state = status_group_state(status);
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

static void print_all(Sheet *sheet, const StatusGroup *status) {
        const char *label = "Limits";

        print_place(sheet, status);
        for (size_t i = 0; i < status->limits.n; i++, label = NULL)
                print_limit(sheet, status, status->limits.limits + i, label);
        for (size_t i = 0; i < ELEMENTSOF(usage_rows); i++)
                print_usage_row(sheet, status, usage_rows + i);
        print_pressure(sheet, status);
        print_processes(sheet, status);
}

int status_text_print(const StatusGroup *status) {
        const CommonOptions *options = status->aim->options;
        Sheet sheet = { stdout, .label_width = LABEL_WIDTH, .width = options->full ? 0 : terminal_width() };
        const char *state = status_group_state(status), *name = strrchr(status->aim->target.path, '/');
        Pager pager = {};
        int r;

        if (options->pager)
                pager_open(&pager);

        print_title(name[1] ? name + 1 : name, streq(state, "active")   ? TERMINAL_GREEN
                                               : streq(state, "frozen") ? TERMINAL_CYAN
                                               : streq(state, "stale")  ? TERMINAL_YELLOW
                                                                        : "");
        print_all(&sheet, status);
        r = sheet_end(&sheet);

        pager_close(&pager);
        return r;
}

int status_text_groupless(const char *unit, const char *state, bool locked) {
        Sheet sheet = { stdout, .label_width = LABEL_WIDTH };

        print_title(unit, streq(state, "active") ? TERMINAL_GREEN : "");
        sheet_line(&sheet, "State", "%s; %s", state, locked ? "its group cannot be looked into" : "it has no group");
        return sheet_end(&sheet);
}
