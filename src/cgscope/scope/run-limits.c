/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/scope/run-limits.h"

#include "basic/log.h"
#include "cgroup/attribute-encode.h"
#include "cgroup/attribute.h"

/* What the supervisor needs beside the command: what it allocates, and what the kernel charges to the scope for two
 * more groups, which grows with the number of processors. */
#define ROOM_MEMORY (UINT64_C(4) << 20)
#define ROOM_TASKS 1
#define ROOM_CPU (USEC_PER_SEC / 100)

/* Protections take no room: the supervisor is under what the scope has. Neither does what harms it not: weights, swap,
 * disks, processors. */
static const struct Limit {
        const char *name;
        uint64_t room;
} limits[] = {
        { "CPUQuota", ROOM_CPU },      { "CPUQuotaPeriodSec", 0 },   { "MemoryMin", 0 },         { "MemoryLow", 0 },
        { "MemoryHigh", ROOM_MEMORY }, { "MemoryMax", ROOM_MEMORY }, { "TasksMax", ROOM_TASKS },
};

static const struct Limit *find_limit(const PropertyValue *value) {
        for (size_t i = 0; i < ELEMENTSOF(limits); i++)
                if (streq(limits[i].name, property_info_name(value->info)))
                        return limits + i;

        return NULL;
}

PropertyValue *property_of(const PropertyList *list, const char *name) {
        for (size_t i = list->n_items; i-- > 0;)
                if (streq(property_info_name(list->items[i].info), name))
                        return list->items + i;

        return NULL;
}

/* A share becomes the number that it stands for. */
static void add_room(PropertyValue *value, uint64_t room) {
        uint64_t limit;

        if (value->kind == PROPERTY_UINT32 && attribute_limit(value, &limit) >= 0) {
                value->uint64 = limit;
                value->bus_name = property_info_name(value->info);
                value->kind = PROPERTY_UINT64;
        }

        value->uint64 = value->uint64 > UINT64_MAX - room ? UINT64_MAX : value->uint64 + room;
}

int run_make_room(Run *run) {
        const PropertyList *given = &run->options.properties;
        PropertyValue *items = calloc(given->n_items + 1, sizeof(*items));

        if (!items)
                return log_oom();

        /* Shallow: what the items own stays theirs. */
        for (size_t i = 0; i < given->n_items; i++) {
                const struct Limit *limit = find_limit(given->items + i);

                items[i] = given->items[i];
                if (limit && limit->room > 0)
                        add_room(items + i, limit->room);
        }
        run->asked = (PropertyList) { .items = items, .n_items = given->n_items };

        return 0;
}

static bool reached(const Scope *scope, Controller controller) {
        return scope->controllers & controller_bit(controller);
}

/* The kernel's word for OOMPolicy=kill. On the scope, as the manager would write it, it would be the supervisor's end,
 * too. */
static bool is_killed_as_one(const Run *run) {
        const PropertyValue *policy = property_of(&run->options.properties, "OOMPolicy");

        return policy && streq(policy->string, "kill") && reached(&run->scope, CONTROLLER_MEMORY);
}

static int add(AttributeList *list, const char *assignment) {
        Trouble trouble = {};
        int r = attribute_list_add(list, assignment, &trouble);

        return log_trouble(r, &trouble);
}

static int collect(const Run *run, AttributeList *list) {
        const ScopeOptions *options = &run->options;

        for (size_t i = 0; i < options->properties.n_items; i++) {
                const PropertyValue *value = options->properties.items + i;
                int r;

                if (!find_limit(value) || !reached(&run->scope, property_info_controller(value->info)))
                        continue;

                r = add(list, options->assignments[i]);
                if (r < 0)
                        return r;
        }

        return is_killed_as_one(run) ? add(list, "memory.oom.group=1") : 0;
}

int run_limit_command(Run *run) {
        _cleanup_(attribute_list_done) AttributeList list = {};
        Trouble trouble = {};
        const Attribute *failed = NULL;
        int r;

        r = collect(run, &list);
        if (r < 0)
                return r;

        r = scope_enable_controllers(&run->scope, &run->options, attribute_list_controllers(&list));
        if (r < 0)
                return r;

        r = attribute_list_apply(&list, run->scope.leaf, &failed, &trouble);
        if (r >= 0)
                return 0;

        (void) trouble_wrap(&trouble, r, "%s: cannot set %s of the command's group", run->scope.unit,
                            failed ? failed->key : "the limits");
        (void) log_trouble_full(run->options.best_effort ? LOG_WARNING : LOG_ERR, r, &trouble);
        return run->options.best_effort ? 0 : r;
}
