/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may change something: what polkit is asked, and that nothing but its clear yes is one. */

#include <signal.h>

#include "cgscoped/cgscoped-test.h"

#define HAND "Authentication is required to hand the cgroup controllers $(controllers) to $(user)"
#define TAKE "Authentication is required to take the cgroup controllers $(controllers) back from $(user)"

static Caller *start(ServiceTest *test, FakePolkitAnswer answer) {
        if (answer)
                test->polkit = fake_polkit_new(answer);
        service_test_start(test);
        return caller_new(service_test_uid());
}

static GVariant *own_change(void) {
        return change_new(service_test_uid(), "io", false);
}

/* Nothing was done, and the service is there for the next. */
static void assert_nothing_done(ServiceTest *test, Caller *caller) {
        g_autofree char *record = service_test_record(test);

        g_assert_cmpstr(record, ==, "");
        assert_answer(caller_call(caller, "Get", g_variant_new("(t)", UINT64_MAX)), NULL, NULL);
}

static int compare(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The details in @call, a line each, in the order of the keys. */
static char *print_details(GDBusMessage *call) {
        g_autoptr(GVariant) details = g_variant_get_child_value(g_dbus_message_get_body(call), 2);
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
        const char *key, *value;
        GVariantIter iter;

        g_variant_iter_init(&iter, details);
        while (g_variant_iter_next(&iter, "{&s&s}", &key, &value))
                g_ptr_array_add(lines, g_strdup_printf("%s=%s", key, value));
        g_ptr_array_sort(lines, compare);
        g_ptr_array_add(lines, NULL);

        return g_strjoinv("\n", (char **) lines->pdata);
}

static void assert_question(GDBusMessage *call, const char *sender, const char *action, const char *details,
                            unsigned flags) {
        g_autofree char *printed = print_details(call), *subject = NULL, *expected = NULL;
        g_autoptr(GVariant) who = g_variant_get_child_value(g_dbus_message_get_body(call), 0);
        const char *id, *asked;
        unsigned asked_flags;

        g_assert_cmpstr(g_dbus_message_get_destination(call), ==, FAKE_POLKIT_NAME);
        g_assert_cmpstr(g_dbus_message_get_path(call), ==, "/org/freedesktop/PolicyKit1/Authority");
        g_assert_cmpstr(g_dbus_message_get_interface(call), ==, "org.freedesktop.PolicyKit1.Authority");
        g_assert_cmpstr(g_dbus_message_get_signature(call), ==, "(sa{sv})sa{ss}us");

        subject = g_variant_print(who, false);
        expected = g_strdup_printf("('system-bus-name', {'name': <'%s'>})", sender);
        g_assert_cmpstr(subject, ==, expected);

        g_variant_get(g_dbus_message_get_body(call), "(@(sa{sv})&s@a{ss}u&s)", NULL, &asked, NULL, &asked_flags, &id);
        g_assert_cmpstr(asked, ==, action);
        g_assert_cmpstr(printed, ==, details);
        g_assert_cmpuint(asked_flags, ==, flags);
        g_assert_cmpstr(id, !=, "");
}

#define OWN "org.cgscope.delegation.enable-own"
#define ANY "org.cgscope.delegation.enable-any"
#define DISABLE "org.cgscope.delegation.disable"

/* "uid=", "user=" are put in. */
static void test_question(ServiceTest *test, gconstpointer data _unused_) {
        static const struct {
                const char *member, *parameters; /* behind the uid */
                int whose;                       /* the caller's own, root's, everybody's */
                const char *action, *controllers, *runtime, *message;
        } rows[] = {
                { "Enable", "['io', 'cpuset'], false", 0, OWN, "cpuset io", "no", HAND },
                { "Enable", "['io'], true", 0, OWN, "io", "yes", HAND },
                { "EnableWithFlags", "['pids'], uint64 3, uint64 0", 0, OWN, "pids", "yes", HAND },
                { "Enable", "['cpu', 'memory'], false", 1, ANY, "cpu memory", "no", HAND },
                { "Enable", "['io'], true", 2, ANY, "io", "yes", HAND },
                { "Disable", "['io'], false", 0, DISABLE, "io", "no", TAKE },
                { "Disable", "['io'], true", 1, DISABLE, "io", "yes", TAKE },
                { "DisableWithFlags", "['io'], uint64 1, uint64 0", 2, DISABLE, "io", "yes", TAKE },
        };
        const guint64 uids[] = { service_test_uid(), 0, UINT64_MAX };
        const char *const users[] = { service_test_user(), "root", "every user" };
        Caller *caller = start(test, fake_polkit_authorize);

        for (unsigned i = 0; i < ELEMENTSOF(rows); i++)
                for (unsigned interactive = 0; interactive < 2; interactive++) {
                        guint64 uid = uids[rows[i].whose];
                        g_autofree char *parameters =
                                g_strdup_printf("(uint64 %" G_GUINT64_FORMAT ", %s)", uid, rows[i].parameters);
                        g_autofree char *number =
                                uid == UINT64_MAX ? g_strdup("all") : g_strdup_printf("%" G_GUINT64_FORMAT, uid);
                        g_autofree char *details = g_strdup_printf(
                                "controllers=%s\npolkit.gettext_domain=cgscope\npolkit.message=%s\n"
                                "runtime=%s\nuid=%s\nuser=%s",
                                rows[i].controllers, rows[i].message, rows[i].runtime, number, users[rows[i].whose]);

                        assert_answer(caller_await(caller, caller_send(caller, rows[i].member,
                                                                       g_variant_new_parsed(parameters), interactive)),
                                      NULL, NULL);
                        assert_question(fake_bus_nth(test->bus, "CheckAuthorization", 2 * i + interactive, NULL),
                                        g_dbus_connection_get_unique_name(caller->connection), rows[i].action, details,
                                        interactive);
                }

        caller_free(caller);
}

/* The name by which a question can be taken back, from that or from the question. */
static const char *cancellation(GDBusMessage *call) {
        const char *id;

        g_variant_get_child(g_dbus_message_get_body(call),
                            strcmp(g_dbus_message_get_member(call), "CheckAuthorization") == 0 ? 4 : 0, "&s", &id);
        return id;
}

static void test_answers(ServiceTest *test, gconstpointer data _unused_) {
        static const struct {
                FakePolkitAnswer answer;
                bool interactive;
                const char *error, *word;
        } rows[] = {
                { fake_polkit_deny, false, ERROR_ACCESS, "is not authorised to enable io for" },
                { fake_polkit_deny, true, ERROR_ACCESS, OWN },
                { fake_polkit_dismiss, true, ERROR_ACCESS, "dismissed" },
                { fake_polkit_challenge, false, ERROR_INTERACTIVE, "did not allow to ask" },
                { fake_polkit_challenge, true, ERROR_INTERACTIVE, "no polkit agent" },
                { fake_polkit_fail, false, ERROR_ACCESS, "Action is\\x0anot registered" },
                { fake_polkit_babble, true, ERROR_ACCESS, "its answer makes no sense" },
        };
        Caller *caller = start(test, fake_polkit_ignore);

        for (unsigned i = 0; i < ELEMENTSOF(rows); i++) {
                test->polkit->answer = rows[i].answer;
                assert_answer(caller_await(caller, caller_send(caller, "Enable", own_change(), rows[i].interactive)),
                              rows[i].error, rows[i].word, NULL);
        }

        for (unsigned i = 1; i < ELEMENTSOF(rows); i++)
                g_assert_cmpstr(cancellation(fake_bus_nth(test->bus, "CheckAuthorization", i, NULL)), !=,
                                cancellation(fake_bus_nth(test->bus, "CheckAuthorization", i - 1, NULL)));
        g_assert_cmpuint(fake_bus_count(test->bus, "CancelCheckAuthorization"), ==, 0);
        assert_nothing_done(test, caller);
        caller_free(caller);
}

static void test_absent(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller = start(test, NULL);

        for (unsigned i = 0; i < 2; i++)
                assert_answer(caller_await(caller, caller_send(caller, "Enable", own_change(), i)), ERROR_ACCESS,
                              "polkit is not running", "systemctl start polkit", NULL);
        assert_nothing_done(test, caller);
        caller_free(caller);
}

/* It is there, and cannot be started. */
static void test_broken(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller;

        service_test_broken_polkit(test);
        caller = start(test, NULL);
        assert_answer(caller_call(caller, "Disable", own_change()), ERROR_ACCESS, "polkit is not running", NULL);
        assert_nothing_done(test, caller);
        caller_free(caller);
}

static void test_dies(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller = start(test, fake_polkit_leave);

        assert_answer(caller_await(caller, caller_send(caller, "Enable", own_change(), true)), ERROR_ACCESS,
                      "polkit is not running", NULL);
        assert_nothing_done(test, caller);
        caller_free(caller);
}

/* Nobody answers: each kind of question has its own patience, and is taken back at the end. */
static void test_timeout(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        Caller *caller;

        for (unsigned interactive = 0; interactive < 2; interactive++) {
                test->options.timeouts.authorize = interactive ? USEC_INFINITY : 20 * USEC_PER_MSEC;
                test->options.timeouts.interactive = interactive ? 20 * USEC_PER_MSEC : USEC_INFINITY;
                caller = start(test, interactive ? NULL : fake_polkit_ignore);

                assert_answer(caller_await(caller, caller_send(caller, "Enable", own_change(), interactive)),
                              ERROR_ACCESS, "nobody answered in time", NULL);
                g_assert_cmpstr(cancellation(fake_bus_nth(test->bus, "CancelCheckAuthorization", interactive, NULL)),
                                ==, cancellation(fake_bus_nth(test->bus, "CheckAuthorization", interactive, NULL)));
                caller_free(caller);

                (void) kill(test->pid, SIGTERM);
                service_test_expect(test, "STOPPING=1");
                g_free(service_test_end(test, EXIT_SUCCESS));
        }
        record = service_test_record(test);
        g_assert_cmpstr(record, ==, "");
}

/* The one who asked leaves: the question is taken back, and a yes that comes all the same changes nothing. */
static void test_caller_leaves(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller = start(test, fake_polkit_ignore), *other = caller_new(service_test_uid());
        GDBusMessage *check;

        (void) caller_send(caller, "Enable", own_change(), true);
        check = fake_bus_nth(test->bus, "CheckAuthorization", 0, NULL);
        caller_free(caller);

        g_assert_cmpstr(cancellation(fake_bus_nth(test->bus, "CancelCheckAuthorization", 0, NULL)), ==,
                        cancellation(check));
        fake_polkit_reply(test->polkit, check, g_variant_new_parsed("((true, false, @a{ss} {}),)"));
        assert_nothing_done(test, other);
        caller_free(other);
}

/* So does one of two, whose other question stands. */
static void test_one_leaves(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller = start(test, fake_polkit_ignore), *other = caller_new(service_test_uid());
        GDBusMessage *check;
        uint32_t serial;

        (void) caller_send(caller, "Enable", own_change(), true);
        (void) fake_bus_nth(test->bus, "CheckAuthorization", 0, NULL);
        serial = caller_send(other, "Disable", own_change(), true);
        check = fake_bus_nth(test->bus, "CheckAuthorization", 1, NULL);

        caller_free(caller);
        (void) fake_bus_nth(test->bus, "CancelCheckAuthorization", 0, NULL);
        fake_polkit_reply(test->polkit, check, g_variant_new_parsed("((true, false, @a{ss} {}),)"));
        assert_answer(caller_await(other, serial), NULL, NULL);
        g_assert_cmpuint(fake_bus_count(test->bus, "CancelCheckAuthorization"), ==, 1);
        caller_free(other);
}

static void add(void) {
        service_test_add("/service-polkit/question", test_question);
        service_test_add("/service-polkit/answers", test_answers);
        service_test_add("/service-polkit/absent", test_absent);
        service_test_add("/service-polkit/broken", test_broken);
        service_test_add("/service-polkit/dies", test_dies);
        service_test_add("/service-polkit/timeout", test_timeout);
        service_test_add("/service-polkit/caller-leaves", test_caller_leaves);
        service_test_add("/service-polkit/one-leaves", test_one_leaves);
}

int main(int argc, char *argv[]) {
        return service_test_main(argc, argv, add);
}
