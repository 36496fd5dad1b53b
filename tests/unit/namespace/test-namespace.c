/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <sched.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "namespace/namespace.h"

static int open_self(const char *name) {
        int fd = open(name, O_RDONLY | O_CLOEXEC);

        g_assert_cmpint(fd, >=, 0);
        return fd;
}

/* A file is read again and again from its beginning. */
static void test_reread(void) {
        _cleanup_close_ int fd = open_self("/proc/self/cgroup");
        _cleanup_close_ int pair = -EBADF;
        _cleanup_free_ char *none = NULL;
        int pipes[2];

        for (unsigned i = 0; i < 3; i++) {
                _cleanup_free_ char *text = NULL;

                g_assert_cmpint(cgroup_reread(fd, &text), ==, 0);
                g_assert_cmpuint(strlen(text), >, 0);
        }

        g_assert_cmpint(pipe(pipes), ==, 0);
        pair = pipes[0];
        (void) close(pipes[1]);
        g_assert_cmpint(cgroup_reread(pair, &none), ==, -ESPIPE);
        g_assert_null(none);
}

static void test_own(void) {
        _cleanup_close_ int proc = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -EBADF;
        uint64_t own, same;

        g_assert_cmpint(cgroup_namespace_own(&own), ==, 0);
        fd = cgroup_namespace_open(proc, &same);
        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpuint(own, ==, same);
}

/* A child in namespaces of its own, until it is killed. 0: not allowed here. */
static pid_t start_there(void) {
        int ready[2];
        char word;
        pid_t child;
        bool is_there;

        g_assert_cmpint(pipe2(ready, O_CLOEXEC), ==, 0);
        child = fork();
        if (child == 0) {
                if (unshare(CLONE_NEWUSER | CLONE_NEWCGROUP) < 0 || write(ready[1], "", 1) < 0)
                        _exit(EXIT_FAILURE);
                for (;;)
                        (void) pause();
        }

        (void) close(ready[1]);
        is_there = read(ready[0], &word, 1) == 1;
        (void) close(ready[0]);
        if (is_there)
                return child;

        (void) waitpid(child, NULL, 0);
        return 0;
}

/* Whoever is in there finds itself at the root, also when it is asked often; and what is asked may fail. */
static void test_visitor(void) {
        _cleanup_(cgroup_visitor_done) CgroupVisitor visitor = CGROUP_VISITOR_INIT, none = CGROUP_VISITOR_INIT;
        g_autofree char *path = NULL, *cgroup = NULL;
        _cleanup_close_ int proc = -EBADF, namespace = -EBADF, fd = -EBADF;
        _cleanup_free_ char *nothing = NULL;
        uint64_t inode;
        pid_t child = start_there();

        if (child == 0) {
                g_test_skip("no user namespaces here");
                return;
        }

        path = g_strdup_printf("/proc/%d", (int) child);
        cgroup = g_strdup_printf("/proc/%d/cgroup", (int) child);
        proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        namespace = cgroup_namespace_open(proc, &inode);
        fd = open_self(cgroup);
        g_assert_cmpint(cgroup_visitor_send(namespace, &visitor), ==, 0);

        for (unsigned i = 0; i < 3; i++) {
                _cleanup_free_ char *text = NULL;

                g_assert_cmpint(cgroup_visitor_reread(&visitor, fd, &text), ==, 0);
                g_assert_true(g_str_has_suffix(text, ":/\n"));
        }
        g_assert_cmpint(cgroup_visitor_reread(&visitor, 1000000, &nothing), ==, -EBADF);
        g_assert_null(nothing);

        /* It goes where the process has gone; the visitor stays. */
        g_assert_cmpint(kill(child, SIGKILL), ==, 0);
        g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
        g_assert_cmpint(cgroup_visitor_reread(&visitor, fd, &nothing), ==, -ESRCH);
        cgroup_visitor_done(&visitor);
        cgroup_visitor_done(&visitor);

        g_assert_cmpint(cgroup_visitor_send(proc, &none), <, 0); /* that is no namespace */
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/namespace/reread", test_reread);
        g_test_add_func("/namespace/own", test_own);
        g_test_add_func("/namespace/visitor", test_visitor);

        return g_test_run();
}
