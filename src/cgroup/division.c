/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/division.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>

#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/members.h"
#include "cgroup/temporary.h"

void division_done(Division *division) {
        free(division->path);
        free(division->enabled);
        (void) fd_close(division->claim);
        (void) fd_close(division->evacuated);
        *division = (Division) {
                .temporary = division->temporary, .evacuate = division->evacuate, .claim = -EBADF, .evacuated = -EBADF
        };
}

void division_trouble_done(DivisionTrouble *trouble) {
        free(trouble->path);
        *trouble = (DivisionTrouble) { .controller = _CONTROLLER_INVALID };
}

/* The first @length bytes of @path are where it happened. */
static int set_trouble(DivisionTrouble *trouble, int error, const char *path, size_t length, Controller controller) {
        free(trouble->path);
        trouble->path = strndup(path, length);
        trouble->controller = controller;

        return trouble->path ? error : -ENOMEM;
}

/* One part of the path: made where it @may_be, or opened where it is there. *made tells. */
static int make_or_enter(int parent, const char *name, bool may_be, bool temporary, bool *made) {
        bool valid = group_name_is_valid(name);
        int fd;

        *made = false;
        if (may_be && valid)
                fd = group_make(parent, name, temporary ? TEMPORARY_MODE : 0755, made);
        else
                fd = group_open(parent, name);

        if (fd >= 0 && !*made && !temporary)
                temporary_keep(fd);
        if (fd == -ENOENT && *made) /* who gave up the last claim on it was faster */
                return -ESTALE;
        return fd == -ENOENT && may_be && !valid ? -EINVAL : fd;
}

static int make_once(Division *division, Boundary *target, bool parents, DivisionTrouble *trouble) {
        const char *below = boundary_below(target);
        _cleanup_close_ int fd = -EBADF;
        bool made = false;

        division->top = target->top;
        division->path = strdup(below);
        if (!division->path)
                return -ENOMEM;

        for (const char *p = below, *end; *p; p = end + strspn(end, "/")) {
                _cleanup_free_ char *name = strndup(p, strcspn(p, "/"));
                int next;

                if (!name)
                        return -ENOMEM;

                /* Without @parents only the last part may be missing. */
                end = p + strlen(name);
                next = make_or_enter(p == below ? target->top : fd, name, parents || !*end, division->temporary, &made);
                if (next < 0) {
                        division->path[p - below] = '\0'; /* so far it is there */
                        return set_trouble(trouble, next, below, (size_t) (end - below), _CONTROLLER_INVALID);
                }

                /* Where somebody else made a group below one of ours, ours is his as well. */
                division->n_made = made ? division->n_made + 1 : 0;
                (void) fd_close(fd);
                fd = next;
        }

        if (!made && !parents)
                return set_trouble(trouble, -EEXIST, below, strlen(below), _CONTROLLER_INVALID);

        (void) fd_close(target->fd);
        target->fd = TAKE_FD(fd);
        division->group = target->fd;
        if (!division->temporary || !group_is_temporary(target->fd))
                return 0;

        division->claim = temporary_claim(target->fd);
        return division->claim < 0 ? division->claim : 0;
}

/* What others remove meanwhile is made anew: a group above, and a temporary one before there was a claim on it. */
static int make(Division *division, Boundary *target, bool parents, DivisionTrouble *trouble) {
        for (;;) {
                int r = make_once(division, target, parents, trouble);

                if (r != -ESTALE && r != -EINPROGRESS && !(r == -ENOENT && parents && !group_is_gone(target->top)))
                        return r;

                /* Those of these names may be another's by now, who has a claim on them. */
                if (division->temporary)
                        division->n_made = 0;
                division_undo(division);
                division_done(division);
                if (r == -EINPROGRESS)
                        return r;
        }
}

/* Whether processes are in the group itself. The kernel lets controllers that count threads (cpu, cpuset, pids) be
 * handed on all the same, and then no process can enter the groups below: it has made a thread root of the group. One
 * that is in a threaded subtree anyway is meant so. */
static bool is_in_the_way(int group) {
        _cleanup_free_ pid_t *pids = NULL;

        return group_members(group, &pids) > 0 && group_is_domain(group);
}

static Controller first_of(ControllerMask mask) {
        Controller c = 0;

        while (c < _CONTROLLER_MAX && !(mask & controller_bit(c)))
                c++;
        return c;
}

/* What is switched on is remembered also where only some could be had: it is to be undone. */
static int enable_missing(int group, ControllerMask missing, ControllerMask *enabled, Controller *ret_refused) {
        ControllerMask after;
        int r;

        if (is_in_the_way(group)) {
                *ret_refused = first_of(missing);
                return -EBUSY;
        }

        r = group_enable(group, missing, ret_refused);
        if (group_enabled(group, &after) >= 0)
                *enabled |= after & missing;

        return r;
}

static int enable_level(Division *division, unsigned level, int group, ControllerMask controllers,
                        Controller *ret_refused) {
        ControllerMask have, available, missing;
        int r;

        r = group_enabled(group, &have);
        if (r < 0)
                return r;

        r = group_controllers(group, &available);
        if (r < 0)
                return r;

        if (level == division->n_levels) {
                ControllerMask *levels = reallocarray(division->enabled, level + 1, sizeof(*levels));

                if (!levels)
                        return -ENOMEM;
                division->enabled = levels;
                division->enabled[division->n_levels++] = CONTROLLER_MASK_NONE;
        }

        missing = controllers & ~have;
        if (missing & ~available) {
                *ret_refused = first_of(missing & ~available);
                return -EOPNOTSUPP;
        }

        return missing ? enable_missing(group, missing, &division->enabled[level], ret_refused) : 0;
}

/* Opens the group of the first @n parts of @path beneath @top; *ret_length is how much of @path that is. */
static int open_first_parts(int top, const char *path, unsigned n, size_t *ret_length) {
        const char *p = path;

        for (; n > 0 && *p; n--) {
                p += strspn(p, "/");
                p += strcspn(p, "/");
        }

        *ret_length = (size_t) (p - path);
        return group_open_first(top, path, *ret_length);
}

static int enable(Division *division, ControllerMask controllers, DivisionTrouble *trouble) {
        size_t above, length = 0;
        const char *last;

        trouble->step = DIVISION_ENABLE;
        if (controllers == CONTROLLER_MASK_NONE)
                return 0;

        last = strrchr(division->path, '/');
        above = last ? (size_t) (last - division->path) : 0;

        /* What an earlier call enabled stays remembered. */
        for (unsigned level = 0; level == 0 || length < above; level++) {
                _cleanup_close_ int fd = open_first_parts(division->top, division->path, level, &length);
                Controller refused = _CONTROLLER_INVALID;
                int r = fd < 0 ? fd : enable_level(division, level, fd, controllers, &refused);

                if (r < 0)
                        return set_trouble(trouble, r, division->path, length, refused);
        }

        return 0;
}

/* From the group where @trouble was. */
static int evacuate(Division *division, DivisionTrouble *trouble) {
        _cleanup_close_ int fd = group_open(division->top, trouble->path);
        int r = fd < 0 ? fd : group_evacuate(fd, division->evacuate, &division->leaf_made);

        if (r < 0) {
                trouble->step = DIVISION_EVACUATE;
                return r;
        }

        division->evacuated = TAKE_FD(fd);
        return 0;
}

/* Where memory cannot be had, that is no error. */
static void offer_memory(Division *division) {
        _cleanup_(division_trouble_done) DivisionTrouble trouble = DIVISION_TROUBLE_INIT;

        if (faccessat(division->group, "memory.current", F_OK, 0) < 0)
                (void) enable(division, controller_bit(CONTROLLER_MEMORY), &trouble);
}

int division_create(Division *division, Boundary *target, ControllerMask controllers, bool parents,
                    DivisionTrouble *trouble) {
        int r;

        assert(target->top >= 0 && !boundary_is_top(target));

        trouble->step = DIVISION_MAKE;
        r = make(division, target, parents, trouble);
        if (r < 0)
                return r;

        r = enable(division, controllers, trouble);
        if (r == -EBUSY && division->evacuate) {
                r = evacuate(division, trouble);
                if (r < 0)
                        return r;
                r = enable(division, controllers, trouble);
        }

        if (r >= 0)
                offer_memory(division);
        return r;
}

/* The group @name in @parent: nobody else has a claim on it, or gets one as long as *claim is open. */
static bool seize(int parent, const char *name, int *claim) {
        _cleanup_close_ int group = group_open(parent, name);

        return group >= 0 && temporary_seize(group, claim) > 0;
}

/* The last group first: one with groups below it cannot go. What is undone may be undone for lack of memory, and so
 * takes none. */
static void remove_made(Division *division) {
        char path[PATH_MAX];

        if (snprintf(path, sizeof(path), "%s", division->path) >= (int) sizeof(path))
                return; /* nor was it made: no call takes it */
        if (endswith(path, "/"))
                path[strlen(path) - 1] = '\0';

        for (; division->n_made > 0; division->n_made--) {
                const char *name;
                _cleanup_close_ int parent = group_open_parent(division->top, path, &name),
                                    claim = TAKE_FD(division->claim);

                if (parent >= 0 && (!division->temporary || seize(parent, name, &claim)))
                        (void) unlinkat(parent, name, AT_REMOVEDIR);
                *(strrchr(path, '/') ?: path) = '\0';
        }
}

/* What others share by now is theirs, with the controllers. What they have left to us goes, whoever made it. */
static void settle_shared(Division *division) {
        int r;

        if (division->claim < 0)
                return;

        r = temporary_release(division->group, &division->claim);
        if (r == 0)
                division->n_made = division->n_levels = 0;
        else if (r > 0 && division->n_made == 0)
                division->n_made = 1;
}

void division_undo(Division *division) {
        if (!division->path)
                return;

        settle_shared(division);
        remove_made(division);
        division->claim = fd_close(division->claim);

        while (division->n_levels > 0) {
                size_t length;
                _cleanup_close_ int fd = open_first_parts(division->top, division->path, --division->n_levels, &length);

                if (fd >= 0)
                        (void) group_disable(fd, division->enabled[division->n_levels]);
        }

        if (division->evacuated >= 0)
                group_return(division->evacuated, division->evacuate, division->leaf_made);
        division->evacuated = fd_close(division->evacuated);
}
