/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute.h"

int attribute_read(int group, const char *key, bool raw, char **ret) {
        (void) group;
        (void) key;
        (void) raw;
        (void) ret;
        return -ENOSYS;
}

int attribute_foreach(int group, bool files, int (*function)(const char *key, const char *file, void *userdata), void *userdata) {
        (void) group;
        (void) files;
        (void) function;
        (void) userdata;
        return -ENOSYS;
}
