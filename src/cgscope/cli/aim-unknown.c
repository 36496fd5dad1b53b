/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/aim.h"

#include <fcntl.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgroup/search.h"

/* A manager that is asked for the sake of a message alone has no more time than this. */
#define LOOK_USEC (2 * USEC_PER_SEC)

/* Its manager keeps a scope that has ended where it failed, or where one that is part of it did (PartOf=). */
static bool unit_has_ended(const CommonOptions *options, const char *unit) {
        uint64_t left = common_options_left(options);
        const ManagerOptions asked = {
                .kind = options->manager,
                .deadline = deadline_after(left < LOOK_USEC ? left : LOOK_USEC),
                .fixed = true,
        };
        _cleanup_(client_close) Client client = {};
        _cleanup_free_ char *state = NULL;

        return endswith(unit, ".scope") && client_try(&client, &asked, NULL) >= 0 &&
               client.asking->unit_state(client.manager, unit, &state, NULL) > 0 &&
               (streq(state, "inactive") || streq(state, "failed"));
}

/* The caller's own delegated unit has a group of that name. */
static bool is_own_group(int root, const char *stem) {
        _cleanup_(target_name_done) TargetName name = { .kind = TARGET_OWN };
        _cleanup_(boundary_done) Boundary group = BOUNDARY_INIT;

        group.root = fcntl(root, F_DUPFD_CLOEXEC, 3);
        if (asprintf(&name.rest, "/%s", stem) < 0)
                name.rest = NULL;

        return name.rest && target_open(&group, &name, UID_INVALID, false) >= 0;
}

static const char *manager_title(const CommonOptions *options) {
        return options->manager == MANAGER_SYSTEM ? "the system manager" : "your user manager";
}

int unit_report_meant(const CommonOptions *options, int root, const TargetName *name) {
        uid_t uid = options->manager == MANAGER_SYSTEM ? UID_INVALID : user_uid_outside();
        const char *manager = manager_title(options), *unit = name->unit;
        _cleanup_free_ char *stem = strndup(unit, (size_t) (strrchr(unit, '.') - unit)), *service = NULL, *path = NULL;

        if (!stem || asprintf(&service, "%s.service", stem) < 0)
                return service = NULL, log_oom();
        if (!name->completed)
                return 0;

        if (search_unit(root, service, uid, &path) >= 0)
                return log_refuse(-ENXIO, "%s has no unit %s; it has %s", manager, unit, service);
        if (is_own_group(root, stem))
                return log_refuse(-ENXIO, "%s has no unit %s; the group of that name is ./%s", manager, unit, stem);
        if (!stem[strspn(stem, "0123456789")])
                return log_refuse(-ENXIO, "%s has no unit %s; the group of a process is @%s", manager, unit, stem);
        return 0;
}

int unit_report_unknown(const CommonOptions *options, int root, const TargetName *name) {
        bool system = options->manager == MANAGER_SYSTEM;
        const char *manager = manager_title(options), *unit = name->unit;
        _cleanup_free_ char *path = NULL;
        int r = unit_report_meant(options, root, name);

        if (r < 0)
                return r;
        if (unit_has_ended(options, unit))
                return log_refuse(-ENXIO,
                                  "%s has ended and has no group any more, though %s still has it loaded: "
                                  "systemctl %sreset-failed, of it or of a unit that is part of it (PartOf=), drops it",
                                  unit, manager, system ? "" : "--user ");
        if (!system && search_unit(root, unit, UID_INVALID, &path) >= 0)
                return log_refuse(-ENXIO, "%s has no unit %s, the system manager has; --system looks there", manager,
                                  unit);

        return log_refuse(-ENXIO, "%s has no unit %s; cgscope list --all shows those there are%s", manager, unit,
                          system ? ", a user's are found as that user" : "");
}
