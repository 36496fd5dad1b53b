/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/property-parse.h"

#include <inttypes.h>

#include "basic/parse-words.h"
#include "basic/parse.h"

#define QUOTA_MIN USEC_PER_MSEC /* of each second */

void property_strings_free(char **strings) {
        if (!strings)
                return;

        for (char **s = strings; *s; s++)
                free(*s);
        free(strings);
}

void property_value_done(PropertyValue *value) {
        for (size_t i = 0; i < value->n_items; i++)
                if (value->kind == PROPERTY_NUMBERS || value->kind == PROPERTY_TEXTS) {
                        free(value->pairs[i].key);
                        free(value->pairs[i].text);
                } else if (value->kind == PROPERTY_NFT_SETS) {
                        free(value->nft_sets[i].table);
                        free(value->nft_sets[i].set);
                }

        switch (value->kind) {
        case PROPERTY_STRING:
                free(value->string);
                break;
        case PROPERTY_STRINGS:
                property_strings_free(value->strings);
                break;
        case PROPERTY_INTERFACES:
                property_strings_free(value->interfaces.names);
                break;
        case PROPERTY_BYTES:
        case PROPERTY_NUMBERS:
        case PROPERTY_TEXTS:
        case PROPERTY_ADDRESSES:
        case PROPERTY_BIND_RULES:
        case PROPERTY_NFT_SETS:
                free(value->items);
                break;
        default:
                break;
        }

        *value = (PropertyValue) {};
}

/* Settings of one value. What an empty text means is systemd-run's meaning (bus_append_unit_property_assignment() in
 * its sources): the default of a limit or weight, an error elsewhere. */

static int set_uint64(PropertyValue *ret, uint64_t value) {
        ret->kind = PROPERTY_UINT64;
        ret->uint64 = value;
        return 0;
}

static int set_string(PropertyValue *ret, const char *text) {
        char *copy = strdup(text);

        if (!copy)
                return -ENOMEM;

        ret->kind = PROPERTY_STRING;
        ret->string = copy;
        return 0;
}

/* 0 to 100 % as 0 to UINT32_MAX, rounded: a percentage on the bus (UINT32_SCALE_FROM_PERMYRIAD() in systemd). */
static int set_fraction(PropertyValue *ret, uint64_t permyriad) {
        ret->kind = PROPERTY_UINT32;
        ret->uint32 = (uint32_t) ((permyriad * UINT32_MAX + 5000) / 10000);
        return 0;
}

static int refuse_text(const PropertyInfo *info, const char *text, const char *noun, Trouble *trouble) {
        return property_refuse(info, -EINVAL, trouble, "'%s' is no %s (examples: %s)", text, noun, info->examples);
}

static int refuse_range(const PropertyInfo *info, const char *text, Trouble *trouble) {
        if (info->max == UINT64_MAX)
                return property_refuse(info, -ERANGE, trouble,
                                       "%s is out of range, at least %" PRIu64 " and below 2^64 - 1", text, info->min);

        return property_refuse(info, -ERANGE, trouble, "%s is out of range %" PRIu64 " to %" PRIu64, text, info->min,
                               info->max);
}

int property_parse_yes_no(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        bool value;

        if (parse_boolean(text, &value) < 0)
                return property_refuse(info, -EINVAL, trouble, "'%s' is neither yes nor no", text);

        ret->kind = PROPERTY_BOOLEAN;
        ret->boolean = value;
        return 0;
}

int property_parse_choice(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        char list[256] = "", *end = list;

        for (const char *const *choice = info->choices; *choice; choice++)
                if (streq(text, *choice))
                        return set_string(ret, text);

        for (const char *const *choice = info->choices; *choice; choice++) {
                if (end + strlen(*choice) + sizeof(", ") > list + sizeof(list))
                        break;
                if (end > list)
                        end = stpcpy(end, ", ");
                end = stpcpy(end, *choice);
        }

        return property_refuse(info, -EINVAL, trouble, "'%s' is none of %s", text, list);
}

/* A choice that takes booleans for "on" and "off" as well, and an empty text for the manager's default. */
int property_parse_watch(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        bool value;

        if (isempty(text))
                return set_string(ret, "");
        if (parse_boolean(text, &value) >= 0)
                return set_string(ret, value ? "on" : "off");

        return property_parse_choice(info, text, ret, trouble);
}

bool property_path_is_valid(const char *path) {
        size_t length = strlen(path);

        if (path[0] != '/' || length >= 4096) /* PATH_MAX */
                return false;

        for (const char *p = path; *p; p++)
                if (*p == '/') {
                        size_t part = strcspn(p + 1, "/");

                        if ((part == 0 && length > 1) || (part == 1 && p[1] == '.') ||
                            (part == 2 && p[1] == '.' && p[2] == '.'))
                                return false;
                }

        return true;
}

int property_parse_path(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        if (!property_path_is_valid(text))
                return property_refuse(info, -EINVAL, trouble, "'%s' is no absolute and plain path", text);

        return set_string(ret, text);
}

int property_parse_weight(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        uint64_t value;
        int r;

        if (isempty(text))
                return set_uint64(ret, UINT64_MAX);

        /* Only the CPU has it; the manager takes it as 0, which is no weight. */
        if (info->choices && streq(text, info->choices[0]))
                return set_uint64(ret, 0);

        r = parse_unsigned_any_base(text, info->min, info->max, &value);
        if (r == -ERANGE)
                return refuse_range(info, text, trouble);
        if (r < 0)
                return refuse_text(info, text, "weight", trouble);

        return set_uint64(ret, value);
}

/* A percentage of what the host has, where @text is one: 1 where it was, 0 where it is something else. */
static int parse_percentage(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        uint64_t value;
        int r;

        r = parse_permyriad(text, 10000, &value);
        if (r == -EINVAL)
                return 0;
        /* The manager takes no share of nothing where it takes no 0 either. */
        if (r == -ERANGE || value < info->min)
                return property_refuse(info, -ERANGE, trouble, "%s is out of range %s%% to 100%%", text,
                                       info->min > 0 ? "0.01" : "0");
        if (!info->scale_name)
                return property_refuse(info, -EINVAL, trouble, "'%s': no manager takes a percentage here", text);

        ret->bus_name = info->scale_name;
        set_fraction(ret, value);
        return 1;
}

static int parse_limit(const PropertyInfo *info, const char *text, const char *noun,
                       int (*parse)(const char *text, uint64_t *ret), PropertyValue *ret, Trouble *trouble) {
        uint64_t value;
        int r;

        if (isempty(text))
                return set_uint64(ret, (info->flags & PROPERTY_RESET_TO_ZERO) ? 0 : UINT64_MAX);
        if (streq(text, "infinity"))
                return set_uint64(ret, UINT64_MAX);

        r = parse_percentage(info, text, ret, trouble);
        if (r != 0)
                return r < 0 ? r : 0;

        r = parse(text, &value);
        if (r == -ERANGE || (r >= 0 && (value < info->min || value == UINT64_MAX)))
                return refuse_range(info, text, trouble);
        if (r < 0)
                return refuse_text(info, text, noun, trouble);

        return set_uint64(ret, value);
}

static int parse_binary_size(const char *text, uint64_t *ret) {
        return parse_size(text, 1024, ret);
}

static int parse_number(const char *text, uint64_t *ret) {
        return parse_unsigned_any_base(text, 0, UINT64_MAX, ret);
}

int property_parse_bytes(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        return parse_limit(info, text, "size", parse_binary_size, ret, trouble);
}

int property_parse_tasks(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        int r;

        r = parse_limit(info, text, "number of tasks", parse_number, ret, trouble);
        if (r < 0)
                return r;

        /* Unlike with memory the manager refuses the whole (bus_cgroup_set_tasks_max_scale() in its sources). */
        if (ret->kind == PROPERTY_UINT32 && ret->uint32 == UINT32_MAX)
                return property_refuse(info, -ERANGE, trouble, "%s is out of range 0.01%% to 99.99%%", text);

        return 0;
}

int property_parse_quota(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        uint64_t ppm; /* microseconds of each second */
        int r;

        if (isempty(text) || streq(text, "infinity"))
                return set_uint64(ret, USEC_INFINITY);

        /* The kernel grants no less than 1 ms, in a period of no more than 1 s: managers would make that of less. Many
         * processors have many times 100 %. */
        r = parse_ppm(text, UINT64_MAX - 1, &ppm);
        if (r == -ERANGE || (r >= 0 && ppm < QUOTA_MIN))
                return property_refuse(info, -ERANGE, trouble, "%s is out of range, 0.1%% to 1844674407370955%%", text);
        if (r < 0)
                return refuse_text(info, text, "percentage", trouble);

        return set_uint64(ret, ppm);
}

int property_parse_fraction(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        uint64_t permyriad;
        int r;

        r = parse_permyriad(text, 10000, &permyriad);
        if (r == -ERANGE)
                return property_refuse(info, -ERANGE, trouble, "%s is out of range 0%% to 100%%", text);
        if (r < 0)
                return refuse_text(info, text, "percentage", trouble);

        return set_fraction(ret, permyriad);
}

int property_parse_time(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        uint64_t value;
        int r;

        if (isempty(text) && (info->flags & PROPERTY_MAY_BE_EMPTY))
                return set_uint64(ret, USEC_INFINITY);

        r = parse_timespan(text, &value);
        if (r == -ERANGE)
                return property_refuse(info, r, trouble, "%s is out of range", text);
        if (r < 0)
                return refuse_text(info, text, "time span", trouble);
        if (value < info->min)
                return property_refuse(info, -ERANGE, trouble, "%s is out of range, at least %" PRIu64 "us", text,
                                       info->min);

        return set_uint64(ret, value);
}

int property_parse_signal(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        int value, r;

        r = parse_signal(text, &value);
        if (r == -ERANGE)
                return property_refuse(info, r, trouble, "%s is out of range of signals", text);
        if (r < 0)
                return refuse_text(info, text, "signal", trouble);

        ret->kind = PROPERTY_INT32;
        ret->int32 = value;
        return 0;
}

int property_parse_mask(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        uint8_t *data;
        size_t size;
        int r;

        r = parse_index_mask(text, &data, &size);
        if (r == -ENOMEM)
                return r;
        if (r == -ERANGE)
                return property_refuse(info, r, trouble, "'%s' has a number that is out of range", text);
        if (r < 0)
                return refuse_text(info, text, "list of numbers and ranges", trouble);

        ret->kind = PROPERTY_BYTES;
        ret->bytes = data;
        ret->n_items = size;
        return 0;
}
