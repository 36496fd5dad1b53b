/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/statistics.h"

#include <assert.h>
#include <ctype.h>
#include <fcntl.h>

#include "basic/fd.h"

/* All but io.stat are a few hundred bytes at most; that one is read piece by piece, 100 to 200 bytes a device. */
#define TEXT_SIZE 4096

typedef enum SourceKind {
        SOURCE_NUMBER,   /* "123" */
        SOURCE_LINES,    /* "key 123" in each line */
        SOURCE_PRESSURE, /* "some avg10=… total=123" */
        SOURCE_DEVICES,  /* "8:0 key=123 …" for each device, to be added up */
} SourceKind;

/* All that is known of each: where it stands, what it is called and what it counts. Those of one file are neighbours.
 */
static const struct Figure {
        const char *file;
        SourceKind kind;
        const char *key; /* in the file */
        const char *field, *label;
        StatisticUnit unit;
} figures[_STATISTIC_MAX] = {
#define NUMBER(file) file, SOURCE_NUMBER, ""
        [STATISTIC_MEMORY] = { NUMBER("memory.current"), "memory", "Memory", UNIT_BYTES },
        [STATISTIC_MEMORY_PEAK] = { NUMBER("memory.peak"), "memory_peak", "peak", UNIT_BYTES },
        [STATISTIC_SWAP] = { NUMBER("memory.swap.current"), "swap", "swap", UNIT_BYTES },
        [STATISTIC_SWAP_PEAK] = { NUMBER("memory.swap.peak"), "swap_peak", "swap peak", UNIT_BYTES },
        [STATISTIC_TASKS] = { NUMBER("pids.current"), "tasks", "Tasks", UNIT_NONE },
        [STATISTIC_TASKS_PEAK] = { NUMBER("pids.peak"), "tasks_peak", "peak", UNIT_NONE },
#define CPU(key) "cpu.stat", SOURCE_LINES, key
        [STATISTIC_CPU] = { CPU("usage_usec"), "cpu_usec", "CPU", UNIT_USEC },
        [STATISTIC_CPU_USER] = { CPU("user_usec"), "cpu_user_usec", "user", UNIT_USEC },
        [STATISTIC_CPU_SYSTEM] = { CPU("system_usec"), "cpu_system_usec", "system", UNIT_USEC },
#define IO(key) "io.stat", SOURCE_DEVICES, key
        [STATISTIC_IO_READ] = { IO("rbytes"), "io_read_bytes", "IO read", UNIT_BYTES },
        [STATISTIC_IO_WRITTEN] = { IO("wbytes"), "io_written_bytes", "IO written", UNIT_BYTES },
        [STATISTIC_IO_READS] = { IO("rios"), "io_reads", "operations", UNIT_NONE },
        [STATISTIC_IO_WRITES] = { IO("wios"), "io_writes", "operations", UNIT_NONE },
#define STALL(name, key) name ".pressure", SOURCE_PRESSURE, key, name "_" key "_usec", key, UNIT_USEC
        [STATISTIC_CPU_SOME] = { STALL("cpu", "some") },
        [STATISTIC_CPU_FULL] = { STALL("cpu", "full") },
        [STATISTIC_MEMORY_SOME] = { STALL("memory", "some") },
        [STATISTIC_MEMORY_FULL] = { STALL("memory", "full") },
        [STATISTIC_IO_SOME] = { STALL("io", "some") },
        [STATISTIC_IO_FULL] = { STALL("io", "full") },
#define EVENT(key) "memory.events", SOURCE_LINES, key, "events_" key, key, UNIT_NONE
        [STATISTIC_EVENT_HIGH] = { EVENT("high") },
        [STATISTIC_EVENT_MAX] = { EVENT("max") },
        [STATISTIC_EVENT_OOM] = { EVENT("oom") },
        [STATISTIC_EVENT_OOM_KILL] = { EVENT("oom_kill") },
        [STATISTIC_EVENT_OOM_GROUP_KILL] = { EVENT("oom_group_kill") },
        [STATISTIC_GROUPS] = { "cgroup.stat", SOURCE_LINES, "nr_descendants", "groups", "Groups", UNIT_NONE },
        [STATISTIC_FROZEN] = { "cgroup.events", SOURCE_LINES, "frozen", "frozen", "frozen", UNIT_BOOLEAN },
        [STATISTIC_POPULATED] = { "cgroup.events", SOURCE_LINES, "populated", "populated", "populated", UNIT_BOOLEAN },
};

/* Some of one file: those from @first on, up to but not @end. */
typedef struct Source {
        const char *file;
        SourceKind kind;
        Statistic first, end;
} Source;

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

/* The one that begins with the figure @first. */
static Source next_source(Statistic first) {
        Source source = { figures[first].file, figures[first].kind, first, first + 1 };

        while (source.end < _STATISTIC_MAX && streq(figures[source.end].file, source.file))
                source.end++;
        return source;
}

/* The kernel gives such a file whole in one read(2), so that a second one to see its end can be saved. */
static int read_fields(int fd, const Source *source, Statistics *statistics) {
        char text[TEXT_SIZE];
        ssize_t n = read_piece(fd, text, sizeof(text));

        if (n < 0)
                return (int) n;

        for (Statistic i = source->first; i < source->end; i++)
                statistics->values[i] = parse_field(source->kind, text, figures[i].key);

        return 0;
}

/* Of any length: what stands behind the last whole word of a piece is read again with the next one. */
static int read_devices(int fd, const Source *source, Statistics *statistics) {
        char text[TEXT_SIZE];
        uint64_t sums[_STATISTIC_MAX] = { 0 };
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
                for (Statistic i = source->first; i < source->end; i++)
                        sums[i] += sum_devices(text, figures[i].key);

                *space = ' '; /* words are found by it */
                used -= (size_t) (space - text);
                memmove(text, space, used);
        } while (n > 0 && used < sizeof(text) - 1);

        for (Statistic i = source->first; i < source->end; i++)
                statistics->values[i] = sums[i];

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

        assert(group >= 0 && ret);

        memset(&statistics, 0xff, sizeof(statistics)); /* absent, all of them */

        for (Statistic first = 0; first < _STATISTIC_MAX;) {
                Source source = next_source(first);
                int r;

                first = source.end;
                if (!(wanted & (STATISTIC_BIT(source.end) - STATISTIC_BIT(source.first))))
                        continue;

                r = read_source(group, &source, &statistics);
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
        assert(statistic < _STATISTIC_MAX);

        return figures[statistic].field;
}

const char *statistic_label(Statistic statistic) {
        assert(statistic < _STATISTIC_MAX);

        return figures[statistic].label;
}

const char *statistic_key(Statistic statistic) {
        assert(statistic < _STATISTIC_MAX);

        return figures[statistic].key;
}

StatisticUnit statistic_unit(Statistic statistic) {
        assert(statistic < _STATISTIC_MAX);

        return figures[statistic].unit;
}

Statistic statistic_from_field(const char *field) {
        Statistic s = 0;

        while (s < _STATISTIC_MAX && !streq(figures[s].field, field))
                s++;
        return s;
}

void statistics_write_json(const Statistics *statistics, JsonWriter *writer) {
        for (Statistic s = 0; s < _STATISTIC_MAX; s++)
                if (statistics->values[s] == STATISTIC_ABSENT)
                        continue;
                else if (figures[s].unit == UNIT_BOOLEAN)
                        json_boolean(writer, figures[s].field, statistics->values[s] > 0);
                else
                        json_number(writer, figures[s].field, statistics->values[s]);
}
