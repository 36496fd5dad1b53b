/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The settings of a group in both vocabularies: what is set is read, and what is read can be set and changes nothing;
 * likewise whatever the kernel's files say. They are files of a directory, which keep what is written. */

#include <fcntl.h>
#include <inttypes.h>

#include "basic/fd.h"
#include "basic/parse.h"
#include "cgroup/attribute-check.h"
#include "cgroup/attribute-file.h"
#include "cgroup/attribute-read.h"
#include "cgroup/attribute.h"
#include "fuzz.h"

/* What a group has with all controllers, at first. */
static const char *const files[][2] = {
        { "cpu.weight", "100" },
        { "cpu.idle", "0" },
        { "cpu.max", "max 100000" },
        { "cpuset.cpus", "\n" },
        { "cpuset.mems", "\n" },
        { "cpuset.cpus.partition", "member" },
        { "memory.min", "0" },
        { "memory.low", "0" },
        { "memory.high", "max" },
        { "memory.max", "max" },
        { "memory.swap.max", "max" },
        { "memory.zswap.max", "max" },
        { "memory.zswap.writeback", "1" },
        { "pids.max", "max" },
        { "io.weight", "default 100" },
        { "io.max", "" },
        { "io.latency", "" },
        { "cgroup.max.depth", "max" },
        { "cpu.max.burst", "0" },
};

static char *read_file(int group, const char *name) {
        _cleanup_close_ int fd = fd_open_beneath(group, name, O_RDONLY);
        char *text = NULL;

        promise(fd >= 0 && fd_read_all(fd, &text) >= 0);
        return text;
}

static int set(int group, const char *key, const char *value) {
        _cleanup_(attribute_list_done) AttributeList list = {};
        _cleanup_trouble_ Trouble trouble = {};
        _cleanup_free_ char *assignment = NULL;
        const Attribute *failed = NULL;
        int r;

        promise(asprintf(&assignment, "%s=%s", key, value) >= 0);
        r = attribute_list_add(&list, assignment, &trouble);
        promise(fuzz_is_result(r) && list.n_items == (r == 0) && trouble.error == r && (r == 0) == !trouble.cause);
        if (r < 0)
                return r;

        r = attribute_list_apply(&list, group, &failed, &trouble);
        promise(fuzz_is_result(r) && (r < 0) == (failed != NULL));
        return r;
}

/* One that is a single value: not a list of devices, of which each is set by itself. */
static bool is_single(const char *key) {
        const PropertyInfo *info = property_find(key);
        const char *file = info ? property_info_file(info) : key;
        const AttributeFile *known = file ? attribute_file_find(file) : NULL;

        return info && known && (known->form != ATTRIBUTE_KEYED || streq(key, "IOWeight"));
}

/* What @file says after what it says was set again. */
static void check_again(int group, const char *key, const char *file) {
        _cleanup_free_ char *before = read_file(group, file), *after = NULL, *value = NULL, *raw = NULL;
        int r = attribute_read(group, key, false, &value);

        promise(r == 0 && attribute_read(group, key, true, &raw) == 0);
        promise(set(group, key, value) == 0);
        after = read_file(group, file);
        if (!streq(before, after))
                fprintf(stderr, "%s: '%s' was read as '%s' and set as '%s'\n", key, before, value, after);
        promise(streq(before, after));
}

/* Of a file with a line for each device the directory keeps one line alone. */
static void check_unchanged(int group) {
        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_free_ char *now = read_file(group, files[i][0]);

                promise(streq(now, files[i][1]) || startswith(files[i][0], "io."));
        }
}

/* Together with what no group has it is taken back. */
static void check_undo(int group, const char *assignment) {
        _cleanup_(attribute_list_done) AttributeList list = {};
        const Attribute *failed = NULL;

        if (attribute_list_add(&list, assignment, NULL) < 0)
                return;

        promise(attribute_list_add(&list, "cpu.none=1", NULL) == 0);
        promise(attribute_list_apply(&list, group, &failed, NULL) < 0 && failed);
        check_unchanged(group);
}

/* "KEY=VALUE" as somebody types it. */
static void check_setting(int group, const char *assignment) {
        const char *equals = strchr(assignment, '=');
        _cleanup_free_ char *key = equals ? strndup(assignment, (size_t) (equals - assignment)) : NULL, *value = NULL;
        const PropertyInfo *info;
        int r;

        if (!equals)
                return;

        r = set(group, key, equals + 1);
        if (r < 0) { /* it is as it was */
                check_unchanged(group);
                return;
        }

        info = property_find(key);
        if (is_single(key))
                check_again(group, key, property_info_file(info));
        else if (!info)
                promise(attribute_read(group, key, true, &value) == 0 || !attribute_file_find(key));
}

typedef struct Visit {
        int group;
        const char *file;
} Visit;

/* As a group is made. */
static int check_default(const char *key, const char *file, void *userdata) {
        int group = *(int *) userdata;

        if (is_single(key))
                check_again(group, key, file);
        return 0;
}

/* Of each property that lives in the file. */
static int check_key(const char *key, const char *file, void *userdata) {
        const Visit *visit = userdata;
        _cleanup_free_ char *value = NULL, *raw = NULL;
        int r;

        if (!streq(file, visit->file))
                return 0;

        r = attribute_read(visit->group, key, false, &value);
        promise(fuzz_is_result(r) && (r == 0) == (value != NULL));
        promise((attribute_read(visit->group, key, true, &raw) == 0) == (r == 0));
        return 0;
}

/* A quota that the kernel takes is the same after it was read and set. */
static void check_quota(int group) {
        uint64_t quota, period, again, period_again;
        _cleanup_free_ char *value = NULL;

        if (attribute_read_quota(group, &quota, &period) < 0 || period < USEC_PER_MSEC || period > USEC_PER_SEC)
                return;
        if (quota < USEC_PER_MSEC || (quota >= UINT64_MAX / USEC_PER_SEC && quota != UINT64_MAX))
                return;

        promise(attribute_read(group, "CPUQuota", false, &value) == 0);
        promise(set(group, "CPUQuota", value) == 0);
        promise(attribute_read_quota(group, &again, &period_again) == 0);
        promise(again == quota && period_again == period);
}

static void check_any_quota(int group, FuzzInput *input) {
        uint64_t period = USEC_PER_MSEC + fuzz_number(input) % (USEC_PER_SEC - USEC_PER_MSEC + 1);
        char text[64];

        (void) snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 "\n", fuzz_number(input), period);
        fuzz_write_file(group, "cpu.max", text);
        check_quota(group);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FuzzInput input = { data, size };
        unsigned first = fuzz_byte(&input);
        _cleanup_free_ char *text = fuzz_text(input.data, input.size);
        int group = fuzz_directory();
        Visit visit = { group, files[first % ELEMENTSOF(files)][0] };

        for (size_t i = 0; i < ELEMENTSOF(files); i++)
                fuzz_write_file(group, files[i][0], files[i][1]);

        if (size == 0)
                promise(attribute_foreach(group, false, check_default, &group) == 0);

        if (first >= 128) {
                check_undo(group, text);
                check_setting(group, text);
                return 0;
        }

        if (first >= 64) {
                check_any_quota(group, &input);
                return 0;
        }

        fuzz_write_file(group, visit.file, text);
        promise(attribute_foreach(group, true, check_key, &visit) == 0);
        if (streq(visit.file, "cpu.max"))
                check_quota(group);
        return 0;
}
