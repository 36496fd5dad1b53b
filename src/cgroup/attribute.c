/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute.h"

#include <assert.h>

#include "basic/fd.h"
#include "basic/parse-words.h"
#include "cgroup/attribute-check.h"
#include "cgroup/attribute-encode.h"
#include "cgroup/attribute-file.h"
#include "cgroup/attribute-writer.h"
#include "cgroup/group.h"

static void attribute_done(Attribute *attribute) {
        free(attribute->key);
        free(attribute->file);
        free(attribute->value);
        *attribute = (Attribute) {};
}

#define _cleanup_attribute_ _cleanup_(attribute_done)

void attribute_list_done(AttributeList *list) {
        for (size_t i = 0; i < list->n_items; i++)
                attribute_done(&list->items[i]);

        free(list->items);
        property_list_done(&list->properties);
        *list = (AttributeList) {};
}

ControllerMask attribute_list_controllers(const AttributeList *list) {
        ControllerMask mask = CONTROLLER_MASK_NONE;

        for (size_t i = 0; i < list->n_items; i++)
                if (list->items[i].controller != _CONTROLLER_INVALID)
                        mask |= controller_bit(list->items[i].controller);

        return mask;
}

/* A longer list of properties lies elsewhere. */
static void renew_properties(AttributeList *list) {
        const PropertyValue *property = list->properties.items;

        for (size_t i = 0; i < list->n_items; i++)
                if (list->items[i].property)
                        list->items[i].property = property++;
}

static int parse_property(AttributeList *list, const char *assignment, Attribute *attribute, Trouble *trouble) {
        _cleanup_trouble_ Trouble inner = {};
        const PropertyInfo *info = property_find(attribute->key);
        const char *file = info ? property_info_file(info) : NULL;
        int r;

        if (info && !file)
                return trouble_set(trouble, -EOPNOTSUPP,
                                   "%s is kept by the manager, a group has no file for it; set it on the unit",
                                   attribute->key);

        if (file) {
                attribute->controller = property_info_controller(info);
                attribute->file = strdup(file);
                if (!attribute->file)
                        return -ENOMEM;
        }

        r = property_list_add(&list->properties, assignment, &inner);
        if (r == -EOPNOTSUPP)
                return trouble_set(trouble, r, "%s belongs to a unit, a group has no file for it", attribute->key);
        if (r < 0)
                return trouble_move(trouble, r, &inner);

        attribute->property = &list->properties.items[list->properties.n_items - 1];
        return 0;
}

/* Without a look at the kernel a file that is not in the table may exist. One that differs from a known one by a slip
 * of the fingers does not: the kernel's own names are further apart. */
static int check_file(const char *name, Controller *ret_controller, Trouble *trouble) {
        const AttributeFile *file = attribute_file_find(name);
        char nearest[ATTRIBUTE_NAME_SIZE];

        if (!file && attribute_file_nearest(name, nearest))
                return trouble_set(trouble, -ENOENT, "unknown file '%s', did you mean %s?", name, nearest);
        if (!attribute_file_name_is_valid(name, ret_controller))
                return trouble_set(trouble, -ENOENT,
                                   "'%s' is neither a property nor a file of a group (examples: "
                                   "MemoryMax, memory.max)",
                                   name);
        if (!file)
                return 0;

        if (file->verb)
                return trouble_set(trouble, -EOPNOTSUPP, "%s is not set, use cgscope %s", name, file->verb);
        if (file->form == ATTRIBUTE_READ_ONLY)
                return trouble_set(trouble, -EROFS, "%s is read-only%s%s", name, file->takes ? ": " : "",
                                   file->takes ?: "");

        return 0;
}

static int parse_file(const char *value, Attribute *attribute, Trouble *trouble) {
        int r;

        r = check_file(attribute->key, &attribute->controller, trouble);
        if (r < 0)
                return r;

        attribute->file = strdup(attribute->key);
        attribute->value = strdup(value);
        return attribute->file && attribute->value ? 0 : -ENOMEM;
}

int attribute_list_add(AttributeList *list, const char *assignment, Trouble *trouble) {
        _cleanup_attribute_ Attribute attribute = { .controller = _CONTROLLER_INVALID };
        const char *equals = strchr(assignment, '=');
        Attribute *items;
        int r;

        /* A second line would be a second write to the kernel. */
        if (!text_is_printable(assignment))
                return trouble_set(trouble, -EINVAL, "a setting with control characters, or not in UTF-8");
        if (!equals || equals == assignment)
                return trouble_set(trouble, -EINVAL, "'%s' is no assignment (KEY=VALUE)", assignment);

        attribute.key = strndup(assignment, (size_t) (equals - assignment));
        if (!attribute.key)
                return -ENOMEM;

        /* Room first: after the parser nothing can fail. */
        items = reallocarray(list->items, list->n_items + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        list->items = items;

        if (strpbrk(attribute.key, "./"))
                r = parse_file(equals + 1, &attribute, trouble);
        else
                r = parse_property(list, assignment, &attribute, trouble);
        if (r < 0)
                return r;

        list->items[list->n_items++] = attribute;
        attribute = (Attribute) {};
        renew_properties(list);
        return 0;
}

/* Of several assignments of one value the last one counts, as in a unit file: a limit that does not last must not bite
 * either. Those of single devices all count. */
static bool is_overridden(const AttributeList *list, size_t i) {
        const PropertyValue *property = list->items[i].property;

        if (!property || property->kind == PROPERTY_NUMBERS)
                return false;

        for (size_t k = i + 1; k < list->n_items; k++) {
                const PropertyValue *later = list->items[k].property;

                if (later && streq(list->items[k].file, list->items[i].file) && later->kind != PROPERTY_NUMBERS)
                        return true;
        }

        return false;
}

/* What the kernel means by an errno that says little. */
static int explain(AttributeWriter *writer, Controller controller, int error) {
        const AttributeFile *file = attribute_file_find(writer->file);
        ControllerMask present;
        char numbers[256];

        if ((error == -EINVAL || error == -ERANGE) && file && file->takes) {
                if (!file->numbers || fd_read_path(file->numbers, numbers, sizeof(numbers)) < 0)
                        return trouble_set(&writer->trouble, error, "%s takes %s", writer->file, file->takes);

                numbers[strcspn(numbers, "\n")] = '\0';
                return trouble_set(&writer->trouble, error, "%s takes %s (%s)", writer->file, file->takes, numbers);
        }

        if (error == -EROFS)
                return trouble_set(&writer->trouble, error, "%s is read-only", writer->file);
        if (error == -EOPNOTSUPP && streq(writer->file, "io.weight"))
                return trouble_set(&writer->trouble, error,
                                   "neither the I/O scheduler bfq nor io.cost.qos weighs this disk");
        if ((error == -ENODEV || error == -ENXIO) && file && file->form == ATTRIBUTE_KEYED)
                return trouble_set(&writer->trouble, error, "%s takes whole disks", writer->file);

        if (error == -ENOENT && file && file->form == ATTRIBUTE_NAMES)
                return trouble_set(&writer->trouble, error, "%s takes only what cgroup.controllers lists",
                                   writer->file);

        /* Where the controller is missing, that is the reason, and somebody else's to tell. */
        if (error == -ENOENT &&
            (controller == _CONTROLLER_INVALID ||
             (group_controllers(writer->group, &present) >= 0 && (present & controller_bit(controller)))))
                return trouble_set(&writer->trouble, error, "this kernel has no %s", writer->file);

        return error;
}

static int write_all(AttributeWriter *writer, const AttributeList *list, const Attribute **ret_failed) {
        for (size_t i = 0; i < list->n_items; i++) {
                const Attribute *attribute = &list->items[i];
                int r;

                if (is_overridden(list, i))
                        continue;

                writer->file = attribute->file;
                r = attribute->property ? attribute_encode(writer, attribute->property)
                                        : attribute_write(writer, attribute->file, attribute->value);
                if (r < 0) {
                        *ret_failed = attribute;
                        return r;
                }
        }

        return 0;
}

/* The kernel takes processors that it cannot give, and partitions that are none. Of everything else its taking the
 * write is proof. */
static bool may_be_taken_in_vain(const Attribute *attribute) {
        return streq(attribute->file, "cpuset.cpus") || streq(attribute->file, "cpuset.mems") ||
               streq(attribute->file, "cpuset.cpus.partition");
}

static int check_all(AttributeWriter *writer, const AttributeList *list, const Attribute **ret_failed) {
        for (size_t i = 0; i < list->n_items; i++) {
                const Attribute *attribute = &list->items[i];
                int r;

                if (is_overridden(list, i) || !may_be_taken_in_vain(attribute))
                        continue;

                if (attribute->property)
                        r = attribute_check(writer->group, &list->properties,
                                            (size_t) (attribute->property - list->properties.items), &writer->trouble);
                else
                        r = attribute_check_file(writer->group, attribute->file, attribute->value, &writer->trouble);
                if (r < 0) {
                        *ret_failed = attribute;
                        return r;
                }
        }

        return 0;
}

int attribute_list_apply(const AttributeList *list, int group, const Attribute **ret_failed, Trouble *trouble) {
        AttributeWriter writer = { .group = group, .properties = &list->properties };
        const Attribute *failed = NULL;
        int r;

        assert(list && group >= 0);

        r = write_all(&writer, list, &failed);
        r = r < 0 ? r : check_all(&writer, list, &failed);
        if (r < 0) {
                attribute_writer_undo(&writer);
                if (!writer.trouble.error)
                        r = explain(&writer, failed->controller, r);
                if (ret_failed)
                        *ret_failed = failed;
                (void) trouble_move(trouble, r, &writer.trouble);
        }

        attribute_writer_done(&writer);
        return r;
}
