/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/aim.h"

#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/search.h"
#include "namespace/path.h"

/* The unit may belong to another manager than the one that was asked. */
static int is_wanted_unit(int fd, const char *path, void *userdata) {
        _cleanup_free_ char *unit = NULL;
        const Aim *aim = userdata;

        (void) fd;
        return unit_of_path(path, &unit, NULL) >= 0 && streq(unit, aim->name.unit) ? -EEXIST : 0;
}

bool aim_is_nowhere(Aim *aim) {
        return search_units(aim->target.root, "/", SEARCH_ALL_MANAGERS, is_wanted_unit, aim, NULL) >= 0;
}

int aim_find_hidden(Aim *aim, AimFlags flags, int error) {
        bool is_whole = isempty(aim->name.rest);
        UnitLook look;
        int r = aim_call(aim, unit_look, aim->name.unit, &look);

        if (r < 0)
                return r;
        if (r == 0 || !(is_whole || look.has_group))
                return unit_report_meant(aim->options, aim->target.root, &aim->name) ?: aim_report_gone(aim, error);
        if (!is_whole)
                return log_refuse(-EPERM,
                                  "%s: %s runs, but what it has below it cannot be seen from here; outside of "
                                  "this cgroup namespace it can",
                                  aim->text, aim->name.unit);
        if (!(flags & AIM_UNIT_OR_GROUP))
                return log_refuse(-EPERM,
                                  "%s runs, though no group of it can be seen here, and itself belongs to its "
                                  "manager; cgscope stop %s stops it",
                                  aim->text, aim->text);

        aim->hidden = true;
        aim->hidden_holds_caller = look.holds_caller;
        return 0;
}

bool aim_is_locked(Aim *aim, AimFlags flags) {
        _cleanup_free_ char *own = NULL;

        if (!(flags & AIM_UNIT_OR_GROUP) || flags & AIM_WRITABLE || aim->name.kind != TARGET_UNIT ||
            !isempty(aim->name.rest) || !aim->target.path)
                return false;

        log_warning("the group of %s cannot be looked into, so that its manager alone is asked, which may not get on "
                    "either; its owner can open it: chmod u+rwx " CGROUP_MOUNT "%s",
                    aim->text, aim->target.path);
        aim->hidden = true;
        aim->hidden_holds_caller = cgroup_of_process(0, &own) < 0 || cgroup_path_is_within(own, aim->target.path);
        return true;
}

int aim_check_hidden(Aim *aim) {
        UnitLook look;
        int r = aim_call(aim, unit_look, aim->name.unit, &look);

        if (r <= 0)
                return r;

        return log_refuse(-EBUSY, "%s was stopped, but its manager still has %s; see systemctl status", aim->text,
                          look.has_group ? "a group of it" : "it, or a job for it");
}
