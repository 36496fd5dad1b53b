/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/stat.h>

#include "proc/kernel.h"
#include "basic/parse.h"
#include "cgroup/group.h"
#include "diagnosis/check-text.h"
#include "diagnosis/check.h"

#define UNIFIED_ARGUMENT "systemd.unified_cgroup_hierarchy"

ControllerMask legacy_parse(const char *names) {
        ControllerMask mask = CONTROLLER_MASK_NONE;

        for (size_t n; *(names += strspn(names, ", ")); names += n) {
                Controller controller;

                n = strcspn(names, ", ");
                /* Until v2 it was called so. */
                controller = n == strlen("blkio") && startswith(names, "blkio") ? CONTROLLER_IO :
                                                                                   controller_from_name(names, n);
                if (controller != _CONTROLLER_INVALID)
                        mask |= controller_bit(controller);
        }

        return mask & CONTROLLER_MASK_MANAGED;
}

/* Whether systemd was told to use v1. The last one counts. */
static bool asks_for_legacy(const char *arguments) {
        _cleanup_free_ char *values = NULL;
        const char *last;
        bool unified;

        if (kernel_argument_get(arguments, UNIFIED_ARGUMENT, &values) <= 0)
                return false;

        last = strrchr(values, ',');
        return parse_boolean(last ? last + 1 : values, &unified) >= 0 && !unified;
}

/* What makes v1 let go of its controllers. */
static const char *legacy_remedy(CgroupMode mode, const Surroundings *surroundings) {
        if (surroundings->wsl)
                return "in .wslconfig of Windows, below [wsl2]: kernelCommandLine=cgroup_no_v1=all; then wsl "
                       "--shutdown";
        if (*surroundings->container)
                return "change it on the host of this container: boot that with systemd.unified_cgroup_hierarchy=1 on "
                       "the kernel command line";
        if (asks_for_legacy(surroundings->arguments))
                return "boot without " UNIFIED_ARGUMENT "=0 on the kernel command line";
        if (surroundings->systemd && mode != CGROUP_UNIFIED)
                return "boot with " UNIFIED_ARGUMENT "=1 on the kernel command line";

        /* It is no systemd that decides, or one that knows v2 alone. */
        return "boot with cgroup_no_v1=all on the kernel command line";
}

int judge_hierarchy(CgroupMode mode, const char *legacy, const Surroundings *surroundings, Finding *ret) {
        const char *names = *legacy ? legacy : "the hierarchies";

        switch (mode) {
        case CGROUP_UNIFIED:
                if (legacy_parse(legacy) != CONTROLLER_MASK_NONE)
                        return finding_set(ret, FINDING_PROBLEM, legacy_remedy(mode, surroundings),
                                           "cgroup v2 is mounted at " CGROUP_MOUNT ", but cgroup v1 holds %s: they do "
                                           "not reach it", legacy);
                if (*legacy)
                        return finding_set(ret, FINDING_NOTE, NULL,
                                           "cgroup v2 is mounted at " CGROUP_MOUNT "; cgroup v1 holds %s, which is not "
                                           "needed here", legacy);
                return finding_set(ret, FINDING_OK, NULL, "cgroup v2 alone, mounted at " CGROUP_MOUNT);

        case CGROUP_HYBRID:
                return finding_set(ret, FINDING_PROBLEM, legacy_remedy(mode, surroundings),
                                   "cgroup v1 holds %s on this host; cgroup v2 is mounted beside it, at " CGROUP_MOUNT
                                   "/unified, and is left without them", names);

        case CGROUP_LEGACY:
                return finding_set(ret, FINDING_PROBLEM, legacy_remedy(mode, surroundings),
                                   "cgroup v1 holds %s on this host; there is no cgroup v2", names);

        case CGROUP_ABSENT:
        default:
                return finding_set(ret, FINDING_PROBLEM,
                                   *surroundings->container ?
                                           "have what starts this container mount cgroup v2 there" :
                                           "mount it: mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 "
                                           CGROUP_MOUNT,
                                   "no cgroup2 is mounted at " CGROUP_MOUNT);
        }
}

int check_hierarchy(const Doctor *doctor, Finding *ret) {
        _cleanup_(surroundings_done) Surroundings surroundings = {};
        char legacy[CGROUP_LEGACY_TEXT_MAX];
        int r;

        r = surroundings_read(&surroundings);
        if (r < 0)
                return r;

        return judge_hierarchy(doctor->mode, cgroup_legacy_controllers(legacy), &surroundings, ret);
}

bool root_is_inner(int root) {
        struct stat st;

        return fstatat(root, "cgroup.type", &st, 0) >= 0;
}

static ControllerMask disabled_controllers(const char *arguments) {
        _cleanup_free_ char *values = NULL;
        ControllerMask mask = CONTROLLER_MASK_NONE;

        if (kernel_argument_get(arguments, "cgroup_disable", &values) <= 0)
                return mask;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                if (text_has_word(values, ",", controller_to_string(c)))
                        mask |= controller_bit(c);
        if (text_has_word(values, ",", "blkio"))
                mask |= controller_bit(CONTROLLER_IO);
        return mask;
}

int judge_controllers(ControllerMask there, ControllerMask legacy, bool inner, const Surroundings *surroundings,
                      Finding *ret) {
        ControllerMask missing = CONTROLLER_MASK_MANAGED & ~there,
                       disabled = missing & ~legacy & disabled_controllers(surroundings->arguments);
        char text[CONTROLLER_MASK_TEXT_MAX];

        if (disabled != CONTROLLER_MASK_NONE)
                return finding_set(ret, FINDING_PROBLEM,
                                   "boot without that cgroup_disable= (some firmware adds it: then with "
                                   "cgroup_enable=memory behind it)",
                                   "switched off by cgroup_disable= on the kernel command line: %s",
                                   controller_mask_format(disabled, ' ', text));
        if ((missing & ~legacy) != CONTROLLER_MASK_NONE && (inner || *surroundings->container))
                return finding_set(ret, FINDING_PROBLEM,
                                   "hand them to this container on its host: Delegate= of the unit that it runs in",
                                   "not handed to this container: %s",
                                   controller_mask_format(missing & ~legacy, ' ', text));
        if ((missing & ~legacy) != CONTROLLER_MASK_NONE)
                return finding_set(ret, FINDING_PROBLEM, "boot a kernel that is built with them",
                                   "not in this kernel: %s", controller_mask_format(missing & ~legacy, ' ', text));
        if (missing != CONTROLLER_MASK_NONE)
                return finding_set(ret, FINDING_PROBLEM, NULL, "held by cgroup v1: %s",
                                   controller_mask_format(missing, ' ', text));

        return finding_set(ret, FINDING_OK, NULL, "there: %s", controller_mask_format(there, ' ', text));
}

int check_controllers(const Doctor *doctor, Finding *ret) {
        _cleanup_(surroundings_done) Surroundings surroundings = {};
        char legacy[CGROUP_LEGACY_TEXT_MAX];
        ControllerMask there;
        int r;

        if (doctor->root < 0)
                return 0;

        r = surroundings_read(&surroundings);
        if (r < 0)
                return r;
        r = group_controllers(doctor->root, &there);
        if (r < 0)
                return finding_cannot_look(ret, CGROUP_MOUNT "/cgroup.controllers", r);

        return judge_controllers(there, legacy_parse(cgroup_legacy_controllers(legacy)), root_is_inner(doctor->root),
                                 &surroundings, ret);
}
