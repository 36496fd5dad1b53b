/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/report.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "basic/format.h"
#include "basic/json.h"
#include "basic/log.h"
#include "basic/memory-stream.h"
#include "basic/sheet.h"
#include "cgroup/device.h"

void report_done(Report *report) {
        report->file = fd_close(report->file);
        free(report->devices);
        report->devices = NULL;
}

static bool is_null_device(const struct stat *st) {
        return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Open for writing, a FIFO waits for a reader and a device may do something: so a look comes first. */
static int open_file(const char *path) {
        _cleanup_close_ int node = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        int fd;

        if (node < 0 && errno == ENOENT) {
                fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
                return fd < 0 ? -errno : fd;
        }
        if (node < 0 || fstat(node, &st) < 0)
                return -errno;
        if (S_ISLNK(st.st_mode))
                return -ELOOP;
        if (!S_ISREG(st.st_mode) && !is_null_device(&st))
                return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;

        return fd_reopen(node, O_WRONLY | O_NOCTTY);
}

int report_open(Report *report, const CommandOptions *options, const char *user) {
        const char *path = options->report_file;
        int stream = STDERR_FILENO, fd;

        if (!options->report)
                return 0;

        if (path && streq(path, "-")) {
                path = NULL;
                stream = STDOUT_FILENO;
        }

        fd = path ? open_file(path) : fcntl(stream, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (!path && fd < 0)
                return log_error_errno(-errno, "--report: cannot write to standard %s",
                                       stream == STDOUT_FILENO ? "output" : "error");
        if (fd == -ELOOP)
                return log_refuse(fd, "--report: %s is a link, which is not followed; name the file itself", path);
        if (fd == -ENOTSUP)
                return log_refuse(fd,
                                  "--report: %s is no regular file; without a file, the report is on standard "
                                  "error",
                                  path);
        if (fd < 0)
                return log_error_errno(fd, "--report: %s%scannot write %s", user ?: "", user ? " " : "", path);

        report->file = fd;
        report->path = path;
        return 0;
}

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

static const char *time_text(uint64_t usec, char buffer[static FORMAT_MAX]) {
        return format_timespan(usec, usec < USEC_PER_SEC ? 1 : USEC_PER_MSEC, buffer);
}

static void print_status(const Report *report, Sheet *sheet) {
        char name[SIGNAL_NAME_MAX];

        if (WIFSIGNALED(report->status))
                sheet_line(sheet, "status", "killed by %s%s", signal_name(WTERMSIG(report->status), name),
                           WCOREDUMP(report->status) ? ", core dumped" : "");
        else
                sheet_line(sheet, "status", "exit status %d", WEXITSTATUS(report->status));

        if (report->stopped_by)
                sheet_line(sheet, "stopped by", "%s", report->stopped_by);
        if (report->oomd_kill > 0)
                sheet_line(sheet, "killed by", "systemd-oomd");
}

static void print_times(const Report *report, Sheet *sheet) {
        char total[FORMAT_MAX], user[FORMAT_MAX], system[FORMAT_MAX];

        sheet_line(sheet, "wall time", "%s", time_text(report->wall, total));

        (void) time_text(value_of(report, STATISTIC_CPU), total);
        if (is_known(report, STATISTIC_CPU) && is_known(report, STATISTIC_CPU_USER) &&
            is_known(report, STATISTIC_CPU_SYSTEM))
                sheet_line(sheet, "cpu time", "%s (%s user, %s system)", total,
                           time_text(value_of(report, STATISTIC_CPU_USER), user),
                           time_text(value_of(report, STATISTIC_CPU_SYSTEM), system));
        else if (is_known(report, STATISTIC_CPU))
                sheet_line(sheet, "cpu time", "%s", total);
}

static void print_peaks(const Report *report, Sheet *sheet) {
        char memory[FORMAT_MAX], swap[FORMAT_MAX];

        if (is_known(report, STATISTIC_MEMORY_PEAK) && is_known(report, STATISTIC_SWAP_PEAK))
                sheet_line(sheet, "memory", "%s peak, swap %s peak",
                           format_bytes(value_of(report, STATISTIC_MEMORY_PEAK), memory),
                           format_bytes(value_of(report, STATISTIC_SWAP_PEAK), swap));
        else if (is_known(report, STATISTIC_MEMORY_PEAK))
                sheet_line(sheet, "memory", "%s peak", format_bytes(value_of(report, STATISTIC_MEMORY_PEAK), memory));

        if (is_known(report, STATISTIC_TASKS_PEAK))
                sheet_line(sheet, "tasks", "%ju peak", (uintmax_t) value_of(report, STATISTIC_TASKS_PEAK));
}

#define TRANSFER_MAX (FORMAT_MAX + 64)

/* What was read or written, and in how many operations. */
static const char *transfer_text(const char *lead, const DeviceStatistics *device, Statistic which,
                                 Statistic which_operations, const char *verb, char text[static TRANSFER_MAX]) {
        uint64_t bytes = device->values[which - STATISTIC_IO_READ];
        uint64_t operations = device->values[which_operations - STATISTIC_IO_READ];
        char number[FORMAT_MAX];
        int n = 0;

        text[0] = '\0';
        if (bytes != STATISTIC_ABSENT)
                n = snprintf(text, TRANSFER_MAX, "%s%s %s", lead, format_bytes(bytes, number), verb);
        if (bytes != STATISTIC_ABSENT && operations != STATISTIC_ABSENT)
                (void) snprintf(text + n, TRANSFER_MAX - (size_t) n, " (%ju ops)", (uintmax_t) operations);
        return text;
}

static void print_devices(const Report *report, Sheet *sheet) {
        char read[TRANSFER_MAX], written[TRANSFER_MAX];

        if (report->n_devices == 0)
                sheet_line(sheet, "io", "none");

        for (ssize_t i = 0; i < report->n_devices; i++) {
                const DeviceStatistics *d = report->devices + i;
                _cleanup_free_ char *title = device_title(d);

                sheet_line(sheet, "io", "%s%s%s", title ?: "?",
                           transfer_text(" ", d, STATISTIC_IO_READ, STATISTIC_IO_READS, "read", read),
                           transfer_text(", ", d, STATISTIC_IO_WRITTEN, STATISTIC_IO_WRITES, "written", written));
        }
}

static void print_stalls(const Report *report, Sheet *sheet) {
        static const struct {
                const char *label;
                Statistic some, full;
        } stalls[] = {
                { "cpu stall", STATISTIC_CPU_SOME, STATISTIC_CPU_FULL },
                { "memory stall", STATISTIC_MEMORY_SOME, STATISTIC_MEMORY_FULL },
                { "io stall", STATISTIC_IO_SOME, STATISTIC_IO_FULL },
        };
        char some[FORMAT_MAX], full[FORMAT_MAX];

        for (size_t i = 0; i < ELEMENTSOF(stalls); i++) {
                (void) time_text(value_of(report, stalls[i].some), some);
                if (is_known(report, stalls[i].some) && is_known(report, stalls[i].full))
                        sheet_line(sheet, stalls[i].label, "%s some, %s full", some,
                                   time_text(value_of(report, stalls[i].full), full));
                else if (is_known(report, stalls[i].some))
                        sheet_line(sheet, stalls[i].label, "%s some", some);
        }
}

static void print_events(const Report *report, Sheet *sheet) {
        char text[256], *end = text;

        if (!is_known(report, STATISTIC_EVENT_HIGH))
                return;

        for (Statistic s = STATISTIC_EVENT_HIGH; s <= STATISTIC_EVENT_OOM_GROUP_KILL; s++) {
                uint64_t n = value_of(report, s);

                if (n > 0 && n != STATISTIC_ABSENT)
                        end += snprintf(end, sizeof(text) - (size_t) (end - text), "%s%ju %s", end > text ? ", " : "",
                                        (uintmax_t) n, statistic_label(s));
        }

        sheet_line(sheet, "memory events", "%s", end > text ? text : "none");
}

static int print_text(const Report *report, FILE *file) {
        Sheet sheet = { .file = file, .label_width = LABEL_WIDTH };

        sheet_path(&sheet, report->unit ? "unit" : "group", report->unit ?: report->control_group);
        print_status(report, &sheet);
        print_times(report, &sheet);
        print_peaks(report, &sheet);
        print_devices(report, &sheet);
        print_stalls(report, &sheet);
        print_events(report, &sheet);

        if (report->left > 0 && report->left != STATISTIC_ABSENT)
                sheet_line(&sheet, "left", "%ju %s%s", (uintmax_t) report->left,
                           report->left == 1 ? "process" : "processes", report->killed ? ", killed" : "");

        return sheet_end(&sheet);
}

static void json_devices(JsonWriter *writer, const Report *report) {
        json_open_array(writer, "devices");
        for (ssize_t i = 0; i < report->n_devices; i++) {
                const DeviceStatistics *d = report->devices + i;
                _cleanup_free_ char *title = device_title(d);

                json_open_object(writer, NULL);
                json_string(writer, "device", title ?: "?");
                for (size_t k = 0; k < STATISTIC_TRANSFERS; k++)
                        if (d->values[k] != STATISTIC_ABSENT)
                                json_number(writer, statistic_field(STATISTIC_IO_READ + k), d->values[k]);
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

        statistics_write_json(&report->statistics, &writer);
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
        return json ? print_json(report, file, pretty) : print_text(report, file);
}

static int write_all(int fd, const char *text, size_t length) {
        while (length > 0) {
                ssize_t n = write(fd, text, length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                text += n;
                length -= (size_t) n;
        }

        return 0;
}

/* Of what was done to the command's processes there has to be a word. */
static void tell(const Report *report) {
        if (report->stopped_by)
                log_warning("stopped by %s=", report->stopped_by);
        if (report->killed)
                log_info("%ju %s that the command left behind %s killed; --keep lets them run on",
                         (uintmax_t) report->left, report->left == 1 ? "process" : "processes",
                         report->left == 1 ? "was" : "were");
}

/* At once, so that it stays whole beside what others write there. */
void report_write(const Report *report, bool json, bool pretty) {
        _cleanup_free_ char *text = NULL;
        size_t length;
        FILE *file = report->file < 0 ? NULL : open_memstream(&text, &length);
        int r = file ? report_print(report, file, json, pretty) : -ENOMEM;

        if (report->file < 0)
                return tell(report);

        if (file && memory_stream_close(file, &text) < 0 && r >= 0)
                r = -ENOMEM;
        /* Only now: where the command never starts, an older report stays. It fails for /dev/null. */
        if (report->path)
                (void) ftruncate(report->file, 0);
        if (r >= 0)
                r = write_all(report->file, text, length);
        if (r < 0)
                log_warning_errno(r, "--report: cannot write the report");
}
