/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/boundary.h"

#include <assert.h>
#include <fcntl.h>
#include <sys/xattr.h>

#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/unit-path.h"

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

/* Of the group at @path, open as @group or not there, the nearest one that is marked, where that is longer than @known.
 * Returns its descriptor, *ret_length is how much of @path it is. */
static int open_marked(int root, const char *path, int group, size_t known, size_t *ret_length) {
        _cleanup_free_ char *at = strdup(path);

        if (!at)
                return -ENOMEM;

        for (char *slash; (slash = strrchr(at, '/')) && slash[1] && strlen(at) > known; *slash = '\0') {
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

        return known == 0 ? open_namespace_root(root, ret_length) : -ENODATA;
}

int boundary_open(Boundary *boundary, bool may_be_absent) {
        int r;

        assert(boundary->root >= 0 && boundary->path);

        boundary->fd = group_open(boundary->root, boundary->path);
        if (boundary->fd < 0 && !(boundary->fd == -ENOENT && may_be_absent))
                return boundary->fd;

        r = open_marked(boundary->root, boundary->path, boundary->fd, boundary->length, &boundary->length);
        if (r == -ENODATA)
                return boundary->length > 0 ? boundary_set(boundary, boundary->length) : 0;
        if (r < 0)
                return r;

        boundary->top = r;
        return 0;
}

void boundary_done(Boundary *boundary) {
        (void) fd_close(boundary->root);
        (void) fd_close(boundary->fd);
        (void) fd_close(boundary->top);
        free(boundary->path);
        *boundary = (Boundary) BOUNDARY_INIT;
}

char *boundary_path(const Boundary *boundary) {
        return strndup(boundary->path, boundary->length);
}

int boundary_set(Boundary *boundary, size_t length) {
        _cleanup_free_ char *path = strndup(boundary->path, length);
        int fd = path ? group_open(boundary->root, path) : -ENOMEM;

        if (fd < 0)
                return fd;

        (void) fd_close(boundary->top);
        boundary->top = fd;
        boundary->length = length;
        return 0;
}

const char *boundary_below(const Boundary *boundary) {
        const char *below = boundary->path + boundary->length;

        return below + strspn(below, "/");
}

int boundary_open_parent(const Boundary *boundary, const char **ret_name) {
        assert(boundary->top >= 0 && !boundary_is_top(boundary));

        return group_open_parent(boundary->top, boundary_below(boundary), ret_name);
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

        fd = open_marked(root, path, group, 0, &length);
        if (fd < 0)
                return fd;

        *ret = strndup(path, length);
        return *ret ? 0 : -ENOMEM;
}
