/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the service comes and goes, and that nobody is lost who calls meanwhile. */

#include <signal.h>

#include "cgscoped/cgscoped-test.h"

#define SHORT (20 * USEC_PER_MSEC)
#define LONGER (200 * USEC_PER_MSEC)
#define ERROR_FAILED "org.freedesktop.DBus.Error.Failed"
#define ERROR_UNKNOWN "org.freedesktop.DBus.Error.ServiceUnknown"

static GVariant *own_change(void) {
        return change_new(service_test_uid(), "io", false);
}

static GVariant *everybody(void) {
        return g_variant_new("(t)", UINT64_MAX);
}

static GVariant *yes(void) {
        return g_variant_new_parsed("((true, false, @a{ss} {}),)");
}

static void end(ServiceTest *test, int status, const char *word) {
        g_autofree char *journal = service_test_end(test, status);

        if (word && !strstr(journal, word))
                g_error("\"%s\" is not in \"%s\"", word, journal);
        if (!word)
                g_assert_cmpstr(journal, ==, "");
}

/* It leaves of itself, and tells systemd before it does. */
static void test_idle(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller;

        test->options.idle = SHORT;
        service_test_start(test);
        service_test_expect(test, "STOPPING=1");
        end(test, EXIT_SUCCESS, NULL);

        caller = caller_new(service_test_uid());
        assert_answer(caller_call(caller, "Enable", own_change()), ERROR_UNKNOWN, NULL);
        caller_free(caller);
}

/* Neither who is asked for a password nor a change is left alone, however long it takes; then the time begins anew. */
static void test_busy(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller;
        uint32_t serial;
        gint64 begin;

        test->options.idle = LONGER;
        test->operation = OPERATION_GATED;
        service_test_activatable(test);
        test->polkit = fake_polkit_new(fake_polkit_ignore);
        caller = caller_new(service_test_uid());
        serial = caller_send(caller, "Enable", own_change(), true);
        service_test_start(test);

        (void) fake_bus_nth(test->bus, "CheckAuthorization", 0, NULL);
        g_usleep(LONGER + SHORT);
        fake_polkit_reply(test->polkit, fake_bus_nth(test->bus, "CheckAuthorization", 0, NULL), yes());
        service_test_await(test, 1);
        g_usleep(LONGER + SHORT);
        service_test_expect_nothing(test);

        begin = g_get_monotonic_time();
        service_test_open_gate(test, 1);
        assert_answer(caller_await(caller, serial), NULL, NULL);
        service_test_expect(test, "STOPPING=1");
        g_assert_cmpint(g_get_monotonic_time() - begin, >=, LONGER);
        end(test, EXIT_SUCCESS, "enabled");
        caller_free(caller);
}

/* The part of systemd: whenever the service has ended it is started again. */
static void *restart(void *userdata) {
        ServiceTest *test = userdata;

        do {
                service_test_start(test);
                service_test_expect(test, "STOPPING=1");
                g_free(service_test_end(test, EXIT_SUCCESS));
        } while (!g_atomic_int_get(&test->enough));

        return NULL;
}

/* A service that has no patience at all, and calls at any moment: each of them is answered, by one or the next. */
static void test_race(ServiceTest *test, gconstpointer data _unused_) {
        GThread *systemd;
        Caller *caller;

        test->options.idle = 1;
        service_test_activatable(test);
        test->polkit = fake_polkit_new(fake_polkit_authorize);
        caller = caller_new(service_test_uid());
        systemd = g_thread_new("systemd", restart, test);

        for (unsigned i = 0; i < 40; i++) {
                assert_answer(caller_call(caller, "Get", everybody()), NULL, NULL);
                assert_answer(caller_call(caller, "Enable", own_change()), NULL, NULL);
                g_usleep(i * 100);
        }

        g_atomic_int_set(&test->enough, true);
        (void) g_thread_join(systemd);
        caller_free(caller);
}

static pid_t bus_daemon(Caller *caller) {
        g_autoptr(GVariant) answer = NULL;
        g_autoptr(GError) error = NULL;
        unsigned pid;

        answer = g_dbus_connection_call_sync(caller->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                             "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                                             g_variant_new("(s)", "org.freedesktop.DBus"), NULL, G_DBUS_CALL_FLAGS_NONE,
                                             -1, NULL, &error);
        g_assert_no_error(error);
        g_variant_get(answer, "(u)", &pid);
        return (pid_t) pid;
}

/* The call is on its way when the service decides to leave: the bus has it, and has not heard of that yet. */
static void test_late_call(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller;
        uint32_t serial;
        pid_t pid;

        test->options.idle = LONGER;
        service_test_activatable(test);
        caller = caller_new(service_test_uid());
        pid = bus_daemon(caller);
        service_test_start(test);

        g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
        serial = caller_send(caller, "Get", everybody(), false);
        (void) g_dbus_connection_flush_sync(caller->connection, NULL, NULL);
        service_test_expect(test, "STOPPING=1");
        g_assert_cmpint(kill(pid, SIGCONT), ==, 0);
        end(test, EXIT_SUCCESS, NULL);

        /* Where the bus read the other way round it waits for the next one. */
        service_test_start(test);
        assert_answer(caller_await(caller, serial), NULL, NULL);
        caller_free(caller);
        service_test_expect(test, "STOPPING=1");
        end(test, EXIT_SUCCESS, NULL);
}

/* Told to stop: what runs is done and answered, what does not is refused, and no dialog stays on the screen. */
static void test_stop(ServiceTest *test, int number) {
        uint32_t running, queued, asked;
        Caller *caller;

        test->operation = OPERATION_GATED;
        test->polkit = fake_polkit_new(fake_polkit_ignore);
        service_test_start(test);
        caller = caller_new(service_test_uid());

        running = caller_send(caller, "Enable", own_change(), true);
        fake_polkit_reply(test->polkit, fake_bus_nth(test->bus, "CheckAuthorization", 0, NULL), yes());
        service_test_await(test, 1);
        queued = caller_send(caller, "Disable", own_change(), true);
        fake_polkit_reply(test->polkit, fake_bus_nth(test->bus, "CheckAuthorization", 1, NULL), yes());
        asked = caller_send(caller, "Disable", own_change(), true);
        (void) fake_bus_nth(test->bus, "CheckAuthorization", 2, NULL);

        (void) kill(test->pid, number);
        service_test_expect(test, "STOPPING=1");
        assert_answer(caller_await(caller, asked), ERROR_FAILED, "is being stopped", NULL);
        assert_answer(caller_await(caller, queued), ERROR_FAILED, "is being stopped", NULL);
        (void) fake_bus_nth(test->bus, "CancelCheckAuthorization", 0, NULL);
        assert_answer(caller_call(caller, "Get", everybody()), ERROR_UNKNOWN, NULL);

        (void) kill(test->pid, number); /* impatience changes nothing */
        service_test_open_gate(test, 1);
        assert_answer(caller_await(caller, running), NULL, NULL);
        end(test, EXIT_SUCCESS, "enabled");
        caller_free(caller);
}

static void test_sigterm(ServiceTest *test, gconstpointer data _unused_) {
        test_stop(test, SIGTERM);
}

static void test_sigint(ServiceTest *test, gconstpointer data _unused_) {
        test_stop(test, SIGINT);
}

/* Its name is given up, and it is not there for who knows how else to call it. */
static void test_past_name(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *owner = NULL;
        g_autoptr(GVariant) answer = NULL;
        g_autoptr(GError) error = NULL;
        Caller *caller;
        uint32_t running;

        test->operation = OPERATION_GATED;
        test->polkit = fake_polkit_new(fake_polkit_authorize);
        service_test_start(test);
        caller = caller_new(service_test_uid());
        running = caller_send(caller, "Enable", own_change(), true);
        service_test_await(test, 1);
        owner = g_strdup(g_dbus_message_get_sender(fake_bus_nth(test->bus, "CheckAuthorization", 0, NULL)));
        (void) kill(test->pid, SIGTERM);
        service_test_expect(test, "STOPPING=1");

        answer = g_dbus_connection_call_sync(caller->connection, owner, "/org/cgscope/Delegation1", DESTINATION, "Get",
                                             everybody(), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
        g_assert_null(answer);
        g_assert_nonnull(strstr(error->message, "about to end"));

        service_test_open_gate(test, 1);
        assert_answer(caller_await(caller, running), NULL, NULL);
        end(test, EXIT_SUCCESS, "enabled");
        caller_free(caller);
}

/* The bus goes away: a change that runs is done all the same. */
static void test_bus_dies(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        Caller *caller;

        test->operation = OPERATION_GATED;
        test->polkit = fake_polkit_new(fake_polkit_authorize);
        service_test_start(test);
        caller = caller_new(service_test_uid());
        (void) caller_send(caller, "Enable", own_change(), true);
        service_test_await(test, 1);

        g_dbus_connection_set_exit_on_close(caller->connection, false);
        fake_bus_kill(test->bus);
        service_test_open_gate(test, 1);
        end(test, EXIT_FAILURE, "the bus is gone");
        record = service_test_record(test);
        g_assert_nonnull(strstr(record, "end enable"));
        caller_free(caller);
}

static void test_no_bus(ServiceTest *test, gconstpointer data _unused_) {
        fake_bus_kill(test->bus);
        service_test_spawn(test);
        end(test, EXIT_FAILURE, "system");
}

static void test_name_taken(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller = caller_new(service_test_uid());
        g_autoptr(GVariant) answer = NULL;
        g_autoptr(GError) error = NULL;

        answer = g_dbus_connection_call_sync(
                caller->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                "RequestName", g_variant_new("(su)", DESTINATION, 4), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
        g_assert_no_error(error);
        service_test_spawn(test);
        end(test, EXIT_FAILURE, "another cgscoped runs");
        caller_free(caller);
}

static void add(void) {
        service_test_add("/service-life/idle", test_idle);
        service_test_add("/service-life/busy", test_busy);
        service_test_add("/service-life/race", test_race);
        service_test_add("/service-life/late-call", test_late_call);
        service_test_add("/service-life/sigterm", test_sigterm);
        service_test_add("/service-life/sigint", test_sigint);
        service_test_add("/service-life/past-name", test_past_name);
        service_test_add("/service-life/bus-dies", test_bus_dies);
        service_test_add("/service-life/no-bus", test_no_bus);
        service_test_add("/service-life/name-taken", test_name_taken);
}

int main(int argc, char *argv[]) {
        return service_test_main(argc, argv, add);
}
