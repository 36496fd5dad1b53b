/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/property.h"

#include <assert.h>
#include <strings.h>

#include "basic/nearest.h"
#include "basic/parse-words.h"
#include "unit/property-table.h"

const PropertyInfo *property_find(const char *name) {
        for (size_t i = 0; i < property_table_size; i++)
                if (streq(property_table[i].name, name))
                        return &property_table[i];

        return NULL;
}

bool property_info_takes_units(const PropertyInfo *info) {
        return info->parse == property_parse_units;
}

const char *property_info_name(const PropertyInfo *info) {
        return info->name;
}

const char *property_info_bus_name(const PropertyInfo *info) {
        return info->bus_name;
}

Controller property_info_controller(const PropertyInfo *info) {
        return info->controller;
}

const char *property_info_file(const PropertyInfo *info) {
        return info->file;
}

PropertySight property_info_sight(const PropertyInfo *info) {
        return info->sight;
}

const char *property_info_unseen(const PropertyInfo *info) {
        return info->unseen;
}

void property_foreach(void (*fn)(const char *name, void *userdata), void *userdata) {
        for (size_t i = 0; i < property_table_size; i++)
                fn(property_table[i].name, userdata);
}

void property_list_done(PropertyList *list) {
        for (size_t i = 0; i < list->n_items; i++)
                property_value_done(&list->items[i]);

        free(list->items);
        *list = (PropertyList) {};
}

/* The setting that took the place of @name, or that is called so on the bus. */
static const char *find_successor(const char *name) {
        static const struct {
                const char *old;
                const char *name;
        } successors[] = {
                /* Those of v1: systemd.resource-control(5), "DEPRECATED OPTIONS" (until 257) */
                { "CPUShares", "CPUWeight" },
                { "StartupCPUShares", "StartupCPUWeight" },
                { "MemoryLimit", "MemoryMax" },
                { "BlockIOAccounting", "IOAccounting" },
                { "BlockIOWeight", "IOWeight" },
                { "StartupBlockIOWeight", "StartupIOWeight" },
                { "BlockIODeviceWeight", "IODeviceWeight" },
                { "BlockIOReadBandwidth", "IOReadBandwidthMax" },
                { "BlockIOWriteBandwidth", "IOWriteBandwidthMax" },
                /* What comes to mind. */
                { "Memory", "MemoryMax" },
                { "CPU", "CPUQuota" },
                { "CPUs", "AllowedCPUs" },
                { "Tasks", "TasksMax" },
                { "IO", "IOWeight" },
                { "Timeout", "RuntimeMaxSec" },
                /* A scope has no start to wait for. */
                { "TimeoutSec", "TimeoutStopSec" },
        };

        for (size_t i = 0; i < ELEMENTSOF(successors); i++)
                if (strcasecmp(successors[i].old, name) == 0)
                        return successors[i].name;

        for (size_t i = 0; i < property_table_size; i++) {
                const PropertyInfo *info = &property_table[i];

                if (streq(info->bus_name, name) || (info->scale_name && streq(info->scale_name, name)))
                        return info->name;
        }

        return NULL;
}

const char *property_nearest(const char *name) {
        Nearest nearest = nearest_begin(name);
        const char *successor = find_successor(name);

        if (successor)
                return successor;

        for (size_t i = 0; i < property_table_size; i++)
                nearest_offer(&nearest, property_table[i].name);

        return nearest.name;
}

static int refuse_name(const char *name, Trouble *trouble) {
        const char *option = property_option(name), *nearest;

        if (option)
                return trouble_set(trouble, -EOPNOTSUPP, "%s is set by %s", name, option);

        nearest = property_nearest(name);
        if (nearest)
                return trouble_set(trouble, -ENOENT, "unknown property '%s', did you mean %s?", name, nearest);

        return trouble_set(trouble, -ENOENT, "unknown property '%s'", name);
}

int property_list_add(PropertyList *list, const char *assignment, Trouble *trouble) {
        _cleanup_free_ char *name = NULL;
        PropertyValue value = {};
        const char *equals;
        int r;

        /* A manager would drop the whole connection for the first, and a message of ours would not be one line. */
        if (!text_is_printable(assignment))
                return trouble_set(trouble, -EINVAL, "a property with control characters, or not in UTF-8");

        equals = strchr(assignment, '=');
        if (!equals || equals == assignment)
                return trouble_set(trouble, -EINVAL, "'%s' is no assignment (NAME=VALUE)", assignment);

        name = strndup(assignment, (size_t) (equals - assignment));
        if (!name)
                return -ENOMEM;

        value.info = property_find(name);
        if (!value.info)
                return refuse_name(name, trouble);

        value.bus_name = value.info->bus_name;
        r = value.info->parse(value.info, equals + 1, &value, trouble);
        if (r >= 0)
                r = ARRAY_APPEND(list->items, list->n_items, value);
        if (r < 0)
                property_value_done(&value);
        return r;
}

bool property_value_asks(const PropertyValue *value) {
        const PropertyInfo *info = value->info;

        switch (value->kind) {
        case PROPERTY_BOOLEAN:
                return value->boolean == !(info->flags & PROPERTY_ASKS_BY_NO);
        case PROPERTY_UINT32:
                return value->uint32 > 0 || !(info->flags & PROPERTY_RESET_TO_ZERO);
        case PROPERTY_UINT64:
                return value->uint64 != ((info->flags & PROPERTY_RESET_TO_ZERO) ? 0 : UINT64_MAX);
        case PROPERTY_STRING:
                return !streq(value->string, "") && !streq(value->string, "auto") && !streq(value->string, "none");
        case PROPERTY_STRINGS:
                return value->strings && *value->strings;
        case PROPERTY_INTERFACES:
                return value->interfaces.names && *value->interfaces.names;
        case PROPERTY_NOTHING:
        case PROPERTY_INT32:
                return true;
        default:
                return value->n_items > 0;
        }
}

bool property_list_resets(const PropertyList *list, size_t index) {
        const PropertyValue *value = &list->items[index];
        bool adds = value->kind == PROPERTY_STRINGS ||
                    (value->kind >= PROPERTY_NUMBERS && value->kind <= PROPERTY_NFT_SETS);

        assert(index < list->n_items);

        for (size_t i = index + 1; i < list->n_items; i++)
                if (list->items[i].info == value->info && !(adds && property_value_asks(&list->items[i])))
                        return true;

        return false;
}

bool property_value_needs_controller(const PropertyValue *value) {
        const PropertyInfo *info = value->info;

        if (info->controller == _CONTROLLER_INVALID || (info->flags & PROPERTY_PASSIVE))
                return false;

        return property_value_asks(value);
}

bool property_value_needs_privileges(const PropertyValue *value) {
        return (value->info->flags & PROPERTY_PRIVILEGED) && property_value_asks(value);
}
