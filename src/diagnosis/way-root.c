/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-host.h"
#include "diagnosis/way.h"

/* "not in this kernel: io" says too much where it stands behind the name. */
static int copy_reason(const char *found, const char *name, char **ret) {
        const char *tail = endswith(found, name), *end = strchr(found, '\0');

        if (tail && tail >= found + strlen(": ") && tail[-2] == ':')
                end = tail - strlen(": ");

        *ret = strndup(found, (size_t) (end - found));
        return *ret ? 0 : -ENOMEM;
}

/* As the checks of all the controllers have it, for this one. What v1 holds is a matter of the hierarchies. */
static int judge(const Doctor *doctor, Controller controller, Finding *reason, Finding *cure) {
        char names[CGROUP_LEGACY_TEXT_MAX];
        ControllerMask bit = controller_bit(controller), legacy = legacy_parse(cgroup_legacy_controllers(names)) & bit;
        int r;

        r = judge_controllers(CONTROLLER_MASK_MANAGED & ~bit, legacy, root_is_inner(doctor->root),
                              &doctor->surroundings, reason);
        if (r < 0 || legacy == CONTROLLER_MASK_NONE)
                return r;

        return judge_hierarchy(doctor->mode, names, &doctor->surroundings, cure);
}

int doctor_way_explain_root(const Doctor *doctor, WayController *ret) {
        _cleanup_(finding_done) Finding reason = {}, cure = {};
        int r;

        r = judge(doctor, ret->controller, &reason, &cure);
        if (r >= 0)
                r = copy_reason(reason.found, controller_to_string(ret->controller), &ret->trouble.cause);
        if (r < 0)
                return r;

        ret->trouble.remedy = cure.found ? TAKE_PTR(cure.remedy) : TAKE_PTR(reason.remedy);
        return 0;
}
