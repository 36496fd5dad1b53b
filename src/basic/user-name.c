/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/user-name.h"

#include <assert.h>
#include <limits.h>

#include "basic/parse.h"

/* getpwnam(3): "not found" is none of these, or several. */
static int no_entry(int error) {
        return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM ? -ESRCH : -error;
}

typedef struct KnownUser {
        uid_t uid;
        int error;
        char *name; /* NULL with an error */
} KnownUser;

static int look_up(uid_t uid, char **ret) {
        const struct passwd *entry;

        errno = 0;
        entry = getpwuid(uid);
        if (!entry)
                return no_entry(errno);

        *ret = strdup(entry->pw_name);
        return *ret ? 0 : -ENOMEM;
}

int user_name_find(uid_t uid, const char **ret) {
        static KnownUser *known;
        static size_t n_known;
        KnownUser user = { .uid = uid }, *more;

        assert(ret);

        for (const KnownUser *p = known; p < known + n_known; p++)
                if (p->uid == uid)
                        return *ret = p->name, p->error;

        more = reallocarray(known, n_known + 1, sizeof(KnownUser));
        if (!more)
                return -ENOMEM;

        known = more;
        user.error = look_up(uid, &user.name);
        known[n_known++] = user;

        *ret = user.name;
        return user.error;
}

const char *user_name(uid_t uid) {
        const char *name;

        return user_name_find(uid, &name) < 0 ? NULL : name;
}

const char *user_name_or_number(uid_t uid) {
        static char number[sizeof("4294967295")];

        (void) snprintf(number, sizeof(number), "%u", (unsigned) uid);
        return user_name(uid) ?: number;
}

int user_find(const char *text, uid_t *ret, const struct passwd **ret_entry) {
        const struct passwd *entry;
        uint64_t number;
        int error;

        assert(text && ret);

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

        assert(text && ret);

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

int user_lingers(const char *name) {
        char path[sizeof(USER_LINGER_DIRECTORY "/") + NAME_MAX];

        if (isempty(name) || strchr(name, '/') || strlen(name) > NAME_MAX)
                return -EINVAL;

        (void) snprintf(path, sizeof(path), USER_LINGER_DIRECTORY "/%s", name);
        if (access(path, F_OK) >= 0)
                return true;
        return errno == ENOENT ? false : -errno;
}
