/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute.h"

int attribute_list_add(AttributeList *list, const char *assignment, char **ret_message) {
        (void) list;
        (void) assignment;
        (void) ret_message;
        return -ENOSYS;
}

void attribute_list_done(AttributeList *list) {
        (void) list;
}

ControllerMask attribute_list_controllers(const AttributeList *list) {
        (void) list;
        return 0;
}
