/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/controller.h"

#include <assert.h>

#include "basic/macros.h"

static const char *const controller_names[_CONTROLLER_MAX] = {
        [CONTROLLER_CPUSET] = "cpuset", [CONTROLLER_CPU] = "cpu",         [CONTROLLER_IO] = "io",
        [CONTROLLER_MEMORY] = "memory", [CONTROLLER_HUGETLB] = "hugetlb", [CONTROLLER_PIDS] = "pids",
        [CONTROLLER_RDMA] = "rdma",     [CONTROLLER_MISC] = "misc",       [CONTROLLER_DMEM] = "dmem",
};

#define SEPARATORS ", \t\n"

const char *controller_to_string(Controller controller) {
        assert(controller < _CONTROLLER_MAX);

        return controller_names[controller];
}

Controller controller_from_name(const char *name, size_t length) {
        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                if (strlen(controller_names[c]) == length && memcmp(controller_names[c], name, length) == 0)
                        return c;

        return _CONTROLLER_INVALID;
}

/* Those of @text that are known; *ret_unknown is the first that is not, or NULL. */
static ControllerMask read_names(const char *text, const char **ret_unknown) {
        ControllerMask mask = CONTROLLER_MASK_NONE;

        *ret_unknown = NULL;
        for (const char *p = text + strspn(text, SEPARATORS); *p; p += strspn(p, SEPARATORS)) {
                size_t length = strcspn(p, SEPARATORS);
                Controller c = controller_from_name(p, length);

                if (c != _CONTROLLER_INVALID)
                        mask |= controller_bit(c);
                else if (!*ret_unknown)
                        *ret_unknown = p;
                p += length;
        }

        return mask;
}

int controller_mask_parse(const char *text, ControllerMask *ret_mask, char **ret_unknown) {
        const char *unknown;
        ControllerMask mask = read_names(text, &unknown);

        if (ret_unknown)
                *ret_unknown = NULL;
        if (unknown && ret_unknown && !(*ret_unknown = strndup(unknown, strcspn(unknown, SEPARATORS))))
                return -ENOMEM;
        if (unknown || mask == CONTROLLER_MASK_NONE)
                return -EINVAL;

        *ret_mask = mask;
        return 0;
}

ControllerMask controller_mask_read(const char *text) {
        const char *unknown;

        return read_names(text, &unknown);
}

char *controller_mask_format(ControllerMask mask, char separator, char buffer[static CONTROLLER_MASK_TEXT_MAX]) {
        char *end = buffer;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++) {
                if (!(mask & controller_bit(c)))
                        continue;
                if (end != buffer)
                        *end++ = separator;
                end = stpcpy(end, controller_names[c]);
        }

        *end = '\0';
        return buffer;
}
