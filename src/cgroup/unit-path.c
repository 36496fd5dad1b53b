/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/unit-path.h"

#include "basic/parse.h"

static bool part_ends_with(const char *part, size_t length, const char *suffix) {
        size_t tail = strlen(suffix);

        return length > tail && memcmp(part + length - tail, suffix, tail) == 0;
}

/* The user of "user@UID.service", or UID_INVALID. */
static uid_t manager_uid(const char *part, size_t length) {
        uint64_t uid;
        char text[16];

        if (!startswith(part, "user@") || !part_ends_with(part, length, ".service"))
                return UID_INVALID;

        length -= strlen("user@.service");
        if (length >= sizeof(text))
                return UID_INVALID;

        *(char *) mempcpy(text, part + strlen("user@"), length) = '\0';
        return parse_unsigned(text, 0, UINT32_MAX - 1, &uid) < 0 ? UID_INVALID : (uid_t) uid;
}

bool is_user_manager(const char *name) {
        return manager_uid(name, strlen(name)) != UID_INVALID;
}

uid_t manager_find(const char *path, size_t *ret_length) {
        for (const char *p = path + strspn(path, "/"); *p;) {
                size_t length = strcspn(p, "/");
                uid_t uid = manager_uid(p, length);

                if (uid != UID_INVALID && p[length]) {
                        if (ret_length)
                                *ret_length = (size_t) (p + length - path);
                        return uid;
                }
                if (!part_ends_with(p, length, ".slice")) /* what is below a unit anybody may call so */
                        break;
                p += length + strspn(p + length, "/");
        }

        return UID_INVALID;
}

int unit_of_path(const char *path, char **ret, size_t *ret_length) {
        const char *unit = NULL;
        size_t unit_length = 0;
        bool in_manager = false;

        /* Slices, in a slice perhaps a user manager, in it slices again; then the unit. */
        for (const char *p = path + strspn(path, "/"); *p;) {
                size_t length = strcspn(p, "/");
                bool is_manager = !in_manager && manager_uid(p, length) != UID_INVALID;
                bool is_slice = part_ends_with(p, length, ".slice");

                if (!is_slice && !part_ends_with(p, length, ".scope") && !part_ends_with(p, length, ".service"))
                        break;

                unit = p;
                unit_length = length;
                in_manager = in_manager || is_manager;
                if (!is_slice && !is_manager)
                        break;
                p += length + strspn(p + length, "/");
        }

        if (!unit)
                return -ENODATA;

        *ret = unit[0] == '_' ? strndup(unit + 1, unit_length - 1) : strndup(unit, unit_length);
        if (!*ret)
                return -ENOMEM;
        if (ret_length)
                *ret_length = (size_t) (unit + unit_length - path);
        return 0;
}

int slice_of_path(const char *path, bool of_user, char **ret) {
        const char *slice = "-.slice";
        size_t slice_length = strlen(slice), above = 0;

        if (of_user && manager_find(path, &above) == UID_INVALID)
                return -ENXIO;

        for (const char *p = path + above; *p == '/';) {
                size_t length = strcspn(++p, "/");

                if (!part_ends_with(p, length, ".slice"))
                        break;

                slice = p;
                slice_length = length;
                p += length;
        }

        *ret = strndup(slice, slice_length);
        return *ret ? 0 : -ENOMEM;
}
