/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/control.h"

int group_freeze(int group, bool freeze, uint64_t timeout) {
        (void) group;
        (void) freeze;
        (void) timeout;
        return -ENOSYS;
}

int group_kill(int group) {
        (void) group;
        return -ENOSYS;
}

int group_signal(int group, int signal) {
        (void) group;
        (void) signal;
        return -ENOSYS;
}

int group_chown(int group, uid_t uid, gid_t gid) {
        (void) group;
        (void) uid;
        (void) gid;
        return -ENOSYS;
}
