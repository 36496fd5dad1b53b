/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/user-name.h"

#include "basic/parse.h"

/* getpwnam(3): "not found" is none of these, or several. */
static int no_entry(int error) {
        return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM ? -ESRCH : -error;
}

int user_find(const char *text, uid_t *ret, const struct passwd **ret_entry) {
        const struct passwd *entry;
        uint64_t number;
        int error;

        errno = 0;
        entry = getpwnam(text);
        error = errno;
        if (!entry && parse_unsigned(text, 0, UID_NUMBER_MAX, &number) < 0)
                return no_entry(error);
        if (!entry && ret_entry)
                entry = getpwuid((uid_t) number);

        *ret = entry ? entry->pw_uid : (uid_t) number;
        if (ret_entry)
                *ret_entry = entry;
        return 0;
}

int user_group_find(const char *text, gid_t *ret, const struct group **ret_entry) {
        const struct group *entry;
        uint64_t number;
        int error;

        errno = 0;
        entry = getgrnam(text);
        error = errno;
        if (!entry && parse_unsigned(text, 0, UID_NUMBER_MAX, &number) < 0)
                return no_entry(error);
        if (!entry && ret_entry)
                entry = getgrgid((gid_t) number);

        *ret = entry ? entry->gr_gid : (gid_t) number;
        if (ret_entry)
                *ret_entry = entry;
        return 0;
}
