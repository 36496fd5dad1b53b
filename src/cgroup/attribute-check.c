/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute-check.h"

#include "basic/parse-words.h"
#include "basic/parse.h"
#include "cgroup/attribute-encode.h"
#include "cgroup/attribute-file.h"
#include "cgroup/device.h"
#include "cgroup/group.h"

/* How far a share of what the machine has may be off: that changes while it runs. */
#define SHARE_TOLERANCE 50 /* one part in */

static int refuse(AttributeWriter *writer, const char *name, const char *now, const char *text) {
        return trouble_set(&writer->trouble, -EOPNOTSUPP, "%s is '%.*s', not '%s'", name, (int) strcspn(now, "\n"), now,
                           text);
}

static int refuse_absent(AttributeWriter *writer, const char *name, const char *text, size_t length) {
        return trouble_set(&writer->trouble, -EOPNOTSUPP, "%s has no line for %.*s", name, (int) length, text);
}

/* "max" is more than any number. */
static bool parse_number(const char *text, uint64_t *ret) {
        if (!streq(text, "max"))
                return parse_unsigned(text, 0, UINT64_MAX, ret) >= 0;

        *ret = UINT64_MAX;
        return true;
}

/* The kernel counts memory in pages, and has a number for no limit. */
static bool equal_bytes(uint64_t now, uint64_t asked) {
        uint64_t page = (uint64_t) sysconf(_SC_PAGESIZE);

        return now == asked / page * page || (now == UINT64_MAX && asked >= INT64_MAX / page * page);
}

static bool equal_numbers(const AttributeWriter *writer, const char *name, const char *now, const char *text) {
        uint64_t a, b;

        if (!parse_number(now, &a) || !parse_number(text, &b))
                return false;
        if (writer->about)
                return a <= b + b / SHARE_TOLERANCE && a >= b - b / SHARE_TOLERANCE;

        return a == b || (startswith(name, "memory.") && equal_bytes(a, b));
}

/* The processors or nodes in @text are all in @allowed. What is no plain list nobody can tell. */
static bool is_within(const char *text, const char *allowed) {
        _cleanup_free_ uint8_t *inner = NULL, *outer = NULL;
        size_t n_inner, n_outer;

        if (parse_index_mask(text, &inner, &n_inner) < 0 || parse_index_mask(allowed, &outer, &n_outer) < 0)
                return true;

        for (size_t i = 0; i < n_inner; i++)
                if (inner[i] & ~(i < n_outer ? outer[i] : 0))
                        return false;

        return true;
}

/* Of numbers that are not there, or not for this group, the kernel uses those of the group above. */
static int compare_set(AttributeWriter *writer, const char *name, const char *now, const char *text) {
        _cleanup_free_ char *effective = NULL;
        char file[64];
        int r;

        if (!is_within(now, text) || !is_within(text, now))
                return refuse(writer, name, now, text);
        if (isempty(text))
                return 0;

        (void) snprintf(file, sizeof(file), "%s.effective", name);
        r = attribute_file_read(writer->group, file, &effective);
        if (r < 0 || is_within(effective, text))
                return 0;

        return trouble_set(&writer->trouble, -EOPNOTSUPP,
                           "%s is '%s' and not within '%s', of which some is offline or "
                           "kept by a group above",
                           file, effective, text);
}

/* The kernel says in brackets why a partition is none. */
static int compare_partition(AttributeWriter *writer, const char *name, const char *now, const char *text) {
        size_t length = strlen(text);

        if (strncmp(now, text, length) != 0 || (now[length] && now[length] != ' ') || strstr(now, "invalid"))
                return refuse(writer, name, now, text);

        return 0;
}

/* "8:0 rbps=1000", "8:0 target=0", "default 100", "8:0 default": of the line of that key the one figure. */
static int compare_line(AttributeWriter *writer, const char *name, const char *now, const char *text) {
        size_t length = strcspn(text, " ");
        const char *wanted = text + length + (text[length] == ' '), *equals = strchr(wanted, '='), *line = now;
        bool unset = streq(wanted, "default") || (equals && (streq(equals, "=max") || streq(equals, "=0")));

        while (*line && !(strncmp(line, text, length) == 0 && line[length] == ' ')) {
                line = strchrnul(line, '\n');
                line += *line == '\n';
        }
        if (!*line && unset)
                return 0;
        if (!*line)
                return refuse_absent(writer, name, text, length);

        for (const char *w = line + length + 1; *w && *w != '\n'; w += strspn(w, " ")) {
                size_t n = strcspn(w, " \n");

                if (n == strlen(wanted) && strncmp(w, wanted, n) == 0)
                        return 0;
                w += n;
        }

        return refuse(writer, name, line, text);
}

static int compare(AttributeWriter *writer, const char *name, const char *text) {
        const AttributeFile *file = attribute_file_find(name);
        _cleanup_free_ char *now = NULL;
        int r;

        writer->file = name;
        r = attribute_file_read(writer->group, name, &now);
        if (r < 0)
                return r;

        if (file && file->numbers)
                return compare_set(writer, name, now, text);
        if (file && file->form == ATTRIBUTE_WORD)
                return compare_partition(writer, name, now, text);
        if (file && file->form == ATTRIBUTE_KEYED)
                return compare_line(writer, name, now, text);
        if (streq(now, text) || equal_numbers(writer, name, now, text))
                return 0;

        return refuse(writer, name, now, text);
}

static bool is_same_device(const PropertyValue *a, const PropertyValue *b) {
        dev_t device, other;

        return streq(a->pairs[0].key, b->pairs[0].key) ||
               (device_find(a->pairs[0].key, &device) >= 0 && device_find(b->pairs[0].key, &other) >= 0 &&
                device == other);
}

/* Whether a later assignment takes the place of that at @index: of devices each has its own. */
static bool is_replaced(const PropertyList *list, size_t index) {
        const PropertyValue *value = &list->items[index];

        if (property_list_resets(list, index))
                return true;

        for (size_t i = index + 1; i < list->n_items; i++)
                if (value->kind == PROPERTY_NUMBERS && list->items[i].info == value->info &&
                    (value->n_items == 0 || is_same_device(value, &list->items[i])))
                        return true;

        return false;
}

/* Nothing need be where nothing is asked for. */
static int explain_absent(AttributeWriter *writer, const PropertyValue *value, Trouble *trouble) {
        Controller controller = property_info_controller(value->info);
        ControllerMask here;

        if (!property_value_asks(value) || streq(property_info_name(value->info), "CPUQuotaPeriodSec"))
                return 0;
        if (group_controllers(writer->group, &here) >= 0 && (here & controller_bit(controller)))
                return trouble_set(trouble, -EOPNOTSUPP, "this kernel has no %s", property_info_file(value->info));

        return trouble_set(trouble, -EOPNOTSUPP, "there is no %s without the controller %s",
                           property_info_file(value->info), controller_to_string(controller));
}

int attribute_check(int group, const PropertyList *properties, size_t index, Trouble *trouble) {
        const PropertyValue *value = &properties->items[index];
        AttributeWriter writer = { .group = group, .properties = properties, .compare = compare };
        int r;

        if (!property_info_file(value->info) || is_replaced(properties, index))
                return 0;

        r = attribute_encode(&writer, value);
        if (r == -ENOENT && !writer.trouble.error)
                r = explain_absent(&writer, value, trouble);
        else if (r < 0 && writer.trouble.error)
                (void) trouble_move(trouble, r, &writer.trouble);
        else if (r < 0)
                r = trouble_set(trouble, r, "%s: %s", writer.file ?: property_info_file(value->info), strerror(-r));

        attribute_writer_done(&writer);
        return r < 0 && r != -ENOMEM ? -EOPNOTSUPP : r;
}

int attribute_check_file(int group, const char *name, const char *text, Trouble *trouble) {
        AttributeWriter writer = { .group = group, .compare = compare };
        int r = compare(&writer, name, text);

        if (r == -EOPNOTSUPP)
                (void) trouble_move(trouble, r, &writer.trouble);

        attribute_writer_done(&writer);
        return r == -EOPNOTSUPP ? r : 0;
}
