/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/division.h"

int group_remove(int parent, const char *name, uint64_t timeout) {
        (void) parent;
        (void) name;
        (void) timeout;
        return -ENOSYS;
}

int group_remove_all(int parent, const char *name, uint64_t timeout) {
        (void) parent;
        (void) name;
        (void) timeout;
        return -ENOSYS;
}
