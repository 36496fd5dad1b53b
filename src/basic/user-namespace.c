/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/user-namespace.h"

#include <sys/stat.h>

#include "basic/fd.h"

/* The inode of the first one, in which the system started (the kernel's include/linux/proc_ns.h). */
#define USER_NAMESPACE_INITIAL UINT64_C(0xEFFFFFFD)

/* sd_booted(3). It belongs to root of the namespace that PID 1 runs in. */
#define SYSTEMD_DIRECTORY "/run/systemd/system"

/* In a namespace of a user's own, root of the system's is nobody; also for who is PID 1 of a PID namespace of his own.
 */
static bool systemd_is_of_root(void) {
        struct stat st;

        return stat(SYSTEMD_DIRECTORY, &st) < 0 || st.st_uid == 0;
}

bool user_is_administrator(void) {
        struct stat own, first;

        if (geteuid() != 0)
                return false;

        /* Without /proc that directory's owner has to tell alone. */
        if (stat("/proc/self/ns/user", &own) < 0)
                return systemd_is_of_root();

        /* A service of root's with few capabilities may not look at PID 1 (ptrace(2)): the first namespace has a number
         * of its own. */
        if (stat("/proc/1/ns/user", &first) < 0)
                return own.st_ino == USER_NAMESPACE_INITIAL;

        return own.st_dev == first.st_dev && own.st_ino == first.st_ino && systemd_is_of_root();
}

/* Lines of three numbers: the first inside, the first outside, how many. */
uid_t user_map_outside(const char *text, uid_t uid) {
        while (*text) {
                unsigned inside, outside, count;

                if (sscanf(text, "%u %u %u", &inside, &outside, &count) == 3 && uid >= inside && uid - inside < count)
                        return (uid_t) (outside + (uid - inside));

                text = strchrnul(text, '\n');
                text += *text == '\n';
        }

        return uid;
}

bool user_map_is_initial(const char *text) {
        unsigned inside, outside, count;

        return sscanf(text, "%u %u %u", &inside, &outside, &count) == 3 && inside == 0 && outside == 0 &&
               count == UINT32_MAX;
}

uid_t user_uid_outside(void) {
        _cleanup_free_ char *map = NULL;
        struct stat own;

        if (stat("/proc/self/ns/user", &own) < 0 || own.st_ino == USER_NAMESPACE_INITIAL || systemd_is_of_root())
                return geteuid();

        return fd_read_path_all("/proc/self/uid_map", &map) < 0 ? geteuid() : user_map_outside(map, geteuid());
}
