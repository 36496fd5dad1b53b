/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable-units.h"

#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/members.h"
#include "cgroup/search.h"

/* A message names no more units than this. */
#define NAMED_MAX 5

typedef int (*ReadControllers)(int group, ControllerMask *ret);

typedef struct Count {
        UserUnits *units;
        ReadControllers read; /* those count for which it has one of @controllers; NULL: all */
        ControllerMask controllers;
        const char *self;
} Count;

void user_units_done(UserUnits *units) {
        for (size_t i = 0; i < units->n_units; i++)
                free(units->names[i]);
        free(units->names);
        *units = (UserUnits) {};
}

static int add_name(UserUnits *units, const char *name) {
        char **names = realloc(units->names, (units->n_units + 1) * sizeof(*names));

        if (!names)
                return -ENOMEM;
        units->names = names;

        names[units->n_units] = strdup(name);
        if (!names[units->n_units])
                return -ENOMEM;

        units->n_units++;
        return 0;
}

/* What has ended meanwhile, or holds nothing, keeps nothing. */
static int count_unit(int fd, const char *path, void *userdata) {
        const char *name = strrchr(path, '/') + 1, *rest;
        _cleanup_free_ pid_t *pids = NULL;
        Count *count = userdata;
        ControllerMask mask;
        ssize_t n;

        if (streq(name, "init.scope") || (count->read && (count->read(fd, &mask) < 0 || !(mask & count->controllers))))
                return 0;

        n = group_members_below(fd, &pids, NULL);
        if (n <= 0)
                return n == -ENOMEM ? -ENOMEM : 0;

        rest = startswith(count->self, path);
        count->units->own = count->units->own || (rest && (*rest == '/' || !*rest));
        count->units->n_processes += (size_t) n;
        return add_name(count->units, name);
}

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int count_units(uid_t uid, ReadControllers read, ControllerMask controllers, UserUnits *ret) {
        _cleanup_free_ char *manager = NULL, *self = NULL;
        _cleanup_(user_units_done) UserUnits units = {};
        _cleanup_close_ int root = cgroup_open_root(NULL);
        int r;

        if (root < 0)
                return root;
        if (asprintf(&manager, "/user.slice/user-%u.slice/user@%u.service", (unsigned) uid, (unsigned) uid) < 0)
                return -ENOMEM;
        r = cgroup_of_process(0, &self);
        if (r < 0)
                return r;

        r = search_units(root, manager, UID_INVALID, count_unit, &(Count) { &units, read, controllers, self }, NULL);
        if (r < 0 && r != -ENOENT) /* it has ended */
                return r;

        if (units.n_units > 0)
                qsort(units.names, units.n_units, sizeof(*units.names), compare);
        *ret = units;
        units = (UserUnits) {};
        return 0;
}

int user_units_all(uid_t uid, UserUnits *ret) {
        return count_units(uid, NULL, CONTROLLER_MASK_NONE, ret);
}

int user_units_keeping(uid_t uid, ControllerMask controllers, UserUnits *ret) {
        int r;

        r = count_units(uid, group_enabled, controllers, ret);
        return r < 0 || ret->n_units > 0 ? r : count_units(uid, group_controllers, controllers, ret);
}

char *user_units_format(const UserUnits *units, char buffer[static USER_UNITS_TEXT_MAX]) {
        size_t n = 0;

        buffer[0] = '\0';
        for (size_t i = 0; i < units->n_units && i < NAMED_MAX && n < USER_UNITS_TEXT_MAX; i++)
                n += (size_t) snprintf(buffer + n, USER_UNITS_TEXT_MAX - n, "%s%s", i > 0 ? ", " : "", units->names[i]);
        if (units->n_units > NAMED_MAX && n < USER_UNITS_TEXT_MAX)
                (void) snprintf(buffer + n, USER_UNITS_TEXT_MAX - n, " and %zu more", units->n_units - NAMED_MAX);

        return buffer;
}
