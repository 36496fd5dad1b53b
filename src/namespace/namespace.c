/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "namespace/namespace.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "basic/child.h"
#include "basic/fd.h"

#define LINK "ns/cgroup"

int cgroup_namespace_open(int proc, uint64_t *ret_inode) {
        _cleanup_close_ int fd = openat(proc, LINK, O_RDONLY | O_CLOEXEC);
        struct stat st;

        if (fd < 0)
                return errno == ENOENT ? -ENODATA : errno == EPERM ? -EACCES : -errno;
        if (fstat(fd, &st) < 0)
                return -errno;

        *ret_inode = st.st_ino;
        return TAKE_FD(fd);
}

int cgroup_namespace_own(uint64_t *ret) {
        struct stat st;

        if (stat("/proc/self/" LINK, &st) < 0)
                return errno == ENOENT ? -ENOSYS : -errno;

        *ret = st.st_ino;
        return 0;
}

int cgroup_reread(int fd, char **ret) {
        ssize_t n = lseek(fd, 0, SEEK_SET) < 0 ? -errno : fd_read_all(fd, ret);

        return n < 0 ? (int) n : 0;
}

/* --- the child --- */

/* Whoever may trace the processes in it may not yet enter it: that needs CAP_SYS_ADMIN in the user namespace that it
 * belongs to, and the owner of that one has it there. */
static int enter(int namespace) {
        _cleanup_close_ int user = -EBADF;

        if (setns(namespace, CLONE_NEWCGROUP) >= 0)
                return 0;
        if (errno != EPERM)
                return -errno;

        user = ioctl(namespace, NS_GET_USERNS);
        if (user < 0 || setns(user, CLONE_NEWUSER) < 0 || setns(namespace, CLONE_NEWCGROUP) < 0)
                return -EPERM;

        return 0;
}

/* No signal of ours interrupts these. */
static int give(int fd, const void *data, size_t size) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);

        return n < 0 ? -errno : (size_t) n == size ? 0 : -EIO;
}

static int take(int fd, void *data, size_t size) {
        ssize_t n = size > 0 ? recv(fd, data, size, MSG_WAITALL) : 0;

        return n < 0 ? -errno : (size_t) n == size ? 0 : -EIO;
}

/* It says whether it got there, and then answers to each descriptor with the length and the text, or an error. */
static _noreturn_ void be_child(int namespace, int fd) {
        int64_t result = enter(namespace);
        int asked;

        if (give(fd, &result, sizeof(result)) < 0 || result < 0)
                _exit(EXIT_FAILURE);

        while (take(fd, &asked, sizeof(asked)) >= 0) {
                char *text = NULL;

                result = cgroup_reread(asked, &text);
                if (result >= 0)
                        result = (int64_t) strlen(text);
                if (give(fd, &result, sizeof(result)) < 0 || (result > 0 && give(fd, text, (size_t) result) < 0))
                        break;
                free(text);
        }

        _exit(EXIT_SUCCESS);
}

/* --- the parent --- */

int cgroup_visitor_send(int namespace, CgroupVisitor *ret) {
        _cleanup_(cgroup_visitor_done) CgroupVisitor visitor = CGROUP_VISITOR_INIT;
        int pair[2], r;
        int64_t result;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;

        visitor.fd = pair[0];
        visitor.child = fork();
        if (visitor.child == 0) {
                /* A child ends when nobody holds the other end any more. Those of the children before it, which it
                 * holds, too, it lets go of with its own end. */
                (void) close(pair[0]);
                be_child(namespace, pair[1]);
        }
        r = visitor.child < 0 ? -errno : 0;
        (void) fd_close(pair[1]);
        if (r < 0)
                return r;

        r = take(visitor.fd, &result, sizeof(result));
        if (r < 0 || result < 0)
                return r < 0 ? r : (int) result;

        *ret = visitor;
        visitor = (CgroupVisitor) CGROUP_VISITOR_INIT;
        return 0;
}

int cgroup_visitor_reread(const CgroupVisitor *visitor, int fd, char **ret) {
        _cleanup_free_ char *text = NULL;
        int64_t result;
        int r;

        r = give(visitor->fd, &fd, sizeof(fd));
        if (r >= 0)
                r = take(visitor->fd, &result, sizeof(result));
        if (r < 0 || result < 0)
                return r < 0 ? r : (int) result;

        text = calloc((size_t) result + 1, 1);
        if (!text)
                return -ENOMEM;

        r = take(visitor->fd, text, (size_t) result);
        if (r >= 0)
                *ret = TAKE_PTR(text);
        return r;
}

/* The other end can be open in a child that was sent later, too: to close this one would not end it. */
void cgroup_visitor_done(CgroupVisitor *visitor) {
        if (visitor->fd >= 0)
                (void) shutdown(visitor->fd, SHUT_RDWR);
        visitor->fd = fd_close(visitor->fd);

        if (visitor->child > 0)
                (void) child_wait(visitor->child, NULL);
        visitor->child = 0;
}
