/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute-read.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "basic/format.h"
#include "basic/memory-stream.h"
#include "basic/parse.h"
#include "cgroup/attribute-file.h"
#include "cgroup/device.h"
#include "unit/property.h"

#define NUMBER_MAX sizeof("18446744073709551615")

bool attribute_parse_device_line(const char *line, dev_t *ret_device, const char **ret_rest) {
        unsigned major, minor;
        int length = 0;

        if (sscanf(line, "%u:%u %n", &major, &minor, &length) < 2 || length == 0)
                return false;

        *ret_device = makedev(major, minor);
        *ret_rest = line + length;
        return true;
}

int attribute_read_quota(int group, uint64_t *ret_quota, uint64_t *ret_period) {
        _cleanup_free_ char *text = NULL;
        uint64_t quota = UINT64_MAX, period;
        char *space;
        int r;

        r = attribute_file_read(group, "cpu.max", &text);
        if (r < 0)
                return r;

        space = strchr(text, ' ');
        if (!space || parse_unsigned(space + 1, 1, UINT64_MAX, &period) < 0)
                return -EBADMSG;

        *space = '\0';
        if (!streq(text, "max") && parse_unsigned(text, 0, UINT64_MAX, &quota) < 0)
                return -EBADMSG;

        *ret_quota = quota;
        *ret_period = period;
        return 0;
}

uint64_t attribute_quota_of_share(uint64_t share, uint64_t period) {
        return share / USEC_PER_SEC * period + share % USEC_PER_SEC * period / USEC_PER_SEC;
}

uint64_t attribute_share_of_quota(uint64_t quota, uint64_t period) {
        uint64_t least;

        if (quota / period >= UINT64_MAX / USEC_PER_SEC)
                return UINT64_MAX;

        least = quota / period * USEC_PER_SEC + (quota % period * USEC_PER_SEC + period - 1) / period;
        for (uint64_t step = USEC_PER_SEC / 100; step > 1; step /= 10) {
                uint64_t share = (least + step - 1) / step * step;

                if (attribute_quota_of_share(share, period) == quota)
                        return share;
        }

        return least;
}

static int return_text(const char *text, char **ret) {
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

static int return_number(uint64_t number, char **ret) {
        char text[NUMBER_MAX];

        if (number == UINT64_MAX)
                return return_text("infinity", ret);

        (void) snprintf(text, sizeof(text), "%" PRIu64, number);
        return return_text(text, ret);
}

static int read_quota(int group, bool is_period, bool raw, char **ret) {
        char text[FORMAT_MAX];
        uint64_t quota, period;
        int r;

        r = attribute_read_quota(group, &quota, &period);
        if (r < 0)
                return r;
        if (is_period)
                return raw ? return_number(period, ret) : return_text(format_timespan(period, 1, text), ret);
        if (quota == UINT64_MAX)
                return return_text("infinity", ret);

        quota = attribute_share_of_quota(quota, period);
        return raw ? return_number(quota, ret) : return_text(format_ppm(quota, text), ret);
}

/* The weight of a group that is idle is no weight: 0 on the bus. */
static int read_cpu_weight(int group, bool raw, char **ret) {
        _cleanup_free_ char *idle = NULL, *weight = NULL;
        int r;

        r = attribute_file_read(group, "cpu.weight", &weight);
        if (r < 0)
                return r;

        if (attribute_file_read(group, "cpu.idle", &idle) >= 0 && streq(idle, "1"))
                return return_text(raw ? "0" : "idle", ret);

        *ret = TAKE_PTR(weight);
        return 0;
}

/* The file of the two that there is. bfq's numbers are translated back, see bfq_weight(). */
static int read_io_weights(int group, char **ret, bool *ret_bfq) {
        int r = attribute_file_read(group, "io.weight", ret);

        *ret_bfq = r == -ENOENT;
        return r == -ENOENT ? attribute_file_read(group, "io.bfq.weight", ret) : r;
}

static uint64_t weight_from(uint64_t number, bool bfq) {
        return bfq && number > 100 ? 100 + (number - 100) * 11 : number;
}

static int read_io_weight(int group, char **ret) {
        _cleanup_free_ char *text = NULL;
        const char *number;
        uint64_t weight;
        bool bfq;
        int r;

        r = read_io_weights(group, &text, &bfq);
        if (r < 0)
                return r;

        text[strcspn(text, "\n")] = '\0';
        number = startswith(text, "default ");
        if (parse_unsigned(number ?: text, 0, UINT64_MAX, &weight) < 0)
                return -EBADMSG;

        return return_number(weight_from(weight, bfq), ret);
}

/* The number behind "NAME=" in a line such as "rbps=max wbps=1000". -ENODATA: no limit is set there. */
static int find_number(const char *line, const char *name, uint64_t *ret) {
        size_t length = strlen(name);

        for (const char *w = line; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
                char number[NUMBER_MAX];

                if (strncmp(w, name, length) != 0 || w[length] != '=')
                        continue;

                (void) snprintf(number, sizeof(number), "%.*s", (int) strcspn(w + length + 1, " "), w + length + 1);
                return parse_unsigned(number, 0, UINT64_MAX, ret) < 0 ? -ENODATA : 0;
        }

        return -ENODATA;
}

static int print_device(FILE *out, dev_t device, uint64_t number, bool time) {
        _cleanup_free_ char *name = NULL;
        char text[FORMAT_MAX];
        int r;

        r = device_name(device, &name);
        if (r < 0)
                return r;

        if (ftell(out) > 0)
                fputc('\n', out);
        if (time)
                fprintf(out, "%s %s", name, format_timespan(number, 1, text));
        else
                fprintf(out, "%s %" PRIu64, name, number);

        return 0;
}

static const char *device_line(const char *text, dev_t device) {
        for (const char *line = text; *line; line = strchrnul(line, '\n'), line += *line == '\n') {
                const char *rest;
                dev_t other;

                if (attribute_parse_device_line(line, &other, &rest) && other == device)
                        return rest;
        }

        return NULL;
}

/* "rbps=1 wbps=2" or a weight. Up to the end of the line. */
static int read_device_number(const char *rest, const char *limit, uint64_t *ret) {
        _cleanup_free_ char *line = strndup(rest, strcspn(rest, "\n"));

        if (!line)
                return -ENOMEM;

        return limit ? find_number(line, limit, ret) : parse_unsigned(line, 0, UINT64_MAX, ret);
}

/* The devices of @text; a weight counts that is in none of the lines of @before (may be NULL). */
static int print_devices(FILE *out, const char *text, const char *limit, const char *before, bool bfq, bool raw) {
        int r = 0;

        for (const char *line = text; r >= 0 && *line; line = strchrnul(line, '\n'), line += *line == '\n') {
                uint64_t number;
                const char *rest;
                dev_t device;

                if (!attribute_parse_device_line(line, &device, &rest) || (before && device_line(before, device)) ||
                    read_device_number(rest, limit, &number) < 0)
                        continue;

                r = print_device(out, device, weight_from(number, bfq), limit && streq(limit, "target") && !raw);
        }

        return r;
}

/* Which of the two files has a disk's weight, its scheduler decides. */
static int print_weights(int group, FILE *out) {
        _cleanup_free_ char *text = NULL, *bfq = NULL;
        int r, s;

        r = attribute_file_read(group, "io.weight", &text);
        s = attribute_file_read(group, "io.bfq.weight", &bfq);
        if (r < 0 && s < 0)
                return r;

        r = text ? print_devices(out, text, NULL, NULL, false, true) : 0;
        return r < 0 || !bfq ? r : print_devices(out, bfq, NULL, text, true, true);
}

static int print_limits(int group, FILE *out, const char *file, const char *limit, bool raw) {
        _cleanup_free_ char *text = NULL;
        int r = attribute_file_read(group, file, &text);

        return r < 0 ? r : print_devices(out, text, limit, NULL, false, raw);
}

/* A line "DEVICE NUMBER" for each device that has one; @limit is NULL for weights. */
static int read_devices(int group, const char *file, const char *limit, bool raw, char **ret) {
        _cleanup_free_ char *result = NULL;
        size_t size;
        FILE *out;
        int r, s;

        out = open_memstream(&result, &size);
        if (!out)
                return -ENOMEM;

        r = limit ? print_limits(group, out, file, limit, raw) : print_weights(group, out);
        s = memory_stream_close(out, &result);
        if (r < 0 || s < 0)
                return r < 0 ? r : s;

        *ret = TAKE_PTR(result);
        return 0;
}

static int read_plain(int group, const char *file, char **ret) {
        _cleanup_free_ char *text = NULL;
        int r;

        r = attribute_file_read(group, file, &text);
        if (r < 0)
                return r;

        if (streq(text, "max"))
                return return_text("infinity", ret);
        if (streq(file, "memory.zswap.writeback"))
                return return_text(streq(text, "0") ? "no" : "yes", ret);
        /* "root invalid (…)" is none, and behaves as a member. */
        if (streq(file, "cpuset.cpus.partition"))
                return return_text(strstr(text, " invalid") ? "member" : text, ret);

        *ret = TAKE_PTR(text);
        return 0;
}

static int read_property(int group, const char *name, const char *file, bool raw, char **ret) {
        if (streq(name, "CPUWeight"))
                return read_cpu_weight(group, raw, ret);
        if (streq(name, "CPUQuota"))
                return read_quota(group, false, raw, ret);
        if (streq(name, "CPUQuotaPeriodSec"))
                return read_quota(group, true, raw, ret);
        if (streq(name, "IOWeight"))
                return read_io_weight(group, ret);
        if (streq(name, "IODeviceWeight"))
                return read_devices(group, file, NULL, raw, ret);
        if (streq(file, "io.max"))
                return read_devices(group, file, attribute_limit_of(name), raw, ret);
        if (streq(file, "io.latency"))
                return read_devices(group, file, "target", raw, ret);

        return read_plain(group, file, ret);
}

int attribute_read(int group, const char *key, bool raw, char **ret) {
        const PropertyInfo *info = property_find(key);
        const char *file = info ? property_info_file(info) : NULL;
        Controller controller;

        if (file)
                return read_property(group, key, file, raw, ret);
        if (attribute_file_name_is_valid(key, &controller))
                return attribute_file_read(group, key, ret);

        return -EOPNOTSUPP;
}

typedef int (*AttributeFunction)(const char *key, const char *file, void *userdata);

typedef struct Visit {
        int group;
        AttributeFunction function;
        void *userdata;
        int result;
} Visit;

static bool can_read(int group, const char *name) {
        struct stat st;

        return fstatat(group, name, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISREG(st.st_mode) && (st.st_mode & 0444) != 0;
}

static void visit_property(const char *name, void *userdata) {
        const char *file = property_info_file(property_find(name));
        Visit *visit = userdata;

        if (visit->result < 0 || !file)
                return;
        if (!can_read(visit->group, file)) {
                if (!streq(file, "io.weight") || !can_read(visit->group, "io.bfq.weight"))
                        return;
                file = "io.bfq.weight";
        }

        visit->result = visit->function(name, file, visit->userdata);
}

static int is_file(const struct dirent *entry) {
        Controller controller;

        return attribute_file_name_is_valid(entry->d_name, &controller);
}

static int compare_entries(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int visit_files(const Visit *visit) {
        struct dirent **entries = NULL;
        int n = scandirat(visit->group, ".", &entries, is_file, compare_entries), r = n < 0 ? -errno : 0;

        for (int i = 0; i < n; i++) {
                const char *name = entries[i]->d_name;

                if (r >= 0 && can_read(visit->group, name))
                        r = visit->function(name, name, visit->userdata);
                free(entries[i]);
        }

        free(entries);
        return r < 0 ? r : 0;
}

int attribute_foreach(int group, bool files, int (*function)(const char *key, const char *file, void *userdata),
                      void *userdata) {
        Visit visit = { .group = group, .function = function, .userdata = userdata };

        property_foreach(visit_property, &visit);
        if (visit.result < 0)
                return visit.result;

        return files ? visit_files(&visit) : 0;
}
