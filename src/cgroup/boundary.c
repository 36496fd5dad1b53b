/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boundary.h"

#include <fcntl.h>
#include <sys/xattr.h>

#include "basic/fd.h"
#include "cgroup/group.h"

static bool has_mark(int fd, const char *name) {
        char value[2];

        return fgetxattr(fd, name, value, sizeof(value)) == 1 && value[0] == '1';
}

bool boundary_is_marked_by_manager(int fd) {
        return has_mark(fd, BOUNDARY_MARK_MANAGER);
}

bool boundary_is_marked(int fd) {
        return boundary_is_marked_by_manager(fd) || has_mark(fd, BOUNDARY_MARK_CGSCOPE);
}

int boundary_mark(int fd) {
        return fsetxattr(fd, BOUNDARY_MARK_CGSCOPE, "1", 1, 0) < 0 ? -errno : 0;
}

static bool is_user_manager(const char *name) {
        return startswith(name, "user@") && endswith(name, ".service");
}

int boundary_open(int root, const char *path, size_t *ret_length) {
        _cleanup_free_ char *at = strdup(path);

        if (!at)
                return -ENOMEM;

        for (char *slash; (slash = strrchr(at, '/')) && slash[1]; *slash = '\0') {
                _cleanup_close_ int fd = -EBADF;

                if (is_user_manager(slash + 1))
                        break;
                if (streq(slash + 1, "init.scope"))
                        continue;

                fd = group_open(root, at);
                if (fd < 0 && fd != -ENOENT)
                        return fd;

                if (fd >= 0 && boundary_is_marked(fd)) {
                        *ret_length = strlen(at);
                        return TAKE_FD(fd);
                }
        }

        return -ENODATA;
}

int boundary_find(int root, const char *path, char **ret) {
        _cleanup_close_ int fd = group_open(root, path);
        size_t length;

        if (fd < 0)
                return fd;

        fd_closep(&fd);
        fd = boundary_open(root, path, &length);
        if (fd < 0)
                return fd;

        *ret = strndup(path, length);
        return *ret ? 0 : -ENOMEM;
}
