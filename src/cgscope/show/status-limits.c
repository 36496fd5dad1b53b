/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/status-limits.h"

#include <ctype.h>

#include "basic/fd.h"
#include "cgroup/attribute-file.h"
#include "cgroup/attribute-read.h"
#include "cgroup/group.h"
#include "cgscope/show/figures.h"

typedef enum LimitKind {
        LIMIT_OWN,    /* no other group changes it */
        LIMIT_LOWEST, /* the lowest from here to the root holds */
        LIMIT_CPUSET, /* the nearest that is set */
} LimitKind;

static const struct LimitRow {
        const char *name, *file;
        LimitKind kind;
        const char *unset; /* LIMIT_OWN: what it is where nobody set it */
} limit_rows[] = {
        { "MemoryMin", "memory.min", LIMIT_OWN, "0" },
        { "MemoryLow", "memory.low", LIMIT_OWN, "0" },
        { "MemoryHigh", "memory.high", LIMIT_LOWEST, NULL },
        { "MemoryMax", "memory.max", LIMIT_LOWEST, NULL },
        { "MemorySwapMax", "memory.swap.max", LIMIT_LOWEST, NULL },
        { "MemoryZSwapMax", "memory.zswap.max", LIMIT_LOWEST, NULL },
        { "TasksMax", "pids.max", LIMIT_LOWEST, NULL },
        { "CPUWeight", "cpu.weight", LIMIT_OWN, "100" },
        { "CPUQuota", "cpu.max", LIMIT_LOWEST, NULL },
        { "AllowedCPUs", "cpuset.cpus", LIMIT_CPUSET, NULL },
        { "AllowedMemoryNodes", "cpuset.mems", LIMIT_CPUSET, NULL },
        { "IOWeight", "io.weight", LIMIT_OWN, "100" },
        { "IODeviceWeight", "io.weight", LIMIT_OWN, "" },
        { "IOReadBandwidthMax", "io.max", LIMIT_OWN, "" },
        { "IOWriteBandwidthMax", "io.max", LIMIT_OWN, "" },
        { "IOReadIOPSMax", "io.max", LIMIT_OWN, "" },
        { "IOWriteIOPSMax", "io.max", LIMIT_OWN, "" },
        { "IODeviceLatencyTargetSec", "io.latency", LIMIT_OWN, "" },
};

_Static_assert(ELEMENTSOF(limit_rows) == STATUS_LIMITS_MAX, "a limit for each row");

/* Which group sets what holds: by the length of its path. */
typedef struct Nearest {
        uint64_t value;
        size_t length;
} Nearest;

/* In numbers that can be compared; UINT64_MAX is no limit, and so is what no other group changes. */
static uint64_t read_limit(int group, const struct LimitRow *row) {
        _cleanup_free_ char *text = NULL;
        uint64_t value = UINT64_MAX;

        if (row->kind == LIMIT_LOWEST)
                (void) limit_read(group, row->file, &value);
        else if (row->kind == LIMIT_CPUSET && attribute_file_read(group, row->file, &text) >= 0 &&
                 isdigit((unsigned char) text[0]))
                value = 0;

        return value;
}

static int open_ancestor(const Boundary *target, size_t length) {
        _cleanup_free_ char *path = strndup(target->path, length);

        return path ? group_open(target->root, path) : -ENOMEM;
}

static int find_nearest(const Boundary *target, Nearest *nearest) {
        for (size_t length = strlen(target->path); length > 0;) {
                _cleanup_close_ int fd = open_ancestor(target, length);

                if (fd < 0)
                        return fd;

                for (size_t i = 0; i < ELEMENTSOF(limit_rows); i++) {
                        uint64_t value = read_limit(fd, limit_rows + i);

                        if (value < nearest[i].value)
                                nearest[i] = (Nearest) { value, length };
                }

                while (target->path[--length] != '/')
                        ;
        }

        return 0;
}

/* The value on the group itself, NULL where nobody set it there. */
static int read_own(int group, const struct LimitRow *row, bool raw, char **ret) {
        _cleanup_free_ char *value = NULL;
        int r;

        *ret = NULL;
        if (row->kind != LIMIT_OWN && read_limit(group, row) == UINT64_MAX)
                return 0;

        r = attribute_read(group, row->name, raw, &value);
        if (r >= 0 && !(row->unset && streq(value, row->unset)))
                *ret = TAKE_PTR(value);

        return r == -ENOMEM ? r : 0;
}

static int read_effective(const Boundary *target, const struct LimitRow *row, size_t length, bool raw, char **ret) {
        _cleanup_close_ int fd = -EBADF;
        char file[64];

        if (row->kind == LIMIT_CPUSET) {
                (void) snprintf(file, sizeof(file), "%s.effective", row->file);
                return attribute_file_read(target->fd, file, ret);
        }

        fd = open_ancestor(target, length);
        return fd < 0 ? fd : attribute_read(fd, row->name, raw, ret);
}

/* 1: it is set, here or above. */
static int read_row(const Boundary *target, const struct LimitRow *row, const Nearest *nearest, bool raw,
                    StatusLimit *limit) {
        int r;

        *limit = (StatusLimit) {
                .name = row->name,
                .bytes = startswith(row->file, "memory."),
                .indices = row->kind == LIMIT_CPUSET,
        };

        r = read_own(target->fd, row, raw, &limit->value);
        if (r < 0)
                return r;

        if (nearest->value != UINT64_MAX && read_effective(target, row, nearest->length, raw, &limit->effective) >= 0) {
                limit->set_by = strndup(target->path, nearest->length);
                if (!limit->set_by)
                        return -ENOMEM;
        }

        return limit->value || limit->effective;
}

int status_limits_read(const Boundary *target, bool raw, StatusLimits *ret) {
        _cleanup_(status_limits_done) StatusLimits limits = {};
        Nearest nearest[ELEMENTSOF(limit_rows)];
        int r;

        memset(nearest, 0xff, sizeof(nearest)); /* no limit */
        r = find_nearest(target, nearest);
        if (r < 0)
                return r;

        for (size_t i = 0; i < ELEMENTSOF(limit_rows); i++) {
                r = read_row(target, limit_rows + i, nearest + i, raw, limits.limits + limits.n);
                if (r != 0)
                        limits.n++;
                if (r < 0)
                        return r;
        }

        *ret = limits;
        limits = (StatusLimits) {};
        return 0;
}

void status_limits_done(StatusLimits *limits) {
        for (size_t i = 0; i < limits->n; i++) {
                free(limits->limits[i].value);
                free(limits->limits[i].effective);
                free(limits->limits[i].set_by);
        }
        limits->n = 0;
}
