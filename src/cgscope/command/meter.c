/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/meter.h"

#include <fcntl.h>
#include <sys/xattr.h>

#include "basic/clock.h"
#include "basic/fd.h"

#define RANGE(first, last) (STATISTIC_BIT((last) + 1) - STATISTIC_BIT(first))

/* What only grows, so that a difference is what came meanwhile. */
#define COUNTERS                                                                                     \
        (RANGE(STATISTIC_CPU, STATISTIC_CPU_SYSTEM) | RANGE(STATISTIC_CPU_SOME, STATISTIC_IO_FULL) | \
         RANGE(STATISTIC_EVENT_HIGH, STATISTIC_EVENT_OOM_GROUP_KILL))
#define CPU_TIMES RANGE(STATISTIC_CPU, STATISTIC_CPU_SYSTEM)
#define PEAKS                                                                        \
        (STATISTIC_BIT(STATISTIC_MEMORY_PEAK) | STATISTIC_BIT(STATISTIC_SWAP_PEAK) | \
         STATISTIC_BIT(STATISTIC_TASKS_PEAK))

static void forget(Statistics *statistics) {
        for (size_t i = 0; i < _STATISTIC_MAX; i++)
                statistics->values[i] = STATISTIC_ABSENT;
}

/* A group that is gone says nothing any more: its figures are absent, which is no reason to fail. */
static void read_statistics(int group, uint64_t wanted, Statistics *ret) {
        if (group < 0 || statistics_read(group, wanted, ret) < 0)
                forget(ret);
}

/* Left there by systemd-oomd: how many processes it killed. */
static uint64_t read_oomd_kill(int group) {
        char text[32];
        ssize_t n = fgetxattr(group, "user.oomd_kill", text, sizeof(text) - 1);

        if (n <= 0)
                return 0;

        text[n] = '\0';
        return strtoull(text, NULL, 10);
}

static void read_figures(const Meter *meter, uint64_t wanted, Report *ret) {
        read_statistics(meter->group, wanted, &ret->statistics);
        ret->n_devices = statistics_read_devices(meter->group, &ret->devices);
        ret->oomd_kill = read_oomd_kill(meter->group);
        if (meter->leaf >= 0 && ret->oomd_kill == 0)
                ret->oomd_kill = read_oomd_kill(meter->leaf);
}

/* Since Linux 6.12 a peak can be counted anew for who opened the file, without a change for anyone else. */
static int open_peak(int group, const char *file) {
        static const char reset[] = "reset";
        _cleanup_close_ int fd = fd_open_beneath(group, file, O_RDWR);

        return fd >= 0 && write(fd, reset, strlen(reset)) > 0 ? TAKE_FD(fd) : -EBADF;
}

static uint64_t read_peak(int fd) {
        char text[32];
        ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof(text) - 1, 0);

        if (n <= 0)
                return STATISTIC_ABSENT;

        text[n] = '\0';
        return strtoull(text, NULL, 10);
}

void meter_start(Meter *meter, const Report *report) {
        if (report->file < 0)
                return;

        if (meter->kind != METER_NEW)
                read_figures(meter, COUNTERS, &meter->before);
        if (meter->kind == METER_OWN)
                read_statistics(meter->aside, CPU_TIMES, &meter->aside_before);
        if (meter->kind == METER_SHARED) {
                meter->memory_peak = open_peak(meter->group, "memory.peak");
                meter->swap_peak = open_peak(meter->group, "memory.swap.peak");
        }

        meter->began = now_usec();
}

void meter_stop(const Meter *meter, Report *report) {
        report->wall = now_usec() - meter->began;
}

static void subtract(uint64_t *value, uint64_t less) {
        if (*value != STATISTIC_ABSENT)
                *value = less == STATISTIC_ABSENT ? STATISTIC_ABSENT : *value > less ? *value - less : 0;
}

static void subtract_counters(Statistics *statistics, const Statistics *less, uint64_t which) {
        for (size_t i = 0; i < _STATISTIC_MAX; i++)
                if (which & STATISTIC_BIT(i))
                        subtract(&statistics->values[i], less->values[i]);
}

/* A device that was not there before had counted nothing. */
static void subtract_devices(Report *report, const Report *before) {
        for (ssize_t i = 0; i < report->n_devices; i++) {
                DeviceStatistics *d = report->devices + i;

                for (ssize_t k = 0; k < before->n_devices; k++) {
                        const DeviceStatistics *less = before->devices + k;

                        if (less->major != d->major || less->minor != d->minor)
                                continue;
                        for (size_t s = 0; s < STATISTIC_TRANSFERS; s++)
                                subtract(&d->values[s], less->values[s]);
                }
        }
}

/* The kernel divides the time that it measured by samples of what was running, so that differences of the parts need
 * not add up. */
static void settle_cpu_times(Statistics *statistics) {
        const uint64_t *cpu = &statistics->values[STATISTIC_CPU];
        uint64_t *user = &statistics->values[STATISTIC_CPU_USER], *system = &statistics->values[STATISTIC_CPU_SYSTEM];

        if (*cpu == STATISTIC_ABSENT || *user == STATISTIC_ABSENT || *system == STATISTIC_ABSENT)
                return;

        if (*system > *cpu)
                *system = *cpu;
        *user = *cpu - *system;
}

/* The highest of all there is, with ourselves taken out, or that of the leaf, which is exact where the command is
 * nowhere else. */
static void settle_peaks(const Meter *meter, const Statistics *aside, Report *report) {
        uint64_t *values = report->statistics.values;
        Statistics leaf;

        subtract(&values[STATISTIC_TASKS_PEAK], 1);
        read_statistics(meter->leaf, PEAKS, &leaf);

        for (Statistic s = 0; s < _STATISTIC_MAX; s++) {
                if (!(PEAKS & STATISTIC_BIT(s)) || values[s] == STATISTIC_ABSENT || leaf.values[s] == STATISTIC_ABSENT)
                        continue;

                if (s != STATISTIC_TASKS_PEAK && aside->values[s] != STATISTIC_ABSENT)
                        subtract(&values[s], aside->values[s]);
                if (values[s] < leaf.values[s])
                        values[s] = leaf.values[s];
        }
}

/* What we ourselves used, being in there: time, memory, and one process. */
static void subtract_aside(const Meter *meter, Report *report) {
        Statistics aside;

        read_statistics(meter->aside, CPU_TIMES | PEAKS, &aside);
        settle_peaks(meter, &aside, report);
        subtract_counters(&aside, &meter->aside_before, CPU_TIMES);
        subtract_counters(&report->statistics, &aside, CPU_TIMES);
        settle_cpu_times(&report->statistics);
}

/* Over all devices. */
static void add_devices(Report *report) {
        uint64_t *values = report->statistics.values;

        for (Statistic s = STATISTIC_IO_READ; s <= STATISTIC_IO_WRITES; s++)
                values[s] = report->n_devices < 0 ? STATISTIC_ABSENT : 0;

        for (ssize_t i = 0; i < report->n_devices; i++)
                for (size_t s = 0; s < STATISTIC_TRANSFERS; s++)
                        if (report->devices[i].values[s] != STATISTIC_ABSENT)
                                values[STATISTIC_IO_READ + s] += report->devices[i].values[s];
}

void meter_read(const Meter *meter, Report *report) {
        uint64_t *values = report->statistics.values;

        if (report->file < 0)
                return;

        free(report->devices);
        read_figures(meter, COUNTERS | (meter->kind == METER_SHARED ? 0 : PEAKS), report);

        if (meter->kind != METER_NEW) {
                subtract_counters(&report->statistics, &meter->before.statistics, COUNTERS);
                subtract_devices(report, &meter->before);
                subtract(&report->oomd_kill, meter->before.oomd_kill);
        }
        if (meter->kind == METER_OWN)
                subtract_aside(meter, report);
        if (meter->kind == METER_SHARED) {
                values[STATISTIC_MEMORY_PEAK] = read_peak(meter->memory_peak);
                values[STATISTIC_SWAP_PEAK] = read_peak(meter->swap_peak);
        }

        add_devices(report);
}

void meter_done(Meter *meter) {
        free(meter->before.devices);
        meter->memory_peak = fd_close(meter->memory_peak);
        meter->swap_peak = fd_close(meter->swap_peak);
}
