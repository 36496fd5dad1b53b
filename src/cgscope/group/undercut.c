/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/group/undercut.h"

#include <inttypes.h>

#include "basic/format.h"
#include "basic/log.h"
#include "basic/parse.h"
#include "cgroup/attribute-encode.h"
#include "cgroup/group.h"

static void warn_memory(const Aim *aim, uint64_t limit) {
        uint64_t used = group_read_number(aim->target.fd, "memory.current", UINT64_MAX);
        char a[FORMAT_MAX], b[FORMAT_MAX];

        if (used != UINT64_MAX && used > limit)
                log_warning("%s uses %s of memory, the limit will be %s: the kernel takes back what it can, and kills "
                            "processes in it where that is not enough",
                            aim->text, format_bytes(used, a), format_bytes(limit, b));
}

static void warn_tasks(const Aim *aim, uint64_t limit) {
        uint64_t used = group_read_number(aim->target.fd, "pids.current", UINT64_MAX);

        if (used != UINT64_MAX && used > limit)
                log_warning("%s has %" PRIu64 " tasks, the limit will be %" PRIu64
                            ": they stay, and none can be started "
                            "in it before enough have ended",
                            aim->text, used, limit);
}

static void warn_limit(const Aim *aim, const char *file, uint64_t limit) {
        if (streq(file, "memory.max"))
                warn_memory(aim, limit);
        else if (streq(file, "pids.max"))
                warn_tasks(aim, limit);
}

static void warn_property(const Aim *aim, const PropertyList *properties, size_t index) {
        const PropertyValue *value = &properties->items[index];
        const char *file = property_info_file(value->info);
        uint64_t limit;

        if (file && !property_list_resets(properties, index) && attribute_limit(value, &limit) >= 0)
                warn_limit(aim, file, limit);
}

void undercut_warn_properties(const Aim *aim, const PropertyList *properties) {
        for (size_t i = 0; i < properties->n_items; i++)
                warn_property(aim, properties, i);
}

void undercut_warn_attributes(const Aim *aim, const AttributeList *attributes) {
        uint64_t limit;

        undercut_warn_properties(aim, &attributes->properties);
        for (size_t i = 0; i < attributes->n_items; i++)
                if (!attributes->items[i].property && parse_size(attributes->items[i].value, 1024, &limit) >= 0)
                        warn_limit(aim, attributes->items[i].file, limit);
}
