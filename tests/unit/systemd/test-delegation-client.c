/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the command asks cgscoped, and what it makes of the answers. */

#include "basic/clock.h"
#include "systemd/delegation-client.h"
#include "systemd/delegation-message.h"
#include "systemd/fake-manager.h"
#include "systemd/manager-open.h"

typedef struct ClientTest {
        FakeBus *bus;
        FakeManager *fake; /* cgscoped */
        Manager *manager;
        DelegationRequest request;
        DelegationState state;
        Trouble trouble;
} ClientTest;

#define IO (1U << CONTROLLER_IO)
#define CPUSET (1U << CONTROLLER_CPUSET)

static void reply_state(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call,
                   g_variant_new_parsed("([(@t 1000, false, 'cgscope', ['io'])], "
                                        "[(@t 1000, ['io', 'cpu'], ['io'], ['io'], @as [], 'applied')])"));
}

static void setup(ClientTest *test, gconstpointer data _unused_) {
        const ManagerOptions options = { .kind = MANAGER_SYSTEM, .deadline = deadline_after(10 * USEC_PER_SEC) };

        test->request = (DelegationRequest) { .operation = DELEGATION_ENABLE, .uid = 1000, .controllers = IO | CPUSET };
        test->bus = fake_bus_new(true);
        test->fake = fake_service_new(test->bus, DELEGATION_NAME);
        test->fake->any = reply_state;
        test->fake->userdata = test;
        g_assert_cmpint(manager_open(&options, &test->manager, &test->trouble), ==, 0);
}

static void teardown(ClientTest *test, gconstpointer data _unused_) {
        manager_free(test->manager);
        fake_manager_free(test->fake);
        fake_bus_free(test->bus);
        delegation_state_done(&test->state);
        trouble_done(&test->trouble);
}

static int ask(ClientTest *test) {
        delegation_state_done(&test->state);
        trouble_done(&test->trouble);
        return delegation_ask(test->manager, &test->request, &test->state, &test->trouble);
}

/* It fails with @error, in one line that has @word in it. */
static void ask_in_vain(ClientTest *test, int error, const char *word) {
        g_assert_cmpint(ask(test), ==, error);
        _cleanup_free_ char *text = trouble_text(&test->trouble, 0);

        g_assert_nonnull(test->trouble.cause);
        g_assert_null(strchr(text, '\n'));
        g_assert_false(g_str_has_suffix(text, "."));
        if (!strstr(text, word))
                g_error("\"%s\" is not in \"%s\"", word, text);
        g_assert_null(test->state.managers);
}

static void test_requests(ClientTest *test, gconstpointer data _unused_) {
        static const struct {
                DelegationRequest request;
                const char *method, *arguments;
        } rows[] = {
                { { DELEGATION_GET, 1000, 0, 0 }, "Get", "(uint64 1000,)" },
                { { DELEGATION_GET, DELEGATION_EVERYBODY, IO, DELEGATION_FLAGS_ALL },
                  "Get",
                  "(uint64 18446744073709551615,)" },
                { { DELEGATION_ENABLE, 0, IO | CPUSET, 0 }, "Enable", "(uint64 0, ['cpuset', 'io'], false)" },
                { { DELEGATION_ENABLE, 1000, IO, DELEGATION_RUNTIME }, "Enable", "(uint64 1000, ['io'], true)" },
                { { DELEGATION_ENABLE, 1000, IO, DELEGATION_RUNTIME | DELEGATION_NO_APPLY },
                  "EnableWithFlags",
                  "(uint64 1000, ['io'], uint64 3, uint64 0)" },
                { { DELEGATION_DISABLE, DELEGATION_EVERYBODY, IO, 0 },
                  "Disable",
                  "(uint64 18446744073709551615, ['io'], false)" },
                { { DELEGATION_DISABLE, 1000, IO, DELEGATION_NO_APPLY },
                  "DisableWithFlags",
                  "(uint64 1000, ['io'], uint64 2, uint64 0)" },
                { { DELEGATION_ENABLE, 1000, IO, 0, .timeout = 5 },
                  "EnableWithFlags",
                  "(uint64 1000, ['io'], uint64 0, uint64 5)" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                unsigned before = fake_bus_count(test->bus, rows[i].method);
                g_autofree char *arguments = NULL;
                GDBusMessage *call;

                test->request = rows[i].request;
                g_assert_cmpint(ask(test), ==, 0);
                call = fake_bus_nth(test->bus, rows[i].method, before, NULL);
                arguments = g_variant_print(g_dbus_message_get_body(call), true);
                g_assert_cmpstr(arguments, ==, rows[i].arguments);
                g_assert_cmpstr(g_dbus_message_get_path(call), ==, "/org/cgscope/Delegation1");
                g_assert_cmpstr(g_dbus_message_get_interface(call), ==, "org.cgscope.Delegation1");
        }

        g_assert_cmpuint(test->state.n_drop_ins, ==, 1);
        g_assert_cmpuint(test->state.n_managers, ==, 1);
        g_assert_cmpint(test->state.managers[0].outcome, ==, OUTCOME_APPLIED);
        g_assert_null(test->trouble.cause);
}

/* polkit may ask where the command may be asked, and not elsewhere. */
static void test_interactive(ClientTest *test, gconstpointer data _unused_) {
        ManagerOptions options = test->manager->options;
        GDBusMessageFlags flags;

        g_assert_cmpint(ask(test), ==, 0);
        flags = g_dbus_message_get_flags(fake_bus_nth(test->bus, "Enable", 0, NULL));
        g_assert_false(flags & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);

        manager_free(test->manager);
        options.ask_password = true;
        g_assert_cmpint(manager_open(&options, &test->manager, &test->trouble), ==, 0);
        g_assert_cmpint(ask(test), ==, 0);
        flags = g_dbus_message_get_flags(fake_bus_nth(test->bus, "Enable", 1, NULL));
        g_assert_true(flags & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
}

static const struct Refusal {
        const char *name, *text;
        int error;
        const char *word;
} refusals[] = {
        { DELEGATION_ERROR_NO_SUCH_USER, "there is no user with uid 1000", -ESRCH, "there is no user with uid 1000" },
        { DELEGATION_ERROR_NO_SUCH_CONTROLLER, "there is no io", -EOPNOTSUPP, "there is no io" },
        { DELEGATION_ERROR_NOT_OURS, "/etc/x is the administrator's", -EEXIST, "/etc/x is" },
        { DELEGATION_ERROR_UNSAFE, "a link", -ELOOP, "a link" },
        { "org.cgscope.Delegation1.Error.New", "of a newer version", -EIO, "of a newer version" },
        { "org.freedesktop.DBus.Error.AccessDenied", "uid 1000 is not authorised; a rule can", -EACCES,
          "uid 1000 is not authorised; a rule can" },
        { "org.freedesktop.DBus.Error.AccessDenied", "Rejected send message, 1 matched rules; type=\"method_call\"",
          -EACCES, "policy installed" },
        { "org.freedesktop.DBus.Error.AccessDenied", "Sender is not authorized to send message", -EACCES,
          "policy installed" },
        { "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", "needs authentication; ask as root", -EACCES,
          "needs authentication; ask as root" },
        { "org.freedesktop.DBus.Error.LimitsExceeded", "too many requests; try again", -ENOBUFS,
          "too many requests; try again" },
        { "org.freedesktop.DBus.Error.ServiceUnknown", "The name is not known", -ENOPKG,
          "not installed, or the system bus does not know it; root can do without it: cgscope enable --root=/ "
          "--user-id 1000 cpuset io" },
        { "org.freedesktop.DBus.Error.NameHasNoOwner", "no owner", -ENOPKG, "not installed" },
        { "org.freedesktop.DBus.Error.Spawn.ServiceNotFound", "not found", -ENOPKG, "not installed" },
        { "org.freedesktop.systemd1.NoSuchUnit", "Unit cgscoped.service not found.", -ENOPKG, "not installed" },
        { "org.freedesktop.systemd1.UnitMasked", "Unit is masked.", -ENOPKG, "systemctl unmask cgscoped.service" },
        { "org.freedesktop.systemd1.LoadFailed", "bad", -EIO, "could not be started" },
        { "org.freedesktop.DBus.Error.Spawn.ChildExited", "exited 1", -EIO, "could not be started" },
        { "org.freedesktop.DBus.Error.TimedOut", "Failed to activate service: timed out", -EIO,
          "could not be started; see journalctl --unit cgscoped.service" },
        { "org.freedesktop.DBus.Error.UnknownMethod", "No such method", -EBADR, "cgscoped answers: No such method" },
        { "System.Error.ENOSPC", "/etc/x: No space left on device", -ENOSPC, "No space left on device" },
        { "org.example.Odd", "odd", -EIO, "cgscoped answers: odd" },
        { "org.example.Odd", NULL, -EIO, "cgscoped answers: org.example.Odd" },
};

static const struct Refusal *refusal;

static void refuse(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, refusal->name, refusal->text);
}

static void test_refusals(ClientTest *test, gconstpointer data _unused_) {
        test->fake->any = refuse;

        for (size_t i = 0; i < ELEMENTSOF(refusals); i++) {
                refusal = &refusals[i];
                ask_in_vain(test, refusal->error, refusal->word);
        }
}

/* The bus itself says so. */
static void test_not_installed(ClientTest *test, gconstpointer data _unused_) {
        fake_leave(test->fake);

        test->request.uid = DELEGATION_EVERYBODY;
        test->request.flags = DELEGATION_RUNTIME;
        ask_in_vain(test, -ENOPKG, "cgscope enable --root=/ --all-users --runtime cpuset io");
        test->request.operation = DELEGATION_DISABLE;
        ask_in_vain(test, -ENOPKG, "cgscope disable --root=/ --all-users --runtime cpuset io");
        test->request.operation = DELEGATION_GET;
        ask_in_vain(test, -ENOPKG, "root can do without it: cgscope enable --root=/");
}

static void leave(FakeManager *fake, GDBusMessage *call _unused_) {
        fake_leave(fake);
}

static void reply_junk(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(s)", "junk"));
}

static void kill_bus(FakeManager *fake, GDBusMessage *call _unused_) {
        fake_bus_kill(fake->bus);
}

static void test_no_answer(ClientTest *test, gconstpointer data _unused_) {
        test->fake->any = reply_junk;
        ask_in_vain(test, -EBADMSG, "same version");

        test->fake->any = leave;
        ask_in_vain(test, -EIO, "went away before it answered");

        fake_return(test->fake);
        test->fake->any = fake_ignore;
        test->manager->options.deadline = deadline_after(200 * USEC_PER_MSEC);
        ask_in_vain(test, -ETIMEDOUT, "did not answer within 200ms");
        ask_in_vain(test, -ETIMEDOUT, "did not answer within 200ms"); /* it has passed: nothing is asked */

        test->fake->any = kill_bus;
        test->manager->options.deadline = deadline_after(10 * USEC_PER_SEC);
        g_assert_cmpint(ask(test), <, 0);
        g_assert_nonnull(strstr(test->trouble.cause, "the bus"));
}

static void add(const char *name, void (*fn)(ClientTest *test, gconstpointer data)) {
        g_test_add(name, ClientTest, NULL, setup, fn, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        add("/delegation-client/requests", test_requests);
        add("/delegation-client/interactive", test_interactive);
        add("/delegation-client/refusals", test_refusals);
        add("/delegation-client/not-installed", test_not_installed);
        add("/delegation-client/no-answer", test_no_answer);

        return g_test_run();
}
