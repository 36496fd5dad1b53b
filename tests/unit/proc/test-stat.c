/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <sched.h>

#include "basic/fd.h"
#include "proc/proc.h"
#include "proc/stat.h"

static void test_stat(void) {
        /* A name can look like all that follows it. */
        static const char line[] = "17 (a) S 1 (b) R 5 1 1 0 -1 69238880 0 0 0 0 0 0 0 0 20 0 3 0 9 0 0 184467 0 0 0 0 "
                                   "0 0 0 0 0 0 0 0 17 1 50 1 0 0 0 0 0 0 0 0 0 0 0\n";
        ProcStat stat;

        g_assert_cmpint(proc_stat_parse(line, &stat), ==, 0);
        g_assert_cmpint(stat.state, ==, 'R');
        g_assert_cmpint(stat.parent, ==, 5);
        g_assert_true(stat.kernel);
        g_assert_true(stat.bound);
        g_assert_false(stat.exiting);
        g_assert_cmpstr(stat.name, ==, "a) S 1 (b");
        g_assert_cmpuint(stat.n_threads, ==, 3);
        g_assert_cmpuint(stat.policy, ==, 1);

        g_assert_cmpint(proc_stat_parse("", &stat), ==, -EBADMSG);
        g_assert_cmpint(proc_stat_parse("1 (a)", &stat), ==, -EBADMSG);
        g_assert_cmpint(proc_stat_parse("1 (a) R 1 2 3", &stat), ==, -EBADMSG);
}

/* Up to field 38, so that the real-time priority, 40, is not taken for the policy, 41. */
#define FIELDS(flags) \
        " S 1 1 1 0 -1 " flags " 10 11 12 13 14 15 16 17 20 0 1 0 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 17 "

static void test_thread(void) {
        static const struct {
                const char *text;
                bool valid;
                unsigned policy;
                bool kernel;
        } rows[] = {
                { "10 (sh)" FIELDS("4194304") "3 0 0 0\n", true, SCHED_OTHER, false },
                { "10 (pipewire)" FIELDS("4194304") "3 20 1 0\n", true, SCHED_FIFO, false },
                { "10 (a b) c) R)" FIELDS("4194304") "3 20 2 0\n", true, SCHED_RR, false },
                { "10 (migration/0)" FIELDS("69238848") "3 99 1 0\n", true, SCHED_FIFO, true },
                { "10 (sh)" FIELDS("4194304") "3 0 1", true, SCHED_FIFO, false },
                { "10 (sh)" FIELDS("4194304") "3 0 ", false, 0, false },
                { "10 (sh)" FIELDS("4194304") "3", false, 0, false },
                { "10 (sh", false, 0, false },
                { "10 (sh)", false, 0, false },
                { "", false, 0, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                ProcStat stat = {};

                g_assert_cmpint(proc_stat_parse(rows[i].text, &stat), ==, rows[i].valid ? 0 : -EBADMSG);
                g_assert_cmpuint(stat.policy, ==, rows[i].policy);
                g_assert_cmpint(stat.kernel, ==, rows[i].kernel);
        }
}

/* A name is cut where there is no room for it, and no text is too strange. */
static void test_name(void) {
        g_autofree char *name = g_strnfill(100, 'x'), *text = g_strdup_printf("10 (%s)" FIELDS("0") "3 0 0", name);
        ProcStat stat;

        g_assert_cmpint(proc_stat_parse(text, &stat), ==, 0);
        g_assert_cmpuint(strlen(stat.name), ==, PROC_NAME_MAX - 1);
        g_assert_cmpint(proc_stat_parse("10 ()" FIELDS("0") "3 0 0", &stat), ==, 0);
        g_assert_cmpstr(stat.name, ==, "");
        g_assert_cmpint(proc_stat_parse(") R 1 (", &stat), ==, -EBADMSG);
}

static void test_dead(void) {
        g_assert_true(proc_stat_stays(&(ProcStat) { .kernel = true })); /* kthreadd */
        g_assert_true(proc_stat_stays(&(ProcStat) { .kernel = true, .parent = 2, .bound = true }));
        g_assert_false(proc_stat_stays(&(ProcStat) { .kernel = true, .parent = 2 }));
        g_assert_false(proc_stat_stays(&(ProcStat) {}));
        g_assert_true(proc_stat_is_dead(&(ProcStat) { .state = 'Z', .n_threads = 1 }));
        g_assert_true(proc_stat_is_dead(&(ProcStat) { .state = 'X' }));
        g_assert_false(proc_stat_is_dead(&(ProcStat) { .state = 'Z', .n_threads = 2 })); /* its first thread alone */
        g_assert_false(proc_stat_is_dead(&(ProcStat) { .state = 'S', .n_threads = 1 }));
}

static void test_oneself(void) {
        _cleanup_close_ int proc = proc_open_number(getpid());
        ProcStat stat;

        g_assert_cmpint(proc_stat_read(proc, &stat), ==, 0);
        g_assert_cmpstr(stat.name, ==, "test-stat");
        g_assert_cmpint(stat.parent, ==, getppid());
        g_assert_true(proc_has_policy(proc, 1U << stat.policy));
        g_assert_false(proc_has_policy(proc, 0));
}

static void test_status(void) {
        static const char text[] = "Name:\tUid:\nUid:\t1\t2\t3\t4\nCapPrm:\t00000000a80425fb\nSeccomp:\t2\n";

        g_assert_cmpuint(proc_status_number(text, "Uid", 0, 10), ==, 1);
        g_assert_cmpuint(proc_status_number(text, "Uid", 2, 10), ==, 3);
        g_assert_cmpuint(proc_status_number(text, "CapPrm", 0, 16), ==, 0xa80425fb);
        g_assert_cmpuint(proc_status_number(text, "Seccomp", 0, 10), ==, 2);
        g_assert_cmpuint(proc_status_number(text, "Cap", 0, 16), ==, 0);
        g_assert_cmpuint(proc_status_number("", "Uid", 0, 10), ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/stat/stat", test_stat);
        g_test_add_func("/stat/thread", test_thread);
        g_test_add_func("/stat/name", test_name);
        g_test_add_func("/stat/dead", test_dead);
        g_test_add_func("/stat/oneself", test_oneself);
        g_test_add_func("/stat/status", test_status);

        return g_test_run();
}
