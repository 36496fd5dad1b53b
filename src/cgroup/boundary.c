/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/boundary.h"

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

int boundary_mark_namespace(int fd) {
        return fsetxattr(fd, BOUNDARY_MARK_NAMESPACE, "1", 1, 0) < 0 ? -errno : 0;
}

static bool is_user_manager(const char *name) {
        return startswith(name, "user@") && endswith(name, ".service");
}

static int duplicate(int fd) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

        return copy < 0 ? -errno : copy;
}

/* Inside a namespace nobody knows what its root is called outside. One with an "init.scope" is the root of a manager's
 * tree, as in a container. */
static int open_namespace_root(int root, size_t *ret_length) {
        _cleanup_close_ int fd = group_open(root, "/");

        if (fd < 0)
                return fd;
        if ((!boundary_is_marked(fd) && !has_mark(fd, BOUNDARY_MARK_NAMESPACE)) ||
            faccessat(fd, "init.scope", F_OK, AT_SYMLINK_NOFOLLOW) >= 0)
                return -ENODATA;

        *ret_length = strlen("/");
        return TAKE_FD(fd);
}

int boundary_open(int root, const char *path, int group, size_t top, size_t *ret_length) {
        _cleanup_free_ char *at = strdup(path);

        if (!at)
                return -ENOMEM;

        for (char *slash; (slash = strrchr(at, '/')) && slash[1] && strlen(at) > top; *slash = '\0') {
                _cleanup_close_ int opened = -EBADF;
                size_t length = strlen(at);
                int fd = group;

                if (is_user_manager(slash + 1))
                        return -ENODATA;
                if (streq(slash + 1, "init.scope"))
                        continue;

                if (path[length]) {
                        fd = opened = group_open(root, at);
                        if (fd < 0 && fd != -ENOENT)
                                return fd;
                }
                if (fd < 0 || !boundary_is_marked(fd))
                        continue;

                fd = opened >= 0 ? TAKE_FD(opened) : duplicate(group);
                if (fd >= 0)
                        *ret_length = length;
                return fd;
        }

        return top == 0 ? open_namespace_root(root, ret_length) : -ENODATA;
}

const char *boundary_title(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash && slash[1] ? slash + 1 : path;
}

int boundary_find(int root, const char *path, char **ret) {
        _cleanup_close_ int group = group_open(root, path), fd = -EBADF;
        size_t length;

        if (group < 0)
                return group;

        fd = boundary_open(root, path, group, 0, &length);
        if (fd < 0)
                return fd;

        *ret = strndup(path, length);
        return *ret ? 0 : -ENOMEM;
}
