/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "cgroup/control.h"
#include "cgroup/members.h"

/* A directory with the files of a group, as a group behaves that never changes by itself. */
typedef struct Fixture {
        char *path;
        int group;
} Fixture;

static void set_up(Fixture *fixture, const void *data) {
        (void) data;
        fixture->path = g_dir_make_tmp("cgscope-control-XXXXXX", NULL);
        g_assert_nonnull(fixture->path);
        fixture->group = open(fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(fixture->group, >=, 0);
}

static void tear_down(Fixture *fixture, const void *data) {
        static const char *const names[] = { "a/cgroup.procs", "a",           "cgroup.procs", "cgroup.freeze",
                                             "cgroup.events",  "cgroup.kill", "outside" };

        (void) data;
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                g_autofree char *path = g_build_filename(fixture->path, names[i], NULL);

                (void) g_remove(path);
        }
        g_assert_no_errno(g_rmdir(fixture->path));
        (void) fd_close(fixture->group);
        g_free(fixture->path);
}

static void put(const Fixture *fixture, const char *name, const char *text) {
        g_autofree char *path = g_build_filename(fixture->path, name, NULL);

        g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_holds(const Fixture *fixture, const char *name, const char *expected) {
        g_autofree char *path = g_build_filename(fixture->path, name, NULL), *text = NULL;

        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, expected);
}

static void add_child_group(const Fixture *fixture, const char *procs) {
        g_assert_no_errno(mkdirat(fixture->group, "a", 0700));
        put(fixture, "a/cgroup.procs", procs);
}

static void test_members(Fixture *fixture, const void *data) {
        _cleanup_free_ pid_t *own = NULL, *all = NULL;

        (void) data;
        put(fixture, "cgroup.procs", "12\n0\n4194304\n");
        add_child_group(fixture, "7\n");

        g_assert_cmpint(group_members(fixture->group, &own), ==, 3);
        g_assert_cmpint(own[0], ==, 12);
        g_assert_cmpint(own[1], ==, 0);
        g_assert_cmpint(own[2], ==, 4194304);
        g_assert_cmpint(group_members_below(fixture->group, &all, NULL), ==, 4);
        g_assert_cmpint(all[0] + all[1] + all[2] + all[3], ==, 12 + 4194304 + 7);
}

static void test_members_none(Fixture *fixture, const void *data) {
        _cleanup_free_ pid_t *pids = NULL;

        (void) data;
        g_assert_cmpint(group_members(fixture->group, &pids), ==, -ENOENT);
        put(fixture, "cgroup.procs", "");
        g_assert_cmpint(group_members(fixture->group, &pids), ==, 0);
        put(fixture, "cgroup.procs", "1\nx\n");
        g_assert_cmpint(group_members(fixture->group, &pids), ==, -EIO);
}

/* Nobody takes a 0 for a number. */
static void test_move_members(Fixture *fixture, const void *data) {
        _cleanup_close_ int below = -EBADF;

        (void) data;
        put(fixture, "cgroup.procs", "0\n");
        add_child_group(fixture, "");
        below = openat(fixture->group, "a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(below, >=, 0);

        g_assert_cmpint(group_holds_outsiders(fixture->group, false), ==, 1);
        g_assert_cmpint(group_holds_outsiders(below, true), ==, 0);
        g_assert_cmpint(group_move_members(fixture->group, below), ==, -EXDEV);
        assert_holds(fixture, "a/cgroup.procs", "");

        /* This one stays, whatever is written. */
        put(fixture, "cgroup.procs", "0\n12\n");
        g_assert_cmpint(group_move_members(fixture->group, below), ==, -ELOOP);
        assert_holds(fixture, "a/cgroup.procs", "12");

        put(fixture, "cgroup.procs", "");
        put(fixture, "a/cgroup.procs", "0\n");
        g_assert_cmpint(group_holds_outsiders(fixture->group, false), ==, 0);
        g_assert_cmpint(group_holds_outsiders(fixture->group, true), ==, 1);
}

static void test_freeze(Fixture *fixture, const void *data) {
        (void) data;
        put(fixture, "cgroup.freeze", "0\n");
        put(fixture, "cgroup.events", "populated 1\nfrozen 1\n");
        g_assert_cmpint(group_freeze(fixture->group, true, USEC_INFINITY), ==, 0);
        assert_holds(fixture, "cgroup.freeze", "1\n");

        put(fixture, "cgroup.events", "populated 1\nfrozen 0\n");
        g_assert_cmpint(group_freeze(fixture->group, false, USEC_INFINITY), ==, 0);
        assert_holds(fixture, "cgroup.freeze", "0\n");
}

/* What could not be done is taken back, and what was asked for before stays. */
static void test_freeze_timeout(Fixture *fixture, const void *data) {
        (void) data;
        put(fixture, "cgroup.freeze", "0\n");
        put(fixture, "cgroup.events", "populated 1\nfrozen 0\n");
        g_assert_cmpint(group_freeze(fixture->group, true, 20 * USEC_PER_MSEC), ==, -ETIMEDOUT);
        assert_holds(fixture, "cgroup.freeze", "0\n");

        put(fixture, "cgroup.freeze", "1\n");
        put(fixture, "cgroup.events", "populated 1\nfrozen 1\n");
        g_assert_cmpint(group_freeze(fixture->group, false, 20 * USEC_PER_MSEC), ==, -ETIMEDOUT);
        assert_holds(fixture, "cgroup.freeze", "1\n");
}

static void test_kill(Fixture *fixture, const void *data) {
        (void) data;
        g_assert_cmpint(group_kill(fixture->group), ==, -ENOENT);
        put(fixture, "cgroup.kill", "0");
        g_assert_cmpint(group_kill(fixture->group), ==, 0);
        assert_holds(fixture, "cgroup.kill", "1");
}

static volatile sig_atomic_t n_received;

static void count_signal(int signal) {
        (void) signal;
        n_received++;
}

/* A child that ends with the number of signals that it got, once the next higher one comes: those of real time are
 * queued, the lower number first. */
static pid_t start_child(int signal) {
        pid_t parent = getpid(), pid;
        sigset_t blocked;

        (void) sigemptyset(&blocked);
        (void) sigaddset(&blocked, signal);
        (void) sigaddset(&blocked, signal + 1);
        g_assert_no_errno(sigprocmask(SIG_BLOCK, &blocked, NULL));

        pid = fork();
        if (pid == 0) {
                int n = 0, got = 0;

                (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (getppid() != parent)
                        _exit(0);
                while (got != signal + 1) {
                        (void) sigwait(&blocked, &got);
                        n += got == signal;
                }
                _exit(n);
        }

        g_assert_no_errno(pid);
        g_assert_no_errno(sigprocmask(SIG_UNBLOCK, &blocked, NULL));
        return pid;
}

static int end_child(pid_t pid) {
        int status;

        g_assert_no_errno(kill(pid, SIGRTMIN + 1));
        g_assert_no_errno(waitpid(pid, &status, 0));
        g_assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

/* Each once, however often it is listed, the caller among them; nobody that is not listed. That there is one who has no
 * number here is said all the same. */
static void test_signal(Fixture *fixture, const void *data) {
        pid_t inside = start_child(SIGRTMIN), below = start_child(SIGRTMIN), outside = start_child(SIGRTMIN);
        g_autofree char *text = g_strdup_printf("%d\n0\n%d\n%d\n", (int) inside, (int) getpid(), (int) inside);
        g_autofree char *text_below = g_strdup_printf("%d\n%d\n", (int) below, (int) inside);

        (void) data;
        n_received = 0;
        (void) signal(SIGRTMIN, count_signal);
        put(fixture, "cgroup.procs", text);
        add_child_group(fixture, text_below);

        g_assert_cmpint(group_signal(fixture->group, SIGRTMIN, NULL), ==, -EXDEV);
        g_assert_cmpint(n_received, ==, 1);
        g_assert_cmpint(end_child(inside), ==, 1);
        g_assert_cmpint(end_child(below), ==, 1);
        g_assert_cmpint(end_child(outside), ==, 0);

        /* They have ended; their numbers may be anyone's. */
        put(fixture, "cgroup.procs", "");
        put(fixture, "a/cgroup.procs", text_below);
        g_assert_cmpint(group_signal(fixture->group, SIGRTMIN, NULL), ==, 0);
}

static void test_signal_refused(Fixture *fixture, const void *data) {
        (void) data;
        if (geteuid() == 0) {
                g_test_skip("root may signal anyone");
                return;
        }

        put(fixture, "cgroup.procs", "1\n");
        g_assert_cmpint(group_signal(fixture->group, SIGCONT, NULL), ==, -EPERM);
}

/* Who may not be signalled is named, and the others are signalled all the same. As somebody else in a child: root may
 * signal anyone. */
static void signal_some(Fixture *fixture) {
        g_autofree char *text = NULL;
        pid_t inside, refused = 0;

        if (geteuid() == 0)
                g_assert_no_errno(setresuid(12345, 12345, 12345));

        inside = start_child(SIGRTMIN);
        text = g_strdup_printf("1\n%d\n", (int) inside);
        put(fixture, "cgroup.procs", text);
        g_assert_cmpint(group_signal(fixture->group, SIGRTMIN, &refused), ==, -EPERM);
        g_assert_cmpint(refused, ==, 1);
        g_assert_cmpint(end_child(inside), ==, 1);
}

static void test_signal_some(Fixture *fixture, const void *data) {
        pid_t pid;
        int status;

        (void) data;
        g_assert_no_errno(fchmod(fixture->group, 0777));

        pid = fork();
        if (pid == 0) {
                signal_some(fixture);
                _exit(0);
        }

        g_assert_no_errno(pid);
        g_assert_no_errno(waitpid(pid, &status, 0));
        g_assert_cmpint(status, ==, 0);
}

/* The files of the kernel's list that are there, and no others. A link is not followed. */
static void test_chown(Fixture *fixture, const void *data) {
        struct stat st;

        (void) data;
        if (geteuid() != 0 || !g_file_test("/sys/kernel/cgroup/delegate", G_FILE_TEST_EXISTS)) {
                g_test_skip("needs root and a kernel with cgroups");
                return;
        }

        put(fixture, "cgroup.procs", "");
        put(fixture, "cgroup.freeze", "0\n");
        put(fixture, "outside", "");
        g_assert_no_errno(symlinkat("outside", fixture->group, "cgroup.threads"));

        g_assert_cmpint(group_chown(fixture->group, 1234, (gid_t) -1), ==, 0);
        g_assert_no_errno(fstat(fixture->group, &st));
        g_assert_cmpint(st.st_uid, ==, 1234);
        g_assert_no_errno(fstatat(fixture->group, "cgroup.procs", &st, 0));
        g_assert_cmpint(st.st_uid, ==, 1234);
        g_assert_cmpint(st.st_gid, ==, getegid());
        g_assert_no_errno(fstatat(fixture->group, "cgroup.freeze", &st, 0));
        g_assert_cmpint(st.st_uid, ==, 0);
        g_assert_no_errno(fstatat(fixture->group, "outside", &st, 0));
        g_assert_cmpint(st.st_uid, ==, 0);
        g_assert_no_errno(unlinkat(fixture->group, "cgroup.threads", 0));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add("/control/members", Fixture, NULL, set_up, test_members, tear_down);
        g_test_add("/control/members-none", Fixture, NULL, set_up, test_members_none, tear_down);
        g_test_add("/control/move-members", Fixture, NULL, set_up, test_move_members, tear_down);
        g_test_add("/control/freeze", Fixture, NULL, set_up, test_freeze, tear_down);
        g_test_add("/control/freeze-timeout", Fixture, NULL, set_up, test_freeze_timeout, tear_down);
        g_test_add("/control/kill", Fixture, NULL, set_up, test_kill, tear_down);
        g_test_add("/control/signal", Fixture, NULL, set_up, test_signal, tear_down);
        g_test_add("/control/signal-refused", Fixture, NULL, set_up, test_signal_refused, tear_down);
        g_test_add("/control/signal-some", Fixture, NULL, set_up, test_signal_some, tear_down);
        g_test_add("/control/chown", Fixture, NULL, set_up, test_chown, tear_down);

        return g_test_run();
}
