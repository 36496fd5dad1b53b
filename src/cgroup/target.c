/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/target.h"

int target_name_parse(const char *text, TargetName *ret, char **ret_message) {
        (void) text;
        (void) ret;
        (void) ret_message;
        return -ENOSYS;
}

void target_name_done(TargetName *name) {
        (void) name;
}

int target_open(int root, const TargetName *name, uid_t uid, TargetFlags flags, Target *ret) {
        (void) root;
        (void) name;
        (void) uid;
        (void) flags;
        (void) ret;
        return -ENOSYS;
}

void target_done(Target *target) {
        (void) target;
}

int target_set_boundary(Target *target, size_t length) {
        (void) target;
        (void) length;
        return -ENOSYS;
}

const char *target_below(const Target *target) {
        (void) target;
        return NULL;
}

uid_t target_manager_of(const char *path) {
        (void) path;
        return 0;
}

int target_unit_of(const char *path, char **ret, size_t *ret_length) {
        (void) path;
        (void) ret;
        (void) ret_length;
        return -ENOSYS;
}
