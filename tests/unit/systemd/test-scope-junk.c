/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* scope_start(): answers that make no sense, and errors in words. */

#include "systemd/scope-test.h"

#define SHORT_USEC (300 * USEC_PER_MSEC)
#define DBUS_ERROR "org.freedesktop.DBus.Error."

static void reply_text(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(s)", "hello"));
}

static void reply_nothing(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, NULL);
}

static void test_reply(ScopeTest *test, gconstpointer data) {
        test->fake->start[0] = data ? reply_nothing : reply_text;

        g_assert_cmpint(scope_test_run(test), <, 0);
        scope_test_assert_message(test, "your user manager", NULL);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 1);
        g_assert_true(test->result.pending);
}

static void reply_long_job(FakeManager *fake, GDBusMessage *call) {
        g_autofree char *id = g_strnfill(300, '7'), *job = g_strconcat(FAKE_JOB, id, NULL);

        fake_reply(fake, call, g_variant_new("(o)", job));
        fake_job_removed(fake, job, fake->unit, "done");
}

static void test_long_job(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = reply_long_job;

        g_assert_cmpint(scope_test_run(test), <, 0);
        g_assert_nonnull(test->trouble.cause);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 1);
        g_assert_true(test->result.pending);
}

static void long_job_first(FakeManager *fake, GDBusMessage *call) {
        g_autofree char *id = g_strnfill(300, '7'), *job = g_strconcat(FAKE_JOB, id, NULL);

        fake_job_removed(fake, job, fake->unit, "done");
        fake_accept(fake, call);
}

static void test_long_other_job(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = long_job_first;

        g_assert_cmpint(scope_test_run(test), ==, 0);
}

/* Signals that look like the one waited for but for their types: passed over. */
static void junk_signals(FakeManager *fake, GDBusMessage *call) {
        fake_signal(fake, "JobRemoved", g_variant_new("(sos)", "42", FAKE_JOB, fake->unit));
        fake_reply_job(fake, call);
        fake_signal(fake, "JobRemoved", g_variant_new("(sos)", "42", FAKE_JOB, fake->unit));
        fake_signal(fake, "JobRemoved", g_variant_new("(uosu)", 42, FAKE_JOB, fake->unit, 0));
        fake_signal(fake, "JobRemoved", g_variant_new("(usss)", 42, FAKE_JOB, fake->unit, "done"));
        fake_signal(fake, "JobRemoved", g_variant_new("()"));
        fake_signal(fake, "JobNew", g_variant_new("(uos)", 42, FAKE_JOB, fake->unit));
}

static void junk_signals_only(FakeManager *fake, GDBusMessage *call) {
        junk_signals(fake, call);
}

static void junk_signals_then_done(FakeManager *fake, GDBusMessage *call) {
        junk_signals(fake, call);
        fake_job_removed(fake, FAKE_JOB, fake->unit, "done");
}

static void test_signal(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = junk_signals_then_done;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_calls(test, 1);
}

static void test_signal_only(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = junk_signals_only;
        test->timeout = SHORT_USEC;

        g_assert_cmpint(scope_test_run(test), ==, -ETIMEDOUT);
        scope_test_assert_calls(test, 1);
        g_assert_true(test->result.pending);
}

static void get_number(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(v)", g_variant_new_uint32(42)));
}

static void get_refused(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, DBUS_ERROR "UnknownObject", "Unknown object");
}

static void test_property(ScopeTest *test, gconstpointer data _unused_) {
        static const FakeAnswer answers[] = { get_number, get_refused, reply_text, reply_nothing };

        for (unsigned i = 0; i < ELEMENTSOF(answers); i++) {
                test->fake->get = answers[i];

                g_assert_cmpint(scope_test_run(test), <, 0);
                scope_test_assert_message(test, "your user manager", NULL);
                scope_test_assert_quick(test);
                scope_test_assert_calls(test, i + 1);
        }
}

/* The control group is right, the other property is not: it is for the command's environment only. */
static void get_bad_id(FakeManager *fake, GDBusMessage *call) {
        static const guint8 id[15] = {};
        const char *property;
        GVariant *value;

        g_variant_get(g_dbus_message_get_body(call), "(&s&s)", NULL, &property);
        if (streq(property, "ControlGroup"))
                value = g_variant_new_string("/right");
        else
                value = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, id, sizeof(id), 1);
        fake_reply(fake, call, g_variant_new("(v)", value));
}

static void test_bad_invocation_id(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->get = get_bad_id;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        g_assert_cmpstr(test->result.control_group, ==, "/right");
        g_assert_cmpstr(test->result.invocation_id, ==, "");
}

/* A path cut off is another path. */
static void test_long_control_group(ScopeTest *test, gconstpointer data _unused_) {
        g_autofree char *path = g_strnfill(5000, 'x');

        path[0] = '/';
        test->fake->control_group = path;

        g_assert_cmpint(scope_test_run(test), <, 0);
        g_assert_nonnull(test->trouble.cause);
        scope_test_assert_calls(test, 1);
}

static struct { const char *name, *text; } remote_error;

static void refuse(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, remote_error.name, remote_error.text);
}

static void test_errors(ScopeTest *test, gconstpointer data _unused_) {
        static const struct {
                const char *name, *text;
                int r;
                const char *word;
        } rows[] = {
                { DBUS_ERROR "AccessDenied", "Rejected send message", -EACCES, "refuses: Rejected send message" },
                { DBUS_ERROR "InteractiveAuthorizationRequired", "Interactive authentication required.", -EACCES,
                  "refuses: Interactive authentication required" },
                { DBUS_ERROR "UnixProcessIdUnknown", "Process with ID 999999 does not exist.", -ESRCH,
                  "Process with ID 999999 does not exist" },
                { DBUS_ERROR "InvalidArgs", "Invalid unit name or type.", -EINVAL, "Invalid unit name or type" },
                { "System.Error.ENXIO", "Failed to set unit properties", -ENXIO, "Failed to set unit properties" },
                { DBUS_ERROR "ServiceUnknown", "The name is not activatable", -ESRCH, "no systemd on the bus" },
                { "com.example.Strange", "what 100%s is", -EIO, "what 100%s is" },
                /* Without a text their name has to do. */
                { DBUS_ERROR "AccessDenied", NULL, -EACCES, "AccessDenied" },
                { DBUS_ERROR "InvalidArgs", NULL, -EINVAL, "InvalidArgs" },
                { "com.example.Strange", NULL, -EIO, "com.example.Strange" },
                { "org.freedesktop.systemd1.UnitExists", NULL, -EEXIST, TEST_UNIT },
        };

        test->fake->start[0] = refuse;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                remote_error.name = rows[i].name;
                remote_error.text = rows[i].text;

                g_assert_cmpint(scope_test_run(test), ==, rows[i].r);
                scope_test_assert_message(test, rows[i].word, NULL);
                scope_test_assert_quick(test);
                scope_test_assert_calls(test, i + 1);
                g_assert_false(test->result.pending);
        }
}

static void test_no_systemd(ScopeTest *test, gconstpointer data _unused_) {
        fake_manager_free(test->fake);
        fake_bus_free(test->bus);
        test->bus = fake_bus_new(false);

        g_assert_cmpint(scope_test_run(test), ==, -ESRCH);
        scope_test_assert_message(test, "no systemd", "DBUS_SESSION_BUS_ADDRESS", fake_bus_address(), NULL);
        scope_test_assert_quick(test);

        test->options.kind = MANAGER_SYSTEM;
        g_assert_cmpint(scope_test_run(test), ==, -ESRCH);
        scope_test_assert_message(test, "no systemd on the system bus", NULL);

        test->fake = fake_manager_new(test->bus);
}

/* A stranger on the bus says that the job has failed, and that the manager has gone, to the caller alone. */
static void send_forgery(GDBusConnection *stranger, const char *to, const char *path, const char *interface,
                         const char *member, GVariant *body) {
        g_autoptr(GError) error = NULL;

        (void) g_dbus_connection_emit_signal(stranger, to, path, interface, member, body, &error);
        g_assert_no_error(error);
        (void) g_dbus_connection_flush_sync(stranger, NULL, NULL);
}

static void be_forged(FakeManager *fake, GDBusMessage *call) {
        const char *client = g_dbus_message_get_sender(call);
        g_autoptr(GDBusConnection) stranger = NULL;

        fake_reply_job(fake, call);

        stranger = g_dbus_connection_new_for_address_sync(fake_bus_address(),
                                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                          NULL, NULL, NULL);
        send_forgery(stranger, client, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "JobRemoved",
                     g_variant_new("(uoss)", 42, FAKE_JOB, fake->unit, "failed"));
        send_forgery(stranger, client, "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged",
                     g_variant_new("(sss)", "org.freedesktop.systemd1", ":1.0", ""));
        (void) g_dbus_connection_close_sync(stranger, NULL, NULL);

        g_usleep(SHORT_USEC);
        fake_job_removed(fake, FAKE_JOB, fake->unit, "done");
}

static void test_forged(ScopeTest *test, gconstpointer data _unused_) {
        test->options.absence = SHORT_USEC / 3;
        test->fake->start[0] = be_forged;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_calls(test, 1);
}

/* The end of the job is told before the answer to the call, and then a stranger tells of another job's, to us alone. */
static void be_forged_early(FakeManager *fake, GDBusMessage *call) {
        const char *client = g_dbus_message_get_sender(call);
        g_autoptr(GDBusConnection) stranger = NULL;

        fake_job_removed(fake, FAKE_JOB, fake->unit, "done");
        stranger = g_dbus_connection_new_for_address_sync(fake_bus_address(),
                                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                          NULL, NULL, NULL);
        send_forgery(stranger, client, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "JobRemoved",
                     g_variant_new("(uoss)", 43, FAKE_OTHER_JOB, fake->unit, "done"));
        (void) g_dbus_connection_close_sync(stranger, NULL, NULL);
        g_usleep(SHORT_USEC);
        fake_reply_job(fake, call);
}

static void test_forged_early(ScopeTest *test, gconstpointer data _unused_) {
        test->fake->start[0] = be_forged_early;

        g_assert_cmpint(scope_test_run(test), ==, 0);
        scope_test_assert_quick(test);
        scope_test_assert_calls(test, 1);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        scope_test_add("/scope/junk/reply", test_reply);
        g_test_add("/scope/junk/reply-empty", ScopeTest, "empty", scope_test_setup, test_reply, scope_test_teardown);
        scope_test_add("/scope/junk/long-job", test_long_job);
        scope_test_add("/scope/junk/long-other-job", test_long_other_job);
        scope_test_add("/scope/junk/signal", test_signal);
        scope_test_add("/scope/junk/signal-only", test_signal_only);
        scope_test_add("/scope/junk/property", test_property);
        scope_test_add("/scope/junk/invocation-id", test_bad_invocation_id);
        scope_test_add("/scope/junk/long-control-group", test_long_control_group);
        scope_test_add("/scope/junk/forged-signals", test_forged);
        scope_test_add("/scope/junk/forged-early", test_forged_early);
        scope_test_add("/scope/error/texts", test_errors);
        scope_test_add("/scope/error/no-systemd", test_no_systemd);

        return g_test_run();
}
