/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* scope_start(): jobs that do not end well, deadlines, and signals. */

#include <pthread.h>
#include <signal.h>

#include "basic/clock.h"
#include "systemd/manager-open.h"
#include "systemd/scope-disturbed.h"
#include "systemd/scope-test.h"

#define PAUSE_USEC (50 * USEC_PER_MSEC)
#define SHORT_USEC (300 * USEC_PER_MSEC)

static const char *job_result;

static void end_with_result(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        fake_job_removed(fake, FAKE_JOB, fake->unit, job_result);
}

static void test_results(ScopeTest *test, gconstpointer data _unused_) {
        static const char *const results[] = { "failed", "canceled", "timeout", "dependency", "skipped", "" };

        test->fake->start[0] = end_with_result;
        for (unsigned i = 0; i < ELEMENTSOF(results); i++) {
                job_result = results[i];

                g_assert_cmpint(scope_test_run(test), ==, -EIO);
                scope_test_assert_message(test, TEST_UNIT, job_result, "journalctl --user", NULL);
                scope_test_assert_quick(test);
                scope_test_assert_calls(test, i + 1);
                g_assert_false(test->result.pending);
                g_assert_cmpint(test->result.failed, ==, streq(job_result, "failed"));
        }
}

static void no_unit(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, "org.freedesktop.systemd1.NoSuchUnit", "Unit test.scope not loaded.");
}

static void has_unit(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(o)", "/org/freedesktop/systemd1/unit/test_2escope"));
}

/* The question falls into a re-execution itself, once. */
static void lose_question(FakeManager *fake, GDBusMessage *call _unused_) {
        fake->get = NULL;
        fake_leave(fake);
        g_usleep(PAUSE_USEC);
        fake_return(fake);
}

static void test_disturbed(ScopeTest *test, gconstpointer data _unused_) {
        const uint64_t since = now_usec();
        const struct {
                uint64_t loaded;
                FakeAnswer get_unit, get;
                int r;
        } rows[] = {
                { since + USEC_PER_SEC, no_unit, NULL, 1 },
                { since, no_unit, NULL, 1 },
                { since + USEC_PER_SEC, no_unit, lose_question, 1 },
                { since + USEC_PER_SEC, has_unit, NULL, 0 },
                { since - 1, no_unit, NULL, 0 },
                { 0, no_unit, NULL, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(manager_freep) Manager *manager = NULL;

                test->options.deadline = deadline_after(test->timeout);
                test->fake->units_loaded = rows[i].loaded;
                test->fake->get_unit = rows[i].get_unit;
                test->fake->get = rows[i].get;
                g_assert_cmpint(manager_open(&test->options, &manager, &test->trouble), ==, 0);
                g_assert_cmpint(scope_was_disturbed(manager, TEST_UNIT, since, &test->trouble), ==, rows[i].r);
                g_assert_null(test->trouble.cause);
        }
}

static void test_endless_job(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = fake_reply_job;
        test->timeout = SHORT_USEC;

        g_assert_cmpint(scope_test_run(test), ==, -ETIMEDOUT);
        scope_test_assert_message(test, " within ", NULL);
        scope_test_assert_patient(test);
        scope_test_assert_calls(test, 1);
        g_assert_true(test->result.pending);
}

static void test_unanswered(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = fake_ignore;
        test->timeout = SHORT_USEC;

        g_assert_cmpint(scope_test_run(test), ==, -ETIMEDOUT);
        scope_test_assert_message(test, " within ", NULL);
        scope_test_assert_patient(test);
        scope_test_assert_calls(test, 1);
        g_assert_true(test->result.pending);
}

static void test_unanswered_inquiry(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->get = fake_ignore;
        test->timeout = SHORT_USEC;

        g_assert_cmpint(scope_test_run(test), ==, -ETIMEDOUT);
        scope_test_assert_patient(test);
        scope_test_assert_calls(test, 1);
        g_assert_true(test->result.pending);
}

static void test_deadline_passed(ScopeTest *test, gconstpointer data _unused_) {
        test->timeout = 0;

        g_assert_cmpint(scope_test_run(test), ==, -ETIMEDOUT);
        scope_test_assert_message(test, " within ", NULL);
}

static volatile sig_atomic_t n_signals;
static pthread_t client;

static void on_usr1(int sig _unused_) {
        n_signals++;
}

static void interrupt(FakeManager *fake, GDBusMessage *call) {
        for (unsigned i = 0; i < 5; i++) {
                g_usleep(PAUSE_USEC / 5);
                (void) pthread_kill(client, SIGUSR1);
        }
        fake_accept(fake, call);
}

static void test_interrupted(ScopeTest *test, gconstpointer data _unused_) {
        struct sigaction action = { .sa_handler = on_usr1 }; /* no SA_RESTART */

        client = pthread_self();
        test->fake->start[0] = interrupt;
        (void) sigaction(SIGUSR1, &action, NULL);

        g_assert_cmpint(scope_test_run(test), ==, 0);
        g_assert_cmpint(n_signals, >, 0); /* of several that are pending at once one arrives */
        scope_test_assert_calls(test, 1);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        scope_test_add("/scope/job/results", test_results);
        scope_test_add("/scope/job/disturbed", test_disturbed);
        scope_test_add("/scope/deadline/job", test_endless_job);
        scope_test_add("/scope/deadline/reply", test_unanswered);
        scope_test_add("/scope/deadline/inquiry", test_unanswered_inquiry);
        scope_test_add("/scope/deadline/passed", test_deadline_passed);
        scope_test_add("/scope/signal", test_interrupted);

        return g_test_run();
}
