/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "basic/escape.h"
#include "basic/format.h"
#include "basic/json.h"
#include "cgroup/device.h"
#include "cgscope/command/report.h"

/* The column at which the figures begin: behind the longest label. */
#define LABEL_WIDTH 13

#define SIGNAL_NAME_MAX 24

static char *signal_name(int number, char buffer[static SIGNAL_NAME_MAX]) {
        const char *name = sigabbrev_np(number);

        if (name)
                (void) snprintf(buffer, SIGNAL_NAME_MAX, "SIG%s", name);
        else
                (void) snprintf(buffer, SIGNAL_NAME_MAX, "SIGRTMIN+%d", number - SIGRTMIN);
        return buffer;
}

static char *device_title(const DeviceStatistics *device) {
        char *title;

        return device_name(makedev(device->major, device->minor), &title) < 0 ? NULL : title;
}

static uint64_t value_of(const Report *report, Statistic statistic) {
        return report->statistics.values[statistic];
}

static bool is_known(const Report *report, Statistic statistic) {
        return value_of(report, statistic) != STATISTIC_ABSENT;
}

static void print_label(FILE *file, const char *label) {
        fprintf(file, "%*s: ", LABEL_WIDTH, label);
}

static const char *time_text(uint64_t usec, char buffer[static FORMAT_MAX]) {
        return format_timespan(usec, usec < USEC_PER_SEC ? 1 : USEC_PER_MSEC, buffer);
}

static void print_status(const Report *report, FILE *file) {
        char name[SIGNAL_NAME_MAX];

        print_label(file, "status");
        if (WIFSIGNALED(report->status))
                fprintf(file, "killed by %s%s\n", signal_name(WTERMSIG(report->status), name),
                        WCOREDUMP(report->status) ? ", core dumped" : "");
        else
                fprintf(file, "exit status %d\n", WEXITSTATUS(report->status));

        if (report->stopped_by) {
                print_label(file, "stopped by");
                fprintf(file, "%s\n", report->stopped_by);
        }
        if (report->oomd_kill > 0) {
                print_label(file, "killed by");
                fputs("systemd-oomd\n", file);
        }
}

static void print_times(const Report *report, FILE *file) {
        char total[FORMAT_MAX], user[FORMAT_MAX], system[FORMAT_MAX];

        print_label(file, "wall time");
        fprintf(file, "%s\n", time_text(report->wall, total));

        if (!is_known(report, STATISTIC_CPU))
                return;

        print_label(file, "cpu time");
        fprintf(file, "%s", time_text(value_of(report, STATISTIC_CPU), total));
        if (is_known(report, STATISTIC_CPU_USER) && is_known(report, STATISTIC_CPU_SYSTEM))
                fprintf(file, " (%s user, %s system)", time_text(value_of(report, STATISTIC_CPU_USER), user),
                        time_text(value_of(report, STATISTIC_CPU_SYSTEM), system));
        fputc('\n', file);
}

static void print_peaks(const Report *report, FILE *file) {
        char memory[FORMAT_MAX], swap[FORMAT_MAX];

        if (is_known(report, STATISTIC_MEMORY_PEAK)) {
                print_label(file, "memory");
                fprintf(file, "%s peak", format_bytes(value_of(report, STATISTIC_MEMORY_PEAK), memory));
                if (is_known(report, STATISTIC_SWAP_PEAK))
                        fprintf(file, ", swap %s peak", format_bytes(value_of(report, STATISTIC_SWAP_PEAK), swap));
                fputc('\n', file);
        }

        if (is_known(report, STATISTIC_TASKS_PEAK)) {
                print_label(file, "tasks");
                fprintf(file, "%ju peak\n", (uintmax_t) value_of(report, STATISTIC_TASKS_PEAK));
        }
}

static void print_transfer(FILE *file, const char *lead, uint64_t bytes, uint64_t operations, const char *verb) {
        char text[FORMAT_MAX];

        if (bytes == STATISTIC_ABSENT)
                return;

        fprintf(file, "%s%s %s", lead, format_bytes(bytes, text), verb);
        if (operations != STATISTIC_ABSENT)
                fprintf(file, " (%ju ops)", (uintmax_t) operations);
}

static void print_devices(const Report *report, FILE *file) {
        if (report->n_devices == 0) {
                print_label(file, "io");
                fputs("none\n", file);
        }

        for (ssize_t i = 0; i < report->n_devices; i++) {
                const DeviceStatistics *d = report->devices + i;
                _cleanup_free_ char *title = device_title(d);

                print_label(file, "io");
                escape_print(file, title ?: "?");
                print_transfer(file, " ", d->read, d->reads, "read");
                print_transfer(file, ", ", d->written, d->writes, "written");
                fputc('\n', file);
        }
}

static void print_stalls(const Report *report, FILE *file) {
        static const struct {
                const char *label;
                Statistic some, full;
        } stalls[] = {
                { "cpu stall", STATISTIC_CPU_SOME, STATISTIC_CPU_FULL },
                { "memory stall", STATISTIC_MEMORY_SOME, STATISTIC_MEMORY_FULL },
                { "io stall", STATISTIC_IO_SOME, STATISTIC_IO_FULL },
        };
        char text[FORMAT_MAX];

        for (size_t i = 0; i < ELEMENTSOF(stalls); i++) {
                if (!is_known(report, stalls[i].some))
                        continue;

                print_label(file, stalls[i].label);
                fprintf(file, "%s some", time_text(value_of(report, stalls[i].some), text));
                if (is_known(report, stalls[i].full))
                        fprintf(file, ", %s full", time_text(value_of(report, stalls[i].full), text));
                fputc('\n', file);
        }
}

static void print_events(const Report *report, FILE *file) {
        static const char *const names[] = { "high", "max", "oom", "oom_kill", "oom_group_kill" };
        bool more = false;

        if (!is_known(report, STATISTIC_EVENT_HIGH))
                return;

        print_label(file, "memory events");
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                uint64_t n = value_of(report, STATISTIC_EVENT_HIGH + i);

                if (n == 0 || n == STATISTIC_ABSENT)
                        continue;
                fprintf(file, "%s%ju %s", more ? ", " : "", (uintmax_t) n, names[i]);
                more = true;
        }
        fputs(more ? "\n" : "none\n", file);
}

static void print_text(const Report *report, FILE *file) {
        _cleanup_free_ char *name = escape_path(report->unit ?: report->control_group);

        print_label(file, report->unit ? "unit" : "group");
        fprintf(file, "%s\n", name ?: "?");

        print_status(report, file);
        print_times(report, file);
        print_peaks(report, file);
        print_devices(report, file);
        print_stalls(report, file);
        print_events(report, file);

        if (report->left > 0 && report->left != STATISTIC_ABSENT) {
                print_label(file, "left");
                fprintf(file, "%ju %s%s\n", (uintmax_t) report->left, report->left == 1 ? "process" : "processes",
                        report->killed ? ", killed" : "");
        }
}

static void json_devices(JsonWriter *writer, const Report *report) {
        json_open_array(writer, "devices");
        for (ssize_t i = 0; i < report->n_devices; i++) {
                const DeviceStatistics *d = report->devices + i;
                const uint64_t figures[] = { d->read, d->written, d->reads, d->writes };
                _cleanup_free_ char *title = device_title(d);

                json_open_object(writer, NULL);
                json_string(writer, "device", title ?: "?");
                for (size_t k = 0; k < ELEMENTSOF(figures); k++)
                        if (figures[k] != STATISTIC_ABSENT)
                                json_number(writer, statistic_field(STATISTIC_IO_READ + k), figures[k]);
                json_close(writer);
        }
        json_close(writer);
}

static int print_json(const Report *report, FILE *file, bool pretty) {
        char name[SIGNAL_NAME_MAX];
        JsonWriter writer;

        json_begin(&writer, file, pretty);
        if (report->unit)
                json_string(&writer, "unit", report->unit);
        json_string(&writer, "control_group", report->control_group);

        if (WIFSIGNALED(report->status))
                json_string(&writer, "signal", signal_name(WTERMSIG(report->status), name));
        else
                json_number(&writer, "exit_status", (uint64_t) WEXITSTATUS(report->status));
        if (report->stopped_by)
                json_string(&writer, "stopped_by", report->stopped_by);
        json_number(&writer, "wall_usec", report->wall);

        for (Statistic s = 0; s < _STATISTIC_MAX; s++)
                if (is_known(report, s))
                        json_number(&writer, statistic_field(s), value_of(report, s));
        if (report->n_devices >= 0)
                json_devices(&writer, report);

        if (report->left != STATISTIC_ABSENT) {
                json_number(&writer, "left", report->left);
                json_number(&writer, "killed", report->killed ? report->left : 0);
        }
        json_number(&writer, "oomd_kill", report->oomd_kill);
        return json_end(&writer);
}

int report_print(const Report *report, FILE *file, bool json, bool pretty) {
        if (json)
                return print_json(report, file, pretty);

        print_text(report, file);
        return fflush(file) == 0 && !ferror(file) ? 0 : -EIO;
}
