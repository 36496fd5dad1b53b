/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable-units.h"

#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/members.h"
#include "cgroup/search.h"

typedef struct Count {
        UserUnits *units;
        ControllerMask available, enabled; /* those that have one of these, or hand one on; none: all units */
        const char *self;
} Count;

void user_units_done(UserUnits *units) {
        for (size_t i = 0; i < units->n_names; i++)
                free(units->names[i]);
        *units = (UserUnits) {};
}

/* Keeps the names sorted, the last one falling out. */
static int add_name(UserUnits *units, const char *name) {
        size_t place = units->n_names;
        char *copy;

        while (place > 0 && strcmp(units->names[place - 1], name) > 0)
                place--;
        if (place == USER_UNITS_NAMED)
                return 0;

        copy = strdup(name);
        if (!copy)
                return -ENOMEM;

        if (units->n_names == USER_UNITS_NAMED)
                free(units->names[--units->n_names]);
        memmove(units->names + place + 1, units->names + place, (units->n_names++ - place) * sizeof(char *));
        units->names[place] = copy;
        return 0;
}

static bool is_wanted(const Count *count, int fd) {
        ControllerMask mask;

        if (count->available)
                return group_controllers(fd, &mask) >= 0 && (mask & count->available);
        if (count->enabled)
                return group_enabled(fd, &mask) >= 0 && (mask & count->enabled);

        return true;
}

/* What has ended meanwhile, or holds nothing, keeps nothing. */
static int count_unit(int fd, const char *path, void *userdata) {
        const char *name = strrchr(path, '/') + 1, *rest;
        _cleanup_free_ pid_t *pids = NULL;
        Count *count = userdata;
        ssize_t n;

        if (streq(name, "init.scope") || !is_wanted(count, fd))
                return 0;

        n = group_members_below(fd, &pids);
        if (n <= 0)
                return n == -ENOMEM ? -ENOMEM : 0;

        rest = startswith(count->self, path);
        count->units->own = count->units->own || (rest && (*rest == '/' || !*rest));
        count->units->n_units++;
        count->units->n_processes += (size_t) n;
        return add_name(count->units, name);
}

static int count_units(uid_t uid, Count *count) {
        _cleanup_free_ char *manager = NULL, *self = NULL;
        _cleanup_close_ int root = cgroup_open_root(NULL);
        int r;

        if (root < 0)
                return root;
        if (asprintf(&manager, "/user.slice/user-%u.slice/user@%u.service", (unsigned) uid, (unsigned) uid) < 0)
                return -ENOMEM;

        r = cgroup_of_process(0, &self);
        if (r < 0)
                return r;

        count->self = self;
        r = search_units(root, manager, false, count_unit, count);
        return r == -ENOENT ? 0 : r; /* it has ended */
}

static int collect(uid_t uid, Count *count, UserUnits *ret) {
        UserUnits units = {};
        int r;

        count->units = &units;
        r = count_units(uid, count);
        if (r < 0)
                user_units_done(&units);
        else
                *ret = units;

        return r;
}

int user_units_all(uid_t uid, UserUnits *ret) {
        return collect(uid, &(Count) {}, ret);
}

int user_units_keeping(uid_t uid, ControllerMask controllers, UserUnits *ret) {
        int r;

        r = collect(uid, &(Count) { .enabled = controllers }, ret);
        return r < 0 || ret->n_units > 0 ? r : collect(uid, &(Count) { .available = controllers }, ret);
}

char *user_units_format(const UserUnits *units, char buffer[static USER_UNITS_TEXT_MAX]) {
        size_t n = 0;

        buffer[0] = '\0';
        for (size_t i = 0; i < units->n_names && n < USER_UNITS_TEXT_MAX; i++)
                n += (size_t) snprintf(buffer + n, USER_UNITS_TEXT_MAX - n, "%s%s", i > 0 ? ", " : "", units->names[i]);
        if (units->n_units > units->n_names && n < USER_UNITS_TEXT_MAX)
                (void) snprintf(buffer + n, USER_UNITS_TEXT_MAX - n, " and %zu more", units->n_units - units->n_names);

        return buffer;
}
