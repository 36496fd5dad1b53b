/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* scope_start(): the name is taken, the manager goes away or re-executes, the bus goes away. */

#include "basic/clock.h"
#include "systemd/manager-open.h"
#include "systemd/scope-test.h"

/* How often it comes back within one deadline. */
#define MANAGER_RETURNS_MAX 8

#define PAUSE_USEC (100 * USEC_PER_MSEC)
#define ABSENCE_USEC (300 * USEC_PER_MSEC)

static void name_exists(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, "org.freedesktop.systemd1.UnitExists",
                         "Unit test.scope was already loaded or has a fragment file.");
}

static void test_taken(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = name_exists;

        g_assert_cmpint(scope_test_run(test), ==, -EEXIST);
        scope_test_assert_message(test, TEST_UNIT, "taken", "--unit", "cgscope stop --user " TEST_UNIT, NULL);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 1);
        g_assert_cmpuint(fake_bus_count(test->bus, "ResetFailedUnit"), ==, 0);
        g_assert_false(test->result.pending);
}

static void test_taken_reset(ScopeTest *test, gconstpointer data _unused_) {
        const char *unit;

        test->request.reset_failed = true;
        test->fake->start[0] = name_exists;
        test->fake->start[1] = fake_accept;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_calls(test, 2);
        g_assert_cmpuint(fake_bus_count(test->bus, "ResetFailedUnit"), ==, 1);
        g_variant_get(g_dbus_message_get_body(fake_bus_nth(test->bus, "ResetFailedUnit", 0, NULL)), "(&s)", &unit);
        g_assert_cmpstr(unit, ==, TEST_UNIT);
}

static void refuse_reset(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, "org.freedesktop.systemd1.NoSuchUnit", "Unit test.scope not loaded.");
}

static void test_taken_still(ScopeTest *test, gconstpointer data) {
        test->request.reset_failed = true;
        test->fake->start[0] = name_exists;
        test->fake->reset = data ? refuse_reset : NULL;

        g_assert_cmpint(scope_test_run(test), ==, -EEXIST);
        scope_test_assert_message(test, TEST_UNIT, "taken", NULL);
        scope_test_assert_calls(test, 2);
        g_assert_cmpuint(fake_bus_count(test->bus, "ResetFailedUnit"), ==, 1);
}

/* A re-execution that the call fell into. */
static void leave_and_return(FakeManager *fake, GDBusMessage *call _unused_) {
        fake_leave(fake);
        g_usleep(PAUSE_USEC);
        fake_return(fake);
}

static void leave(FakeManager *fake, GDBusMessage *call _unused_) {
        fake_leave(fake);
}

static void test_call_lost(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = leave_and_return;
        test->fake->start[1] = fake_accept;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 2);
        g_assert_cmpstr(test->result.control_group, ==, "/fake.slice/fake.scope");
}

static void test_answer_lost(ScopeTest *test, gconstpointer data) {
        test->options.kind = data ? MANAGER_SYSTEM : MANAGER_USER;
        test->fake->start[0] = leave_and_return;
        test->fake->start[1] = name_exists;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 2);
        g_assert_cmpstr(test->result.control_group, ==, "/fake.slice/fake.scope");
}

/* The answer was lost, and the job is still to be done: its end is waited for. */
static void name_exists_with_job(FakeManager *fake, GDBusMessage *call) {
        name_exists(fake, call);
        fake->job_left = 42;
}

static void end_job_after_answer(FakeManager *fake, GDBusMessage *call) {
        fake->get = NULL;
        fake_reply(fake, call, g_variant_new("(v)", g_variant_new("(uo)", 42, FAKE_JOB)));
        g_usleep(PAUSE_USEC);
        fake_job_removed(fake, FAKE_JOB, TEST_UNIT, "failed");
}

static void test_answer_lost_job_left(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = leave_and_return;
        test->fake->start[1] = name_exists_with_job;
        test->fake->get = end_job_after_answer;

        g_assert_cmpint(scope_test_run(test), <, 0);
        scope_test_assert_message(test, "failed", TEST_UNIT, NULL);
        scope_test_assert_quick(test);
}

static void lose_inquiry(FakeManager *fake, GDBusMessage *call) {
        fake->get = NULL;
        leave_and_return(fake, call);
}

static void test_inquiry_lost(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->get = lose_inquiry;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 1);
        g_assert_cmpstr(test->result.control_group, ==, "/fake.slice/fake.scope");
}

static void know_no_pidfds(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, "org.freedesktop.DBus.Error.PropertyReadOnly",
                         "Cannot set property PIDFDs, or unknown property.");
}

/* The job is left each time that it is asked for; in between the manager is away, as often as it is followed. The
 * inquiry in the end is lost. */
static void keep_returning(FakeManager *fake, GDBusMessage *call) {
        static unsigned n_returns;
        const char *property;

        g_variant_get(g_dbus_message_get_body(call), "(&s&s)", NULL, &property);
        if (!streq(property, "Job")) {
                lose_inquiry(fake, call);
                return;
        }

        fake_reply(fake, call, g_variant_new("(v)", g_variant_new("(uo)", 42, FAKE_JOB)));
        if (n_returns++ < MANAGER_RETURNS_MAX) {
                fake_leave(fake);
                fake_return(fake);
        } else
                fake_job_removed(fake, FAKE_JOB, TEST_UNIT, "done");
}

/* All that can come between, in one conversation. */
static void test_everything(ScopeTest *test, gconstpointer data _unused_) {
        test->request.reset_failed = true;
        test->fake->start[0] = know_no_pidfds;
        test->fake->start[1] = name_exists;
        test->fake->start[2] = leave_and_return;
        test->fake->start[3] = name_exists;
        test->fake->get = keep_returning;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 4);
        g_assert_cmpstr(test->result.control_group, ==, "/fake.slice/fake.scope");
}

static void refuse(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, "org.freedesktop.DBus.Error.Failed", "Not today.");
}

/* Once more, and no further; and it is told that something may come of it. */
static void test_call_lost_twice(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = leave_and_return;

        g_assert_cmpint(scope_test_run(test), <, 0);
        scope_test_assert_message(test, "went away", NULL);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 2);
        g_assert_true(test->result.pending);
}

static void test_call_lost_then_refused(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = leave_and_return;
        test->fake->start[1] = refuse;

        g_assert_cmpint(scope_test_run(test), <, 0);
        scope_test_assert_message(test, "Not today", NULL);
        scope_test_assert_calls(test, 2);
        g_assert_false(test->result.pending);
}

static void reexecute_before_job(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        leave_and_return(fake, call);
        g_usleep(2 * ABSENCE_USEC); /* it is back: its absence counts no more */
        fake_job_removed(fake, FAKE_JOB, TEST_UNIT, "done");
}

static void test_reexecuted(ScopeTest *test, gconstpointer data _unused_) {
        test->options.absence = ABSENCE_USEC;
        test->fake->start[0] = reexecute_before_job;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 1);
}

static void leave_before_job(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        fake_leave(fake);
}

static void test_gone_for_good(ScopeTest *test, gconstpointer data) {
        test->options.absence = ABSENCE_USEC;
        test->fake->start[0] = data ? leave_before_job : leave;

        g_assert_cmpint(scope_test_run(test), ==, -ETIMEDOUT);
        g_assert_nonnull(test->trouble.cause);
        g_assert_cmpuint(test->elapsed, >=, ABSENCE_USEC);
        g_assert_cmpuint(test->elapsed, <, ABSENCE_USEC + 2 * USEC_PER_SEC);
        g_assert_true(test->result.pending);
}

/* The deadline is nearer than the end of its absence. */
static void test_gone_until_deadline(ScopeTest *test, gconstpointer data _unused_) {
        test->timeout = ABSENCE_USEC;
        test->fake->start[0] = leave_before_job;

        g_assert_cmpint(scope_test_run(test), ==, -ETIMEDOUT);
        g_assert_cmpuint(test->elapsed, <, ABSENCE_USEC + 2 * USEC_PER_SEC);
        g_assert_true(test->result.pending);
}

static void kill_bus(FakeManager *fake, GDBusMessage *call _unused_) {
        fake_bus_kill(fake->bus);
}

static void kill_bus_before_job(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        g_usleep(PAUSE_USEC);
        fake_bus_kill(fake->bus);
}

static void test_bus_gone(ScopeTest *test, gconstpointer data) {
        if (data)
                test->fake->start[0] = kill_bus_before_job;
        else
                test->fake->start[0] = kill_bus;

        g_assert_cmpint(scope_test_run(test), <, 0);
        scope_test_assert_message(test, "bus", "closed", NULL);
        g_assert_cmpuint(test->elapsed, <, USEC_PER_SEC);
        g_assert_true(test->result.pending);
}

static void test_bus_gone_while_asked(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->get = kill_bus;

        g_assert_cmpint(scope_test_run(test), <, 0);
        g_assert_nonnull(test->trouble.cause);
        g_assert_cmpuint(test->elapsed, <, USEC_PER_SEC);
        g_assert_true(test->result.pending);
}

static void kill_bus_before_call(ScopeTest *test) {
        fake_bus_kill(test->bus);
}

static void test_bus_gone_at_once(ScopeTest *test, gconstpointer data _unused_) {
        test->before = kill_bus_before_call;

        g_assert_cmpint(scope_test_run(test), <, 0);
        g_assert_nonnull(test->trouble.cause);
        g_assert_cmpuint(test->elapsed, <, USEC_PER_SEC);
}

/* A second scope through one connection, while the first one's answers may still come. */
static void test_twice(ScopeTest *test, gconstpointer data _unused_) {
        _cleanup_(manager_freep) Manager *manager = NULL;
        _cleanup_trouble_ Trouble trouble = {};

        test->fake->start[0] = fake_reply_job;
        test->fake->start[1] = fake_accept;
        test->options.deadline = deadline_after(ABSENCE_USEC);

        g_assert_cmpint(manager_open(&test->options, &manager, &trouble), ==, 0);
        g_assert_cmpint(scope_start(manager, &test->request, &test->result, &trouble), ==, -ETIMEDOUT);
        g_assert_nonnull(trouble.cause);

        manager->options.deadline = USEC_INFINITY;
        trouble_done(&trouble);
        g_assert_cmpint(scope_start(manager, &test->request, &test->result, &trouble), ==, 0);
        g_assert_null(trouble.cause);
}

static void add(const char *name, const void *data, void (*fn)(ScopeTest *test, gconstpointer data)) {
        g_test_add(name, ScopeTest, data, scope_test_setup, fn, scope_test_teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        scope_test_add("/scope/taken/plain", test_taken);
        scope_test_add("/scope/taken/reset-failed", test_taken_reset);
        scope_test_add("/scope/taken/still", test_taken_still);
        add("/scope/taken/reset-refused", "refuse", test_taken_still);
        scope_test_add("/scope/manager/call-lost", test_call_lost);
        scope_test_add("/scope/manager/answer-lost", test_answer_lost);
        add("/scope/manager/answer-lost-system", "system", test_answer_lost);
        scope_test_add("/scope/manager/answer-lost-job-left", test_answer_lost_job_left);
        scope_test_add("/scope/manager/inquiry-lost", test_inquiry_lost);
        scope_test_add("/scope/manager/call-lost-twice", test_call_lost_twice);
        scope_test_add("/scope/manager/call-lost-then-refused", test_call_lost_then_refused);
        scope_test_add("/scope/manager/everything", test_everything);
        scope_test_add("/scope/manager/reexecuted", test_reexecuted);
        scope_test_add("/scope/manager/gone-before-reply", test_gone_for_good);
        add("/scope/manager/gone-after-reply", "after", test_gone_for_good);
        scope_test_add("/scope/manager/gone-until-deadline", test_gone_until_deadline);
        scope_test_add("/scope/bus/gone-before-reply", test_bus_gone);
        add("/scope/bus/gone-after-reply", "after", test_bus_gone);
        scope_test_add("/scope/bus/gone-while-asked", test_bus_gone_while_asked);
        scope_test_add("/scope/bus/gone-at-once", test_bus_gone_at_once);
        scope_test_add("/scope/twice", test_twice);

        return g_test_run();
}
