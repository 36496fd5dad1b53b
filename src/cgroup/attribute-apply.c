/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/fd.h"
#include "basic/trouble.h"
#include "cgroup/attribute-internal.h"
#include "cgroup/group.h"

/* Of several assignments of one value the last one counts, as in a unit file: a limit that does not last must not bite
 * either. Those of single devices all count. */
static bool is_overridden(const AttributeList *list, size_t i) {
        const PropertyValue *property = list->items[i].property;

        if (!property || streq(property->signature, "a(st)"))
                return false;

        for (size_t k = i + 1; k < list->n_items; k++) {
                const PropertyValue *later = list->items[k].property;

                if (later && streq(list->items[k].file, list->items[i].file) && !streq(later->signature, "a(st)"))
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
                return trouble_set(&writer->trouble, error,
                                   "%s takes only what cgroup.controllers lists", writer->file);

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

        r = write_all(&writer, list, &failed);
        if (r >= 0)
                r = check_all(&writer, list, &failed);
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
