/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute-encode.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/sysmacros.h>

#include "basic/fd.h"
#include "basic/trouble.h"
#include "cgroup/attribute-file.h"
#include "cgroup/attribute-read.h"
#include "cgroup/device.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"

/* What a manager writes for the same setting: src/core/cgroup.c of systemd, which is also where its figures for "all of
 * the memory" and "all tasks" come from (src/basic/limits-util.c). */

#define WEIGHT_DEFAULT 100
#define BFQ_WEIGHT_MAX 1000
#define WEIGHT_MAX 10000
#define QUOTA_PERIOD_DEFAULT (100 * USEC_PER_MSEC)
#define QUOTA_PERIOD_MAX USEC_PER_SEC
#define QUOTA_RESOLUTION USEC_PER_MSEC
#define TASKS_MAX UINT64_C(4194303)

static uint64_t min(uint64_t a, uint64_t b) {
        return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b) {
        return a > b ? a : b;
}

/* A container's root of the hierarchy may have limits, the machine's has none. */
static uint64_t read_root_limit(const char *file) {
        _cleanup_close_ int root = cgroup_open_root(NULL);

        return root < 0 ? UINT64_MAX : group_read_number(root, file, UINT64_MAX);
}

static uint64_t physical_memory(void) {
        uint64_t page = (uint64_t) sysconf(_SC_PAGESIZE), pages = (uint64_t) sysconf(_SC_PHYS_PAGES);

        return min(pages, read_root_limit("memory.max") / page) * page;
}

static uint64_t tasks_of_system(void) {
        _cleanup_close_ int kernel = open("/proc/sys/kernel", O_PATH | O_DIRECTORY | O_CLOEXEC);
        uint64_t threads = group_read_number(kernel, "threads-max", TASKS_MAX);
        uint64_t pids = group_read_number(kernel, "pid_max", TASKS_MAX + 1);

        return min(min(threads, max(pids, 1) - 1), min(read_root_limit("pids.max"), TASKS_MAX));
}

/* The part of @whole that @share is of UINT32_MAX, without overflow. */
static uint64_t part_of(uint64_t whole, uint32_t share) {
        return whole / UINT32_MAX * share + whole % UINT32_MAX * share / UINT32_MAX;
}

static int write_number(AttributeWriter *writer, const char *file, uint64_t number) {
        return number == UINT64_MAX ? attribute_write(writer, file, "max")
                                    : attribute_writef(writer, file, "%" PRIu64, number);
}

static uint64_t share_of(const char *file, uint32_t share) {
        uint64_t page = (uint64_t) sysconf(_SC_PAGESIZE);

        return streq(file, "pids.max") ? part_of(tasks_of_system(), share)
                                       : part_of(physical_memory() / page, share) * page;
}

int attribute_limit(const PropertyValue *value, uint64_t *ret) {
        const char *file = property_info_file(value->info);

        if (!file || !(startswith(file, "memory.") || streq(file, "pids.max")))
                return -EINVAL;

        if (value->kind == PROPERTY_UINT64)
                *ret = value->uint64;
        else if (value->kind == PROPERTY_UINT32)
                *ret = share_of(file, value->uint32);
        else
                return -EINVAL;

        return 0;
}

static int write_share(AttributeWriter *writer, const char *file, const PropertyValue *property) {
        uint64_t number = share_of(file, property->uint32);

        writer->about = true;
        if (number == 0 && property->uint32 > 0)
                return trouble_set(&writer->trouble, -ERANGE, "%s: this share of what the system has is nothing",
                                   property_info_name(property->info));

        return write_number(writer, file, number);
}

/* A mask, lowest byte first, as "0-3,6". */
static int write_mask(AttributeWriter *writer, const char *file, const PropertyValue *property) {
        size_t n_bits = property->n_items * 8, size = n_bits * sizeof("65535,") + 1;
        _cleanup_free_ char *text = malloc(size);
        char *end = text;

        if (!text)
                return -ENOMEM;

#define IS_SET(bit) (property->bytes[(bit) / 8] >> ((bit) % 8) & 1)
        *text = '\0';
        for (size_t first = 0, last; first < n_bits; first = last + 1) {
                last = first;
                if (!IS_SET(first))
                        continue;
                while (last + 1 < n_bits && IS_SET(last + 1))
                        last++;

                end += snprintf(end, size - (size_t) (end - text), last > first ? "%s%zu-%zu" : "%s%zu",
                                end > text ? "," : "", first, last);
        }
#undef IS_SET

        return attribute_write(writer, file, text);
}

/* A group that is idle takes no weight, and being idle is a file of its own. */
static int write_cpu_weight(AttributeWriter *writer, uint64_t weight) {
        int r;

        if (weight == 0)
                return attribute_write(writer, "cpu.idle", "1");

        if (group_read_number(writer->group, "cpu.idle", 0) == 1) {
                r = attribute_write(writer, "cpu.idle", "0");
                if (r < 0)
                        return r;
        }

        return write_number(writer, "cpu.weight", weight == UINT64_MAX ? WEIGHT_DEFAULT : weight);
}

/* The scheduler bfq has a narrower range around the same default (BFQ_WEIGHT() in systemd). */
static uint64_t bfq_weight(uint64_t weight) {
        if (weight <= WEIGHT_DEFAULT)
                return weight;

        return WEIGHT_DEFAULT +
               (weight - WEIGHT_DEFAULT) * (BFQ_WEIGHT_MAX - WEIGHT_DEFAULT) / (WEIGHT_MAX - WEIGHT_DEFAULT);
}

/* Which of the two files there is, and which of them knows the device, the I/O scheduler decides. One of them has to
 * take it. */
static int write_io_weight(AttributeWriter *writer, const char *key, uint64_t weight) {
        int r, bfq;

        bfq = attribute_writef(writer, "io.bfq.weight", "%s %" PRIu64, key, bfq_weight(weight));
        r = attribute_writef(writer, "io.weight", "%s %" PRIu64, key, weight);
        if (r == -ENOENT || r == -EOPNOTSUPP)
                return bfq == -ENOENT ? r : bfq;

        return r;
}

/* Writes "MAJOR:MINOR WHAT" for each device that @file has a line for. */
static int reset_devices(AttributeWriter *writer, const char *file, const char *what) {
        _cleanup_free_ char *text = NULL;
        const char *rest;
        dev_t device;
        int r;

        r = attribute_file_read(writer->group, file, &text);
        if (r < 0)
                return r;

        for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                if (!attribute_parse_device_line(line, &device, &rest))
                        continue;

                r = attribute_writef(writer, file, "%u:%u %s", major(device), minor(device), what);
                if (r < 0)
                        return r;
        }

        return 0;
}

static int reset_property_devices(AttributeWriter *writer, const char *file, const char *limit) {
        char what[sizeof("target=max")];
        int r, bfq;

        if (!streq(file, "io.weight")) {
                (void) snprintf(what, sizeof(what), "%s=%s", limit, streq(file, "io.max") ? "max" : "0");
                return reset_devices(writer, file, what);
        }

        bfq = reset_devices(writer, "io.bfq.weight", "default");
        r = reset_devices(writer, "io.weight", "default");
        return r == -ENOENT ? bfq : r < 0 ? r : bfq == -ENOENT ? 0 : bfq;
}

static int write_device(AttributeWriter *writer, const char *file, const char *limit, const PropertyPair *pair) {
        char key[2 * sizeof("4294967295")];
        dev_t device;
        int r;

        r = device_find(pair->key, &device);
        if (r == -ENOTBLK)
                return trouble_set(&writer->trouble, r, "%s is on no disk", pair->key);
        if (r < 0)
                return trouble_set(&writer->trouble, r, "%s: %s", pair->key, strerror(-r));

        (void) snprintf(key, sizeof(key), "%u:%u", major(device), minor(device));
        if (streq(file, "io.weight"))
                return write_io_weight(writer, key, pair->number);
        if (pair->number == UINT64_MAX)
                return attribute_writef(writer, file, "%s %s=max", key, limit);

        return attribute_writef(writer, file, "%s %s=%" PRIu64, key, limit, pair->number);
}

static int write_devices(AttributeWriter *writer, const char *file, const PropertyValue *property) {
        const char *limit = attribute_limit_of(property_info_name(property->info)) ?: "target";
        int r = 0;

        if (property->n_items == 0)
                return reset_property_devices(writer, file, limit);

        for (size_t i = 0; r >= 0 && i < property->n_items; i++)
                r = write_device(writer, file, limit, &property->pairs[i]);

        return r;
}

/* The last assignment of @bus_name in the list, or NULL. */
static const PropertyValue *last_of(const PropertyList *list, const char *bus_name) {
        for (size_t i = list->n_items; i-- > 0;)
                if (streq(list->items[i].bus_name, bus_name))
                        return &list->items[i];

        return NULL;
}

/* Both parts are in one file: what is not assigned stays as it is there, the quota as a share. */
static int write_quota(AttributeWriter *writer) {
        const PropertyValue *new_share = last_of(writer->properties, "CPUQuotaPerSecUSec");
        const PropertyValue *new_period = last_of(writer->properties, "CPUQuotaPeriodUSec");
        uint64_t quota, period, share;
        int r;

        r = attribute_read_quota(writer->group, &quota, &period);
        if (r < 0)
                return r;

        if (new_share)
                share = new_share->uint64;
        else
                share = attribute_share_of_quota(quota, period);
        if (new_period)
                period = new_period->uint64 == USEC_INFINITY ? QUOTA_PERIOD_DEFAULT : new_period->uint64;

        /* As systemd adjusts it (cgroup_cpu_adjust_period()): neither part may be finer than the kernel counts. */
        if (share > 0 && share != UINT64_MAX)
                period = max(period, QUOTA_RESOLUTION * USEC_PER_SEC / share);
        period = min(max(period, QUOTA_RESOLUTION), QUOTA_PERIOD_MAX);

        if (share == UINT64_MAX)
                return attribute_writef(writer, "cpu.max", "max %" PRIu64, period);

        return attribute_writef(writer, "cpu.max", "%" PRIu64 " %" PRIu64,
                                max(attribute_quota_of_share(share, period), QUOTA_RESOLUTION), period);
}

int attribute_encode(AttributeWriter *writer, const PropertyValue *property) {
        const char *file = property_info_file(property->info);

        switch (property->kind) {
        case PROPERTY_BOOLEAN:
                return attribute_write(writer, file, property->boolean ? "1" : "0");
        case PROPERTY_STRING:
                return attribute_write(writer, file, property->string);
        case PROPERTY_BYTES:
                return write_mask(writer, file, property);
        case PROPERTY_UINT32:
                return write_share(writer, file, property);
        case PROPERTY_NUMBERS:
                return write_devices(writer, file, property);
        default:
                break;
        }

        if (streq(file, "cpu.max"))
                return write_quota(writer);
        if (streq(file, "cpu.weight"))
                return write_cpu_weight(writer, property->uint64);
        if (streq(file, "io.weight"))
                return write_io_weight(writer, "default",
                                       property->uint64 == UINT64_MAX ? WEIGHT_DEFAULT : property->uint64);

        return write_number(writer, file, property->uint64);
}
