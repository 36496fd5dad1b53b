/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/aim.h"

#include <fcntl.h>

#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgroup/search.h"

bool unit_means_group(int root, const TargetName *unit_name) {
        _cleanup_(target_name_done) TargetName name = { .kind = TARGET_OWN };
        _cleanup_(boundary_done) Boundary group = BOUNDARY_INIT;
        const char *unit = unit_name->unit;

        if (!unit_name->completed)
                return false;

        group.root = fcntl(root, F_DUPFD_CLOEXEC, 3);
        if (asprintf(&name.rest, "/%.*s", (int) (strrchr(unit, '.') - unit), unit) < 0)
                name.rest = NULL;

        return name.rest && target_open(&group, &name, UID_INVALID, false) >= 0;
}

int unit_report_unknown(const CommonOptions *options, int root, const TargetName *name) {
        bool system = options->manager == MANAGER_SYSTEM;
        const char *manager = system ? "the system manager" : "your user manager", *unit = name->unit;
        uid_t uid = system ? UID_INVALID : user_uid_outside();
        int length = (int) (strrchr(unit, '.') - unit);
        _cleanup_free_ char *service = NULL, *path = NULL;

        if (asprintf(&service, "%.*s.service", length, unit) < 0)
                return service = NULL, log_oom();

        if (name->completed && search_unit(root, service, uid, &path) >= 0)
                return log_refuse(-ENXIO, "%s has no unit %s; it has %s", manager, unit, service);
        if (unit_means_group(root, name))
                return log_refuse(-ENXIO, "%s has no unit %s; the group of that name is ./%.*s", manager, unit, length,
                                  unit);
        if (!system && search_unit(root, unit, UID_INVALID, &path) >= 0)
                return log_refuse(-ENXIO, "%s has no unit %s, the system manager has; --system looks there", manager,
                                  unit);

        return log_refuse(-ENXIO, "%s has no unit %s; cgscope list --all shows those there are%s", manager, unit,
                          system ? ", a user's are found as that user" : "");
}
