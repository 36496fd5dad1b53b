/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/walk.h"

int group_children(int group, char ***ret_names, size_t *ret_n) {
        (void) group;
        (void) ret_names;
        (void) ret_n;
        return -ENOSYS;
}

int group_walk(int group, WalkOrder order, WalkFunction function, void *userdata) {
        (void) group;
        (void) order;
        (void) function;
        (void) userdata;
        return -ENOSYS;
}
