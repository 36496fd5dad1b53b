/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute.h"

int attribute_list_apply(const AttributeList *list, int group, const Attribute **ret_failed, char **ret_message) {
        (void) list;
        (void) group;
        (void) ret_failed;
        (void) ret_message;
        return -ENOSYS;
}
