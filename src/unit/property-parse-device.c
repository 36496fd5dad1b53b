/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "basic/parse-words.h"
#include "basic/parse.h"
#include "unit/property-parse.h"

/* Settings of a path and what goes with it, "/dev/sda 1M": arrays of one pair. An empty text is the empty array, which
 * resets. Whether the device is there the manager says, whose view of /dev counts. */

/* The only pair of @ret. @text is NULL where a number goes with the key. Takes *key over on success. */
static int set_pair(PropertyValue *ret, char **key, uint64_t number, const char *text) {
        PropertyPair *pair = calloc(1, sizeof(*pair));

        if (pair && text)
                pair->text = strdup(text);
        if (!pair || (text && !pair->text)) {
                free(pair);
                return -ENOMEM;
        }

        pair->key = TAKE_PTR(*key);
        pair->number = number;
        ret->pairs = pair;
        ret->n_items = 1;
        return 0;
}

/* Divides "PATH REST" and checks the path. @ret_rest is borrowed from @text. */
static int split_device(const PropertyInfo *info, const char *text, char **ret_path, const char **ret_rest,
                        Trouble *trouble) {
        _cleanup_free_ char *path = NULL;
        const char *rest = text;
        int r;

        r = parse_word(&rest, &path);
        if (r == -ENOMEM)
                return r;
        if (r <= 0 || !property_path_is_valid(path))
                return property_refuse(info, -EINVAL, trouble, "'%s' is no absolute device path", r > 0 ? path : text);
        if (isempty(rest))
                return property_refuse(info, -EINVAL, trouble, "nothing follows '%s' (examples: %s)", path,
                                       info->examples);

        *ret_path = TAKE_PTR(path);
        *ret_rest = rest;
        return 0;
}

static int parse_weight(const char *text, uint64_t *ret) {
        return parse_unsigned_any_base(text, 0, UINT64_MAX, ret);
}

/* Bandwidth and operations per second are counted in thousands, unlike memory: systemd.resource-control(5). */
static int parse_decimal_size(const char *text, uint64_t *ret) {
        return parse_size(text, 1000, ret);
}

static int parse_device_number(const PropertyInfo *info, const char *text, const char *noun,
                               int (*parse)(const char *text, uint64_t *ret), PropertyValue *ret, Trouble *trouble) {
        _cleanup_free_ char *path = NULL;
        const char *rest = text;
        uint64_t number;
        int r;

        ret->kind = PROPERTY_NUMBERS;
        if (isempty(text))
                return 0;

        r = split_device(info, text, &path, &rest, trouble);
        if (r < 0)
                return r;

        r = parse(rest, &number);
        if (r == -EINVAL)
                return property_refuse(info, r, trouble, "'%s' is no %s (examples: %s)", rest, noun, info->examples);
        if (r == -ERANGE || number < info->min || number > info->max) {
                if (info->max == UINT64_MAX)
                        return property_refuse(info, -ERANGE, trouble, "%s is out of range", rest);
                return property_refuse(info, -ERANGE, trouble, "%s is out of range %" PRIu64 " to %" PRIu64, rest,
                                       info->min, info->max);
        }
        if (r < 0)
                return r;

        return set_pair(ret, &path, number, NULL);
}

int property_parse_device_weight(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        return parse_device_number(info, text, "weight", parse_weight, ret, trouble);
}

int property_parse_device_limit(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        return parse_device_number(info, text, "rate", parse_decimal_size, ret, trouble);
}

int property_parse_device_latency(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        return parse_device_number(info, text, "time span", parse_timespan, ret, trouble);
}

/* A node below /dev, the place of systemd's inaccessible nodes, or a class of devices from /proc/devices. */
static bool device_pattern_is_valid(const char *pattern) {
        const char *class;

        class = startswith(pattern, "char-");
        if (!class)
                class = startswith(pattern, "block-");
        if (class)
                return !isempty(class);

        return property_path_is_valid(pattern) &&
               (startswith(pattern, "/dev/") || startswith(pattern, "/run/systemd/inaccessible/"));
}

int property_parse_device_access(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        _cleanup_free_ char *pattern = NULL;
        const char *access = text;
        int r;

        ret->kind = PROPERTY_TEXTS;
        if (isempty(text))
                return 0;

        r = parse_word(&access, &pattern);
        if (r == -ENOMEM)
                return r;
        if (r <= 0 || !device_pattern_is_valid(pattern) || strpbrk(pattern, " \t"))
                return property_refuse(info, -EINVAL, trouble,
                                       "'%s' is neither a device below /dev nor a class (char-NAME, block-NAME)",
                                       r > 0 ? pattern : text);

        /* No letters at all are all of them. */
        if (access[strspn(access, "rwm")])
                return property_refuse(info, -EINVAL, trouble, "'%s' is no access, made of the letters r, w and m",
                                       access);

        return set_pair(ret, &pattern, 0, access);
}

int property_parse_program(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        _cleanup_free_ char *type = NULL;
        const char *colon;

        ret->kind = PROPERTY_TEXTS;
        if (isempty(text))
                return 0;

        colon = strchr(text, ':');
        if (!colon)
                return property_refuse(info, -EINVAL, trouble, "'%s' is no TYPE:PATH (examples: %s)", text,
                                       info->examples);

        type = strndup(text, (size_t) (colon - text));
        if (!type)
                return -ENOMEM;

        for (const char *const *choice = info->choices; *choice; choice++) {
                if (!streq(type, *choice))
                        continue;
                if (!property_path_is_valid(colon + 1))
                        return property_refuse(info, -EINVAL, trouble, "'%s' is no absolute and plain path", colon + 1);

                return set_pair(ret, &type, 0, colon + 1);
        }

        return property_refuse(info, -EINVAL, trouble, "'%s' is no type of program (examples: %s)", type,
                               info->examples);
}
