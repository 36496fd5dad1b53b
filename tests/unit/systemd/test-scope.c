/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* scope_start(): all is well, and what the message says. */

#include <gio/gunixfdlist.h>

#include "systemd/scope-test.h"

#define READ_ONLY "org.freedesktop.DBus.Error.PropertyReadOnly"

static void assert_success(ScopeTest *test) {
        g_assert_cmpint(scope_test_run(test), ==, 0);
        g_assert_null(test->trouble.cause);
        scope_test_assert_quick(test);
}

static void test_plain(ScopeTest *test, gconstpointer data _unused_) {
        assert_success(test);
        scope_test_assert_calls(test, 1);
        g_assert_cmpstr(test->result.control_group, ==, "/fake.slice/fake.scope");
        g_assert_cmpstr(test->result.invocation_id, ==, "0123456789abcdef0000000000000000");
}

static void test_not_inquired(ScopeTest *test, gconstpointer data _unused_) {
        test->request.inquire = false;

        assert_success(test);
        scope_test_assert_calls(test, 1);
        g_assert_cmpuint(fake_bus_count(test->bus, "Get"), ==, 0);
        g_assert_cmpstr(test->result.control_group, ==, "");
        g_assert_cmpstr(test->result.invocation_id, ==, "");
}

static void test_system(ScopeTest *test, gconstpointer data _unused_) {
        test->options.kind = MANAGER_SYSTEM;

        assert_success(test);
        g_assert_cmpstr(test->result.control_group, ==, "/fake.slice/fake.scope");
}

static void removed_first(FakeManager *fake, GDBusMessage *call) {
        fake_job_removed(fake, FAKE_JOB, fake->unit, "done");
        fake_reply_job(fake, call);
}

static void test_removed_first(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = removed_first;

        assert_success(test);
        scope_test_assert_calls(test, 1);
}

static void failed_first(FakeManager *fake, GDBusMessage *call) {
        fake_job_removed(fake, FAKE_JOB, fake->unit, "failed");
        fake_reply_job(fake, call);
}

static void test_failed_first(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = failed_first;

        g_assert_cmpint(scope_test_run(test), ==, -EIO);
        scope_test_assert_message(test, TEST_UNIT, "failed", NULL);
}

/* The failures of others, by unit or by job, before the answer and after it. The bus would not even hand them on. */
static void others_fail(FakeManager *fake, GDBusMessage *call) {
        fake->destination = g_dbus_message_get_sender(call);
        fake_job_removed(fake, FAKE_JOB, "other.scope", "failed");
        fake_job_removed(fake, FAKE_OTHER_JOB, fake->unit, "canceled");
        fake_reply_job(fake, call);
        fake_job_removed(fake, FAKE_JOB, "other.scope", "failed");
        fake_job_removed(fake, FAKE_OTHER_JOB, fake->unit, "failed");
        fake_job_removed(fake, FAKE_JOB, fake->unit, "done");
}

static void test_others(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = others_fail;

        assert_success(test);
}

static void others_are_done(FakeManager *fake, GDBusMessage *call) {
        fake_job_removed(fake, FAKE_OTHER_JOB, fake->unit, "done");
        fake_reply_job(fake, call);
        fake_job_removed(fake, FAKE_JOB, "other.scope", "done");
        fake_job_removed(fake, FAKE_OTHER_JOB, fake->unit, "done");
}

static void test_others_only(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = others_are_done;
        test->timeout = 300 * USEC_PER_MSEC;

        g_assert_cmpint(scope_test_run(test), ==, -ETIMEDOUT);
        scope_test_assert_patient(test);
}

/* The design: one call to the manager to create, no GetAll, no Subscribe; the match in place before. */
static void test_conversation(ScopeTest *test, gconstpointer data _unused_) {
        unsigned n_matches, n_for_job = 0, first, start;
        const char *rule;

        assert_success(test);
        (void) fake_bus_nth(test->bus, "StartTransientUnit", 0, &start);
        g_assert_cmpuint(fake_bus_count(test->bus, "StartTransientUnit"), ==, 1);
        g_assert_cmpuint(fake_bus_count(test->bus, "GetAll"), ==, 0);
        g_assert_cmpuint(fake_bus_count(test->bus, "Subscribe"), ==, 0);
        g_assert_cmpuint(fake_bus_count(test->bus, "Get"), ==, 2);

        n_matches = fake_bus_count(test->bus, "AddMatch");
        for (unsigned n = 0; n < n_matches; n++) {
                GDBusMessage *call = fake_bus_nth(test->bus, "AddMatch", n, &first);

                g_variant_get(g_dbus_message_get_body(call), "(&s)", &rule);
                if (!strstr(rule, "member='JobRemoved'"))
                        continue;

                n_for_job++;
                g_assert_nonnull(strstr(rule, "arg2='" TEST_UNIT "'"));
                g_assert_cmpuint(first, <, start);
        }
        g_assert_cmpuint(n_for_job, ==, 1);
        g_assert_cmpuint(n_matches, <=, 2);
}

static void assert_text(ScopeTest *test, const char *name, const char *text) {
        g_autoptr(GVariant) value = NULL;

        g_assert_cmpint(scope_test_property(test, 0, name, &value), ==, text != NULL);
        if (text)
                g_assert_cmpstr(g_variant_get_string(value, NULL), ==, text);
}

static void test_message_bare(ScopeTest *test, gconstpointer data _unused_) {
        static const char *const absent[] = { "Description", "Slice", "User", "Group", "CollectMode", "PIDs" };
        g_autoptr(GVariant) controllers = NULL;
        const char *unit, *mode;

        assert_success(test);
        g_variant_get(g_dbus_message_get_body(fake_bus_nth(test->bus, "StartTransientUnit", 0, NULL)),
                      "(&s&sa(sv)a(sa(sv)))", &unit, &mode, NULL, NULL);
        g_assert_cmpstr(unit, ==, TEST_UNIT);
        g_assert_cmpstr(mode, ==, "fail");

        for (size_t i = 0; i < ELEMENTSOF(absent); i++)
                assert_text(test, absent[i], NULL);
        g_assert_false(scope_test_property(test, 0, "Delegate", NULL));

        g_assert_true(scope_test_property(test, 0, "DelegateControllers", &controllers));
        g_assert_cmpstr(g_variant_get_type_string(controllers), ==, "as");
        g_assert_cmpuint(g_variant_n_children(controllers), ==, 0);
}

static void test_message_full(ScopeTest *test, gconstpointer data _unused_) {
        g_autoptr(GVariant) controllers = NULL, memory = NULL;
        _cleanup_trouble_ Trouble trouble = {};

        test->request.description = "a \"text\"";
        test->request.slice = "some.slice";
        test->request.user = "somebody";
        test->request.group = "some";
        test->request.collect = true;
        test->request.controllers = controller_bit(CONTROLLER_IO) | controller_bit(CONTROLLER_CPU);
        g_assert_cmpint(property_list_add(&test->properties, "MemoryMax=1G", &trouble), ==, 0);

        assert_success(test);
        assert_text(test, "Description", "a \"text\"");
        assert_text(test, "Slice", "some.slice");
        assert_text(test, "User", "somebody");
        assert_text(test, "Group", "some");
        assert_text(test, "CollectMode", "inactive-or-failed");

        g_assert_true(scope_test_property(test, 0, "DelegateControllers", &controllers));
        g_assert_cmpuint(g_variant_n_children(controllers), ==, 2);
        g_assert_true(scope_test_property(test, 0, "MemoryMax", &memory));
        g_assert_cmpuint(g_variant_get_uint64(memory), ==, UINT64_C(1) << 30);
}

static void test_message_all_controllers(ScopeTest *test, gconstpointer data _unused_) {
        g_autoptr(GVariant) delegate = NULL;

        test->request.all_controllers = true;

        assert_success(test);
        g_assert_true(scope_test_property(test, 0, "Delegate", &delegate));
        g_assert_true(g_variant_get_boolean(delegate));
        g_assert_false(scope_test_property(test, 0, "DelegateControllers", NULL));
}

static void test_pidfds(ScopeTest *test, gconstpointer data _unused_) {
        g_autoptr(GVariant) processes = NULL;
        GUnixFDList *fds;

        assert_success(test);
        g_assert_true(scope_test_property(test, 0, "PIDFDs", &processes));
        g_assert_cmpstr(g_variant_get_type_string(processes), ==, "ah");
        g_assert_cmpuint(g_variant_n_children(processes), ==, 1);

        fds = g_dbus_message_get_unix_fd_list(fake_bus_nth(test->bus, "StartTransientUnit", 0, NULL));
        g_assert_nonnull(fds);
        g_assert_cmpint(g_unix_fd_list_get_length(fds), ==, 1);
}

static void refuse_property(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, READ_ONLY, "Cannot set property Foo, or unknown property.");
}

static void test_pidfds_unknown(ScopeTest *test, gconstpointer data _unused_) {
        pid_t pids[] = { test->pid, test->pid + 1 };
        int fds[] = { test->pidfd, test->pidfd };
        g_autoptr(GVariant) processes = NULL;
        uint32_t first, second;

        test->request.pids = pids;
        test->request.pidfds = fds;
        test->request.n_pids = ELEMENTSOF(pids);
        test->fake->start[0] = refuse_property;
        test->fake->start[1] = fake_accept;

        assert_success(test);
        scope_test_assert_calls(test, 2);
        g_assert_true(scope_test_property(test, 0, "PIDFDs", NULL));
        g_assert_false(scope_test_property(test, 1, "PIDFDs", NULL));

        g_assert_true(scope_test_property(test, 1, "PIDs", &processes));
        g_assert_cmpuint(g_variant_n_children(processes), ==, 2);
        g_variant_get_child(processes, 0, "u", &first);
        g_variant_get_child(processes, 1, "u", &second);
        g_assert_cmpuint(first, ==, test->pid);
        g_assert_cmpuint(second, ==, test->pid + 1);
}

static void test_property_unknown(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = refuse_property;

        g_assert_cmpint(scope_test_run(test), ==, -EROFS);
        scope_test_assert_message(test, "Cannot set property Foo, or unknown property", NULL);
        scope_test_assert_calls(test, 2);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        scope_test_add("/scope/plain", test_plain);
        scope_test_add("/scope/system", test_system);
        scope_test_add("/scope/not-inquired", test_not_inquired);
        scope_test_add("/scope/job-removed-before-reply", test_removed_first);
        scope_test_add("/scope/job-failed-before-reply", test_failed_first);
        scope_test_add("/scope/other-jobs", test_others);
        scope_test_add("/scope/other-jobs-only", test_others_only);
        scope_test_add("/scope/conversation", test_conversation);
        scope_test_add("/scope/message/bare", test_message_bare);
        scope_test_add("/scope/message/full", test_message_full);
        scope_test_add("/scope/message/all-controllers", test_message_all_controllers);
        scope_test_add("/scope/message/pidfds", test_pidfds);
        scope_test_add("/scope/message/pidfds-unknown", test_pidfds_unknown);
        scope_test_add("/scope/message/property-unknown", test_property_unknown);

        return g_test_run();
}
