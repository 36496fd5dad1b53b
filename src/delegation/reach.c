/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/reach.h"

#include "basic/fd.h"
#include "cgroup/group.h"

static int group_has(int root, const char *path, Controller controller) {
        _cleanup_close_ int fd = group_open(root, path);
        ControllerMask mask;
        int r;

        if (fd < 0)
                return fd;

        r = group_controllers(fd, &mask);
        return r < 0 ? r : (mask & controller_bit(controller)) != 0;
}

int controller_find_stop(int root, const char *path, Controller controller, char **ret_path, char **ret_next) {
        _cleanup_free_ char *upper = NULL;
        size_t length = 0;
        int r;

        r = group_has(root, "/", controller);
        if (r < 0)
                return r;
        if (r == 0) {
                *ret_path = *ret_next = NULL;
                return 0;
        }

        upper = strdup("/");
        if (!upper)
                return -ENOMEM;

        while (path[length]) {
                _cleanup_free_ char *here = NULL;

                length += strspn(path + length, "/");
                length += strcspn(path + length, "/");
                here = strndup(path, length);
                if (!here)
                        return -ENOMEM;
                if (streq(here, "/"))
                        break;

                r = group_has(root, here, controller);
                if (r < 0)
                        return r;
                if (r == 0) {
                        *ret_path = TAKE_PTR(upper);
                        *ret_next = TAKE_PTR(here);
                        return 0;
                }

                free(upper);
                upper = TAKE_PTR(here);
        }

        return -ENODATA;
}
