/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/search.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "cgroup/group.h"
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
        uid_t managers;     /* those that are descended into */
        char manager[40];   /* how the group of that one is called */
        const char *wanted; /* the unit; NULL: all of them, slices aside */
        SearchFunction found;
        void *userdata;
        char *path; /* of the one that was wanted */
} Search;

static bool enters_manager(const Search *search, const char *name) {
        return search->managers == SEARCH_ALL_MANAGERS ? is_user_manager(name) : streq(name, search->manager);
}

static bool is_below_manager(const char *path, const char *name) {
        const char *manager = strstr(path, "/user@");

        return manager && manager + 1 < name;
}

/* By its name alone, for the group itself need not be for us to open. */
static int is_to_open(const char *path, void *userdata) {
        const char *name = strrchr(path, '/') + 1;
        Search *search = userdata;

        if (search->wanted && unit_name_matches_directory(search->wanted, name)) {
                search->path = strdup(path);
                return search->path ? -EEXIST : -ENOMEM;
        }
        if (endswith(name, ".slice"))
                return 1;

        return search->wanted
                       ? 0
                       : !is_user_manager(name) || search->managers == UID_INVALID || enters_manager(search, name);
}

static int look_at(int fd, const char *path, unsigned depth, void *userdata) {
        const char *name = strrchr(path, '/') + 1;
        const Search *search = userdata;
        int r;

        if (depth == 0 || endswith(name, ".slice"))
                return 0;

        r = search->found(fd, path, search->userdata);

        /* In a manager's own slices that name is nobody's. */
        return r < 0 ? r : !enters_manager(search, name) || is_below_manager(path, name);
}

static int search_all(int slice, const char *path, Search *search, WalkSkipped *skipped) {
        (void) snprintf(search->manager, sizeof(search->manager), "user@%u.service", (unsigned) search->managers);

        return group_walk_all(slice, &(const Walk) { .function = look_at,
                                                     .filter = is_to_open,
                                                     .userdata = search,
                                                     .path = path,
                                                     .skipped = skipped });
}

int search_unit(int root, const char *unit, uid_t uid, char **ret) {
        /* Where nearly all scopes are (systemd.special(7)): found without listing anything. */
        static const char *const usual[] = { "app.slice", "system.slice" };
        const char *slice = usual[uid == UID_INVALID];
        Search search = { .managers = UID_INVALID, .wanted = unit };
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
        r = all < 0 ? all : search_all(all, manager, &search, NULL);
        if (r != -EEXIST)
                return r < 0 ? r : -ENOENT;

        *ret = search.path;
        return 0;
}

int search_units(int root, const char *slice, uid_t managers, SearchFunction found, void *userdata,
                 WalkSkipped *skipped) {
        Search search = { .managers = managers, .found = found, .userdata = userdata };
        _cleanup_close_ int fd = group_open(root, slice);

        return fd < 0 ? fd : search_all(fd, slice, &search, skipped);
}
