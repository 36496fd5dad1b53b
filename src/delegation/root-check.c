/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/root-check.h"

#include "cgroup/hierarchy.h"

int root_check(ControllerMask controllers, bool unified, ControllerMask available, Trouble *trouble) {
        ControllerMask missing = controllers & ~available;
        char names[CONTROLLER_MASK_TEXT_MAX], others[CONTROLLER_MASK_TEXT_MAX];
        _cleanup_free_ char *mode = NULL;

        if (missing == CONTROLLER_MASK_NONE)
                return 0;

        (void) controller_mask_format(missing, ' ', names);
        if (!unified && cgroup_explain_mode(&mode) >= 0)
                return trouble_set(trouble, -EOPNOTSUPP, "there is no %s to hand on: %s", names, mode);
        return trouble_set(trouble, -EOPNOTSUPP,
                           "there is no %s to hand on: " CGROUP_MOUNT "/cgroup.controllers "
                           "has %s; cgscope doctor says what keeps it away",
                           names, available ? controller_mask_format(available, ' ', others) : "none");
}
