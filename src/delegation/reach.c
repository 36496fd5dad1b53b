/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/reach.h"

#include <assert.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/user-namespace.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"
#include "cgroup/unit-path.h"

static int read_level(int root, const char *path, ReachLevel *ret) {
        _cleanup_close_ int fd = group_open(root, path);
        struct stat st;
        int r;

        if (fd < 0)
                return fd;

        r = group_controllers(fd, &ret->controllers);
        if (r < 0)
                return r;
        r = group_enabled(fd, &ret->enabled);
        if (r < 0)
                return r;
        if (fstat(fd, &st) < 0)
                return -errno;

        ret->owner = st.st_uid;
        ret->delegated = boundary_is_marked(fd);
        return 0;
}

/* The level of the first @length bytes of @path. */
static int add_level(Reach *reach, int root, const char *path, size_t length) {
        _cleanup_free_ char *here = strndup(path, length);
        ReachLevel level = {}, *levels;
        const char *name;
        int r;

        levels = realloc(reach->levels, (reach->n_levels + 1) * sizeof(*levels));
        if (!here || !levels)
                return -ENOMEM;
        reach->levels = levels;

        r = read_level(root, here, &level);
        if (r < 0)
                return r;

        name = strrchr(here, '/') + 1;
        if (is_user_manager(name))
                reach->manager = reach->n_levels;

        level.path = TAKE_PTR(here);
        levels[reach->n_levels++] = level;
        return 0;
}

int reach_read(int root, const char *path, Reach *ret) {
        int r;

        *ret = (Reach) { .manager = REACH_NOWHERE, .uid = manager_of_path(path) };

        r = add_level(ret, root, "/", 1);
        for (const char *end = path; r >= 0 && *end && end[1];) {
                end = strchrnul(end + 1, '/');
                r = add_level(ret, root, path, (size_t) (end - path));
        }

        return r;
}

void reach_done(Reach *reach) {
        for (size_t i = 0; i < reach->n_levels; i++)
                free(reach->levels[i].path);
        free(reach->levels);
        *reach = (Reach) { .manager = REACH_NOWHERE };
}

size_t reach_stop(const Reach *reach, Controller controller) {
        size_t n = 0;

        while (n < reach->n_levels && (reach->levels[n].controllers & controller_bit(controller)))
                n++;

        return n == 0 ? REACH_NOWHERE : n - 1;
}

bool reach_arrives(const Reach *reach, Controller controller) {
        return reach_stop(reach, controller) + 1 == reach->n_levels;
}

const char *reach_slice(const Reach *reach, size_t level) {
        const char *name;

        assert(level < reach->n_levels);

        name = strrchr(reach->levels[level].path, '/') + 1;
        if (!*name || level == reach->manager)
                return "-.slice";

        return endswith(name, ".slice") ? name : NULL;
}

bool reach_needs_enable(const Reach *reach, size_t stop, Controller controller, const ReachKnown *known) {
        if (known->reset || known->disabled & controller_bit(controller))
                return false;

        return known->unmade || (reach->manager != REACH_NOWHERE && stop < reach->manager);
}

/* Whose manager it is need be said only where it is not ours. */
int reach_help_enable(const Reach *reach, ControllerMask controllers, bool others, Trouble *ret) {
        char names[CONTROLLER_MASK_TEXT_MAX], uid[sizeof(" --user-id=4294967295")] = "";

        if (others)
                (void) snprintf(uid, sizeof(uid), " --user-id=%u", (unsigned) reach->uid);

        return trouble_help(ret, 0, "cgscope enable %s%s", controller_mask_format(controllers, ' ', names), uid);
}

/* A unit gets what it is made with. */
static int explain_unit(const Reach *reach, Controller controller, const char *unit, Trouble *ret) {
        int r = trouble_set(ret, 0, "%s was made without it", unit);

        if (r < 0)
                return r;
        if (endswith(unit, ".scope"))
                return trouble_help(ret, 0, "cgscope run --delegate=%s -- COMMAND", controller_to_string(controller));

        return trouble_help(ret, 0, "systemctl %sedit %s", reach->manager == REACH_NOWHERE ? "" : "--user ", unit);
}

static int explain_slice(const Reach *reach, size_t stop, const ReachKnown *known, Controller controller,
                         Trouble *ret) {
        const char *slice = reach_slice(reach, stop), *user = reach_is_users(reach, stop) ? "--user " : "";
        bool kept = slice && (known->disabled & controller_bit(controller));
        int r;

        if (kept)
                r = trouble_set(ret, 0, "%s%s keeps it from all that is below (DisableControllers=)",
                                *user ? "the user manager's " : "", slice);
        else
                r = trouble_set(ret, 0, "its cgroup.subtree_control lacks it");
        if (r < 0 || !slice || (known->asked && !kept))
                return r;

        return kept ? trouble_help(ret, 0, "systemctl %sedit %s", user, slice)
                    : trouble_help(ret, 0, "see DisableControllers= of %s", slice);
}

int reach_explain(const Reach *reach, size_t stop, Controller controller, const ReachKnown *known, Trouble *ret) {
        int r;

        assert(stop == REACH_NOWHERE || stop < reach->n_levels);

        if (stop == REACH_NOWHERE)
                return trouble_set(ret, 0,
                                   "the root of the hierarchy has no such controller, a cgroup v1 hierarchy "
                                   "holds it or the kernel lacks it");
        if (!(CONTROLLER_MASK_MANAGED & controller_bit(controller)))
                return trouble_set(ret, 0, "systemd does not pass it on");
        if (known->reset)
                return verdict_explain_reset(known->file, known->reset, ret);
        if (known->blocked && reach_needs_enable(reach, stop, controller, known))
                return verdict_explain_blocked(known->blocked, ret);
        if (reach_needs_enable(reach, stop, controller, known)) {
                r = verdict_explain(known->verdict, known->file, ret);
                return r < 0 ? r
                             : reach_help_enable(reach, known->together | controller_bit(controller), known->others,
                                                 ret);
        }
        if (known->unit && !(known->disabled & controller_bit(controller)))
                return explain_unit(reach, controller, known->unit, ret);
        if (stop != reach->manager || (known->disabled & controller_bit(controller)))
                return explain_slice(reach, stop, known, controller, ret);

        r = verdict_explain(VERDICT_NOT_TAKEN_UP, NULL, ret);
        return r < 0 ? r : trouble_help(ret, 0, "systemctl --user daemon-reexec");
}

int reach_tell(const Reach *reach, Controller controller, ReachKnown *known, Trouble *ret) {
        size_t stop = reach_stop(reach, controller);
        int r;

        known->others = reach->uid != UID_INVALID && reach->uid != user_uid_outside();
        r = reach_explain(reach, stop, controller, known, ret);
        if (r < 0 || stop == REACH_NOWHERE)
                return r < 0 ? r : -EOPNOTSUPP;

        return trouble_wrap(ret, -EOPNOTSUPP, "stops at %s", reach->levels[stop].path);
}
