/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/statistics.h"

#include <ctype.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "cgroup/statistics-internal.h"

/* All but io.stat are a few hundred bytes at most; that one is read piece by piece, 100 to 200 bytes a device. */
#define TEXT_SIZE 4096

#define FIELDS_MAX 5

typedef enum SourceKind {
        SOURCE_NUMBER,   /* "123" */
        SOURCE_LINES,    /* "key 123" in each line */
        SOURCE_PRESSURE, /* "some avg10=… total=123" */
        SOURCE_DEVICES,  /* "8:0 key=123 …" for each device, to be added up */
} SourceKind;

typedef struct Source {
        const char *file;
        SourceKind kind;
        struct {
                const char *key; /* NULL: none, and no more fields */
                Statistic statistic;
        } fields[FIELDS_MAX];
} Source;

static const Source sources[] = {
        { "memory.current", SOURCE_NUMBER, { { "", STATISTIC_MEMORY } } },
        { "memory.peak", SOURCE_NUMBER, { { "", STATISTIC_MEMORY_PEAK } } },
        { "memory.swap.current", SOURCE_NUMBER, { { "", STATISTIC_SWAP } } },
        { "memory.swap.peak", SOURCE_NUMBER, { { "", STATISTIC_SWAP_PEAK } } },
        { "pids.current", SOURCE_NUMBER, { { "", STATISTIC_TASKS } } },
        { "pids.peak", SOURCE_NUMBER, { { "", STATISTIC_TASKS_PEAK } } },
        { "cpu.stat",
          SOURCE_LINES,
          { { "usage_usec", STATISTIC_CPU },
            { "user_usec", STATISTIC_CPU_USER },
            { "system_usec", STATISTIC_CPU_SYSTEM } } },
        { "io.stat",
          SOURCE_DEVICES,
          { { "rbytes", STATISTIC_IO_READ },
            { "wbytes", STATISTIC_IO_WRITTEN },
            { "rios", STATISTIC_IO_READS },
            { "wios", STATISTIC_IO_WRITES } } },
        { "cpu.pressure", SOURCE_PRESSURE, { { "some", STATISTIC_CPU_SOME }, { "full", STATISTIC_CPU_FULL } } },
        { "memory.pressure",
          SOURCE_PRESSURE,
          { { "some", STATISTIC_MEMORY_SOME }, { "full", STATISTIC_MEMORY_FULL } } },
        { "io.pressure", SOURCE_PRESSURE, { { "some", STATISTIC_IO_SOME }, { "full", STATISTIC_IO_FULL } } },
        { "memory.events",
          SOURCE_LINES,
          { { "high", STATISTIC_EVENT_HIGH },
            { "max", STATISTIC_EVENT_MAX },
            { "oom", STATISTIC_EVENT_OOM },
            { "oom_kill", STATISTIC_EVENT_OOM_KILL },
            { "oom_group_kill", STATISTIC_EVENT_OOM_GROUP_KILL } } },
        { "cgroup.stat", SOURCE_LINES, { { "nr_descendants", STATISTIC_GROUPS } } },
        { "cgroup.events", SOURCE_LINES, { { "frozen", STATISTIC_FROZEN }, { "populated", STATISTIC_POPULATED } } },
};

uint64_t statistic_parse(const char *text) {
        char *end;
        unsigned long long value;

        if (!isdigit((unsigned char) *text))
                return STATISTIC_ABSENT;

        errno = 0;
        value = strtoull(text, &end, 10);
        return errno == 0 && (*end == '\0' || isspace((unsigned char) *end)) ? value : STATISTIC_ABSENT;
}

static ssize_t read_piece(int fd, char *buffer, size_t size) {
        ssize_t n;

        do
                n = read(fd, buffer, size - 1);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;

        buffer[n] = '\0';
        return n;
}

/* What stands behind @key in the line that begins with it. */
static const char *find_line(const char *text, const char *key) {
        size_t length = strlen(key);

        while (text && (strncmp(text, key, length) != 0 || text[length] != ' ')) {
                text = strchr(text, '\n');
                text = text ? text + 1 : NULL;
        }

        return text ? text + length + 1 : NULL;
}

static uint64_t sum_devices(const char *text, const char *key) {
        size_t length = strlen(key);
        uint64_t sum = 0;

        for (const char *p = text; (p = strstr(p, key)); p += length) {
                uint64_t value;

                /* Not in the middle of another word, such as "cost.rios". */
                if (p == text || p[-1] != ' ' || p[length] != '=')
                        continue;

                value = statistic_parse(p + length + 1);
                if (value != STATISTIC_ABSENT)
                        sum += value;
        }

        return sum;
}

static uint64_t parse_field(SourceKind kind, const char *text, const char *key) {
        const char *line;

        if (kind == SOURCE_NUMBER)
                return statistic_parse(text);

        line = find_line(text, key);
        if (line && kind == SOURCE_PRESSURE && (line = strstr(line, "total="))) /* the last word of each line */
                line += strlen("total=");

        return line ? statistic_parse(line) : STATISTIC_ABSENT;
}

static uint64_t source_statistics(const Source *source) {
        uint64_t mask = 0;

        for (size_t i = 0; i < FIELDS_MAX && source->fields[i].key; i++)
                mask |= STATISTIC_BIT(source->fields[i].statistic);

        return mask;
}

/* The kernel gives such a file whole in one read(2), so that a second one to see its end can be saved. */
static int read_fields(int fd, const Source *source, Statistics *statistics) {
        char text[TEXT_SIZE];
        ssize_t n = read_piece(fd, text, sizeof(text));

        if (n < 0)
                return (int) n;

        for (size_t i = 0; i < FIELDS_MAX && source->fields[i].key; i++)
                statistics->values[source->fields[i].statistic] =
                        parse_field(source->kind, text, source->fields[i].key);

        return 0;
}

/* Of any length: what stands behind the last whole word of a piece is read again with the next one. */
static int read_devices(int fd, const Source *source, Statistics *statistics) {
        char text[TEXT_SIZE];
        uint64_t sums[FIELDS_MAX] = { 0 };
        size_t used = 0;
        ssize_t n;

        do {
                char *space;

                n = read_piece(fd, text + used, sizeof(text) - used);
                if (n < 0)
                        return (int) n;

                used += (size_t) n;
                space = n > 0 ? memrchr(text, ' ', used) : text + used;
                if (!space)
                        continue;

                *space = '\0';
                for (size_t i = 0; i < FIELDS_MAX && source->fields[i].key; i++)
                        sums[i] += sum_devices(text, source->fields[i].key);

                *space = ' '; /* words are found by it */
                used -= (size_t) (space - text);
                memmove(text, space, used);
        } while (n > 0 && used < sizeof(text) - 1);

        for (size_t i = 0; i < FIELDS_MAX && source->fields[i].key; i++)
                statistics->values[source->fields[i].statistic] = sums[i];

        return 0;
}

static int read_source(int group, const Source *source, Statistics *statistics) {
        _cleanup_close_ int fd = fd_open_beneath(group, source->file, O_RDONLY);

        if (fd < 0)
                return fd;

        return source->kind == SOURCE_DEVICES ? read_devices(fd, source, statistics)
                                              : read_fields(fd, source, statistics);
}

/* A file that is not there or says nothing is a controller that is not enabled, a kernel without it, or pressure
 * accounting that was switched off. */
static bool means_absent(int error) {
        return error == -ENOENT || error == -EOPNOTSUPP || error == -EACCES || error == -EPERM;
}

int statistics_read(int group, uint64_t wanted, Statistics *ret) {
        Statistics statistics;
        bool missing = false, found = false;

        memset(&statistics, 0xff, sizeof(statistics)); /* absent, all of them */

        for (const Source *source = sources; source < sources + ELEMENTSOF(sources); source++) {
                int r;

                if (!(wanted & source_statistics(source)))
                        continue;

                r = read_source(group, source, &statistics);
                if (r < 0 && !means_absent(r))
                        return r;
                missing = missing || r < 0;
                found = found || r >= 0;
        }

        /* In a group that was removed, no file is found either. This one is in every group. */
        if (missing && !found && faccessat(group, "cgroup.procs", F_OK, 0) < 0)
                return errno == ENOENT ? -ENODEV : -errno;

        for (size_t i = 0; i < _STATISTIC_MAX; i++)
                if (!(wanted & STATISTIC_BIT(i)))
                        statistics.values[i] = STATISTIC_ABSENT;

        *ret = statistics;
        return 0;
}

const char *statistic_field(Statistic statistic) {
        static const char *const names[_STATISTIC_MAX] = {
                [STATISTIC_MEMORY] = "memory",
                [STATISTIC_MEMORY_PEAK] = "memory_peak",
                [STATISTIC_SWAP] = "swap",
                [STATISTIC_SWAP_PEAK] = "swap_peak",
                [STATISTIC_TASKS] = "tasks",
                [STATISTIC_TASKS_PEAK] = "tasks_peak",
                [STATISTIC_CPU] = "cpu_usec",
                [STATISTIC_CPU_USER] = "cpu_user_usec",
                [STATISTIC_CPU_SYSTEM] = "cpu_system_usec",
                [STATISTIC_IO_READ] = "io_read_bytes",
                [STATISTIC_IO_WRITTEN] = "io_written_bytes",
                [STATISTIC_IO_READS] = "io_reads",
                [STATISTIC_IO_WRITES] = "io_writes",
                [STATISTIC_CPU_SOME] = "cpu_some_usec",
                [STATISTIC_CPU_FULL] = "cpu_full_usec",
                [STATISTIC_MEMORY_SOME] = "memory_some_usec",
                [STATISTIC_MEMORY_FULL] = "memory_full_usec",
                [STATISTIC_IO_SOME] = "io_some_usec",
                [STATISTIC_IO_FULL] = "io_full_usec",
                [STATISTIC_EVENT_HIGH] = "events_high",
                [STATISTIC_EVENT_MAX] = "events_max",
                [STATISTIC_EVENT_OOM] = "events_oom",
                [STATISTIC_EVENT_OOM_KILL] = "events_oom_kill",
                [STATISTIC_EVENT_OOM_GROUP_KILL] = "events_oom_group_kill",
                [STATISTIC_GROUPS] = "groups",
                [STATISTIC_FROZEN] = "frozen",
                [STATISTIC_POPULATED] = "populated",
        };

        return names[statistic];
}
