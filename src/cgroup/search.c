/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/search.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/unit-path.h"
#include "cgroup/walk.h"
#include "unit/unit-name.h"

static char *path_join(const char *path, const char *name) {
        char *joined;

        return asprintf(&joined, "%s/%s", streq(path, "/") ? "" : path, name) < 0 ? NULL : joined;
}

/* The group in which the manager keeps its units: where systemd puts it (user@.service(5)). */
static int manager_group(uid_t uid, char **ret) {
        int n = uid == UID_INVALID
                        ? asprintf(ret, "/")
                        : asprintf(ret, "/user.slice/user-%u.slice/user@%u.service", (unsigned) uid, (unsigned) uid);

        return n < 0 ? -ENOMEM : 0;
}

/* "a-b.slice" is in "a.slice", and "-.slice" is the manager's own group (systemd.slice(5)). */
int search_slice(const char *slice, uid_t uid, char **ret) {
        _cleanup_free_ char *path = NULL;
        int r = manager_group(uid, &path);

        if (r < 0)
                return r;

        for (const char *end = slice + strspn(slice, "-"); (end = strpbrk(end, "-."));) {
                _cleanup_free_ char *outer = TAKE_PTR(path);

                if (asprintf(&path, "%s/%.*s.slice", streq(outer, "/") ? "" : outer, (int) (end - slice), slice) < 0)
                        return path = NULL, -ENOMEM;
                if (*end++ == '.')
                        break;
        }

        *ret = TAKE_PTR(path);
        return 0;
}

/* The unit right in the slice @slice. */
static int look_in(int slice, const char *path, const char *unit, char **ret) {
        _cleanup_free_ char *escaped = NULL;
        const char *names[2] = { unit, NULL };

        if (asprintf(&escaped, "_%s", unit) < 0)
                return -ENOMEM;
        names[1] = escaped;

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_close_ int fd = fd_open_beneath(slice, names[i], O_PATH | O_DIRECTORY);

                if (fd < 0 && fd != -ENOENT)
                        return fd;
                if (fd >= 0 && unit_name_matches_directory(unit, names[i])) {
                        *ret = path_join(path, names[i]);
                        return *ret ? 0 : -ENOMEM;
                }
        }

        return -ENOENT;
}

typedef struct Search {
        bool into_managers;
        bool slices; /* are looked for, too */
        SearchFunction found;
        void *userdata;
} Search;

static int search_all(const Search *search, int slice, const char *path);

static int search_child(const Search *search, int slice, const char *path, const char *name) {
        _cleanup_close_ int fd = group_open(slice, name);
        _cleanup_free_ char *below = NULL;
        bool is_slice = endswith(name, ".slice");
        int r;

        if (fd < 0)
                return fd == -ENOENT ? 0 : fd;

        below = path_join(path, name);
        if (!below)
                return -ENOMEM;

        r = !is_slice || search->slices ? search->found(fd, below, search->userdata) : 0;
        if (r < 0)
                return r;

        /* In a manager's own slices that name is nobody's. */
        return is_slice || (search->into_managers && is_user_manager(name) && !strstr(path, "/user@"))
                       ? search_all(search, fd, below)
                       : 0;
}

static int search_all(const Search *search, int slice, const char *path) {
        _cleanup_free_ char **names = NULL;
        size_t n;
        int r;

        r = group_children(slice, &names, &n);
        if (r == -ENODEV || r == -ENOENT)
                return 0;

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = search_child(search, slice, path, names[i]);

        return r < 0 ? r : 0;
}

typedef struct Wanted {
        const char *unit;
        char *path;
} Wanted;

/* Ends the search. */
static int is_wanted(int fd _unused_, const char *path, void *userdata) {
        Wanted *wanted = userdata;

        if (!unit_name_matches_directory(wanted->unit, strrchr(path, '/') + 1))
                return 0;

        wanted->path = strdup(path);
        return wanted->path ? -EEXIST : -ENOMEM;
}

int search_unit(int root, const char *unit, uid_t uid, char **ret) {
        /* Where nearly all scopes are (systemd.special(7)): found without listing anything. */
        static const char *const usual[] = { "app.slice", "system.slice" };
        const char *slice = usual[uid == UID_INVALID];
        Wanted wanted = { .unit = unit };
        const Search search = { .slices = true, .found = is_wanted, .userdata = &wanted };
        _cleanup_free_ char *manager = NULL, *path = NULL;
        _cleanup_close_ int first = -EBADF, all = -EBADF;
        int r;

        r = manager_group(uid, &manager);
        if (r < 0)
                return r;

        path = path_join(manager, slice);
        if (!path)
                return -ENOMEM;

        first = group_open(root, path);
        if (first >= 0) {
                r = look_in(first, path, unit, ret);
                if (r != -ENOENT)
                        return r;
        }

        all = group_open(root, manager);
        r = all < 0 ? all : search_all(&search, all, manager);
        if (r != -EEXIST)
                return r < 0 ? r : -ENOENT;

        *ret = wanted.path;
        return 0;
}

int search_units(int root, const char *slice, bool into_managers, SearchFunction found, void *userdata) {
        const Search search = { .into_managers = into_managers, .found = found, .userdata = userdata };
        _cleanup_close_ int fd = group_open(root, slice);

        return fd < 0 ? fd : search_all(&search, fd, slice);
}
