/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection to a manager, and the short questions to it. */

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "basic/clock.h"
#include "systemd/bus-address.h"
#include "systemd/fake-manager.h"
#include "systemd/manager-open.h"
#include "systemd/scope.h"
#include "systemd/unit-control.h"
#include "systemd/unit.h"

#define UNIT_PATH "/org/freedesktop/systemd1/unit/"

typedef struct ManagerTest {
        FakeBus *bus;
        FakeManager *fake;
        Manager *manager;
        Trouble trouble;
} ManagerTest;

static void setup(ManagerTest *test, gconstpointer data _unused_) {
        const ManagerOptions options = { .kind = MANAGER_USER, .deadline = deadline_after(10 * USEC_PER_SEC) };

        test->bus = fake_bus_new(true);
        test->fake = fake_manager_new(test->bus);
        g_assert_cmpint(manager_open(&options, &test->manager, &test->trouble), ==, 0);
}

static void teardown(ManagerTest *test, gconstpointer data _unused_) {
        manager_free(test->manager);
        fake_manager_free(test->fake);
        fake_bus_free(test->bus);
        trouble_done(&test->trouble);
}

static void test_stop(ManagerTest *test, gconstpointer data _unused_) {
        const char *unit, *mode;

        g_assert_cmpint(unit_stop(test->manager, "a.scope", &test->trouble), ==, 0);
        g_variant_get(g_dbus_message_get_body(fake_bus_nth(test->bus, "StopUnit", 0, NULL)), "(&s&s)", &unit, &mode);
        g_assert_cmpstr(unit, ==, "a.scope");
        g_assert_cmpstr(mode, ==, "replace");
}

static void test_control_group(ManagerTest *test, gconstpointer data _unused_) {
        _cleanup_free_ char *below = NULL, *root = NULL;

        g_assert_cmpint(manager_control_group(test->manager, &below, &test->trouble), ==, 0);
        g_assert_cmpstr(below, ==, "/fake.slice/fake.scope");

        test->fake->control_group = "";
        g_assert_cmpint(manager_control_group(test->manager, &root, &test->trouble), ==, 0);
        g_assert_cmpstr(root, ==, "/");
}

static void test_version(ManagerTest *test, gconstpointer data _unused_) {
        _cleanup_free_ char *version = NULL;

        g_assert_cmpint(manager_version(test->manager, &version, &test->trouble), ==, 0);
        g_assert_cmpstr(version, ==, "252.39-1~fake");
}

static const char *unit_path;

static void found(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(o)", unit_path));
}

static void not_found(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, "org.freedesktop.systemd1.NoSuchUnit", "Control group not known.");
}

static void found_junk(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(s)", "junk"));
}

static void test_delegated(ManagerTest *test, gconstpointer data _unused_) {
        static const struct {
                FakeAnswer answer;
                const char *path;
                bool delegate;
                int r;
                const char *unit;
        } rows[] = {
                { found, UNIT_PATH "a_2dx_2escope", true, 1, "a-x.scope" },
                { found, UNIT_PATH "a_2eservice", true, 1, "a.service" },
                { found, UNIT_PATH "a_2escope", false, 0, NULL },
                { found, UNIT_PATH "a_2eslice", true, 0, NULL },
                { found, "/junk", true, 0, NULL },
                { not_found, NULL, true, 0, NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *unit = NULL;

                unit_path = rows[i].path;
                test->fake->get_unit = rows[i].answer;
                test->fake->delegate = rows[i].delegate;

                g_assert_cmpint(control_group_is_delegated(test->manager, "/a/b", &unit, &test->trouble), ==,
                                rows[i].r);
                g_assert_cmpstr(unit, ==, rows[i].unit);
                g_assert_cmpint(control_group_is_delegated(test->manager, "/a/b", NULL, &test->trouble), ==, rows[i].r);
        }

        test->fake->get_unit = found_junk;
        g_assert_cmpint(control_group_is_delegated(test->manager, "/a/b", NULL, &test->trouble), <, 0);
}

static void test_greet(ManagerTest *test, gconstpointer data _unused_) {
        const char *name = NULL;

        g_assert_cmpint(manager_greet(test->manager, &name, &test->trouble), ==, 0);
        g_assert_true(g_dbus_is_unique_name(name));
}

/* Twice there is a job, then there is none. */
static void get_job(FakeManager *fake, GDBusMessage *call) {
        static unsigned n_looks;
        bool busy = n_looks < 2;
        const char *property;
        GVariant *value;

        g_variant_get(g_dbus_message_get_body(call), "(&s&s)", NULL, &property);
        if (strcmp(property, "Job") == 0)
                value = g_variant_new("(uo)", busy ? 42 : 0, busy ? FAKE_JOB : "/");
        else
                value = g_variant_new_string(busy ? "/too-early" : "/settled");
        n_looks++;
        fake_reply(fake, call, g_variant_new("(v)", value));
}

static void test_settle(ManagerTest *test, gconstpointer data _unused_) {
        _cleanup_free_ char *none = NULL, *control_group = NULL;

        test->fake->get_unit = not_found;
        g_assert_cmpint(unit_settle(test->manager, ":1.9999", "a.scope", &none, &test->trouble), ==, 0);
        g_assert_null(none);

        unit_path = UNIT_PATH "a_2escope";
        test->fake->get_unit = found;
        test->fake->get = get_job;
        g_assert_cmpint(unit_settle(test->manager, ":1.9999", "a.scope", &control_group, &test->trouble), ==, 1);
        g_assert_cmpstr(control_group, ==, "/settled");
}

/* The sender is still there, and may still ask: it is waited for, and nothing is asked before. */
static void test_settle_sender_stays(ManagerTest *test, gconstpointer data _unused_) {
        _cleanup_free_ char *control_group = NULL;
        const char *name;

        test->fake->get_unit = not_found;
        test->manager->options.deadline = deadline_after(200 * USEC_PER_MSEC);
        g_assert_cmpint(manager_greet(test->manager, &name, &test->trouble), ==, 0);
        g_assert_cmpint(unit_settle(test->manager, name, "a.scope", &control_group, &test->trouble), ==, -ETIMEDOUT);
        (void) fake_bus_nth(test->bus, "NameHasOwner", 1, NULL); /* asked more than once */
        g_assert_cmpuint(fake_bus_count(test->bus, "GetUnit"), ==, 0);
}

static void test_junk_property(ManagerTest *test, gconstpointer data _unused_) {
        _cleanup_free_ char *path = NULL;

        test->fake->get = found_junk;
        g_assert_cmpint(manager_control_group(test->manager, &path, &test->trouble), <, 0);
        g_assert_null(path);
}

static void test_deadline(ManagerTest *test, gconstpointer data _unused_) {
        _cleanup_free_ char *path = NULL;

        test->fake->get = fake_ignore;
        test->manager->options.deadline = deadline_after(200 * USEC_PER_MSEC);
        g_assert_cmpint(manager_control_group(test->manager, &path, &test->trouble), ==, -ETIMEDOUT);
        g_assert_nonnull(test->trouble.cause);

        /* It has passed now: nothing more is asked. */
        trouble_done(&test->trouble);
        g_assert_cmpint(unit_stop(test->manager, "a.scope", &test->trouble), ==, -ETIMEDOUT);
        g_assert_nonnull(test->trouble.cause);
        g_assert_cmpuint(fake_bus_count(test->bus, "StopUnit"), ==, 0);
}

static void test_no_bus(void) {
        const ManagerOptions options[] = { { .kind = MANAGER_USER }, { .kind = MANAGER_SYSTEM } };

        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                _cleanup_trouble_ Trouble trouble = {};
                Manager *manager = NULL;

                g_assert_cmpint(manager_open(&options[i], &manager, &trouble), <, 0);
                g_assert_null(manager);
                g_assert_nonnull(trouble.cause);
                g_assert_null(strchr(trouble.cause, '\n'));
        }
        manager_free(NULL);
}

static void test_bad_address(void) {
        const ManagerOptions options = { .kind = MANAGER_USER };
        _cleanup_trouble_ Trouble trouble = {};
        Manager *manager = NULL;

        g_setenv("DBUS_SESSION_BUS_ADDRESS", "nonsense", true);
        g_assert_cmpint(manager_open(&options, &manager, &trouble), <, 0);
        g_setenv("DBUS_SESSION_BUS_ADDRESS", fake_bus_address(), true);
        g_assert_nonnull(trouble.cause);
}

/* One who is not on it of itself: looked at closely, and found to be the one. */
static void test_chosen_address(void) {
        const ManagerOptions options = { .kind = MANAGER_USER, .deadline = deadline_after(10 * USEC_PER_SEC) };
        const ManagerOptions system_options = { .kind = MANAGER_SYSTEM, .deadline = options.deadline };
        g_autofree char *address = g_strconcat("unix:path=/nowhere;", fake_bus_address(), NULL);
        _cleanup_free_ char *group = NULL;
        _cleanup_trouble_ Trouble trouble = {};
        FakeBus *bus = fake_bus_new(true);
        FakeManager *fake = fake_manager_new(bus);
        Manager *manager = NULL;

        g_setenv("DBUS_SESSION_BUS_ADDRESS", address, true);
        g_assert_cmpint(manager_open(&options, &manager, &trouble), ==, 0);
        g_assert_cmpint(manager_control_group(manager, &group, &trouble), ==, 0);
        g_assert_cmpuint(fake_bus_count(bus, "GetConnectionUnixProcessID") +
                                 fake_bus_count(bus, "GetConnectionCredentials"),
                         >=, 1);
        manager_free(TAKE_PTR(manager));

        /* Nor is the one that has the name on it PID 1. */
        g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, true);
        g_assert_cmpint(manager_open(&system_options, &manager, &trouble), ==, -EPERM);
        g_assert_null(manager);
        g_assert_nonnull(strstr(trouble.cause, "not the system manager's"));
        g_assert_nonnull(strstr(trouble.remedy, "DBUS_SYSTEM_BUS_ADDRESS says so"));

        g_setenv("DBUS_SESSION_BUS_ADDRESS", fake_bus_address(), true);
        g_setenv("DBUS_SYSTEM_BUS_ADDRESS", fake_bus_address(), true);
        fake_manager_free(fake);
        fake_bus_free(bus);
}

static int ask_properties(Manager *manager, Trouble *trouble) {
        _cleanup_free_ char *group = NULL;

        return manager_control_group(manager, &group, trouble);
}

static int ask_unit(Manager *manager, Trouble *trouble) {
        _cleanup_free_ char *state = NULL;

        return unit_state(manager, "a.scope", &state, trouble);
}

static int ask_delegated(Manager *manager, Trouble *trouble) {
        return control_group_is_delegated(manager, "/a", NULL, trouble);
}

static int ask_stop(Manager *manager, Trouble *trouble) {
        return unit_stop_wait(manager, "a.scope", trouble);
}

static int ask_restart(Manager *manager, Trouble *trouble) {
        return unit_restart_wait(manager, "a.service", trouble);
}

static int ask_freeze(Manager *manager, Trouble *trouble) {
        return unit_freeze(manager, "a.scope", false, trouble);
}

static int ask_kill(Manager *manager, Trouble *trouble) {
        return unit_kill(manager, "a.scope", SIGTERM, trouble);
}

static int ask_attach(Manager *manager, Trouble *trouble) {
        return unit_attach(manager, "a.scope", "/", (const pid_t[]) { 0 }, 1, trouble);
}

static int ask_scope(Manager *manager, Trouble *trouble) {
        const PropertyList none = {};
        const ScopeRequest request = {
                .unit = "a.scope",
                .properties = &none,
                .pids = (const pid_t[]) { 0 },
                .pidfds = (const int[]) { STDIN_FILENO },
                .n_pids = 1,
        };
        ScopeResult result;

        return scope_start(manager, &request, &result, trouble);
}

static int ask_greet(Manager *manager, Trouble *trouble) {
        const char *name;

        return manager_greet(manager, &name, trouble);
}

/* Whatever is asked of a bus that takes the connection and says nothing, sd-bus alone would wait for 90 s. */
static void test_mute_bus(gconstpointer data) {
        static int (*const asks[])(Manager * manager, Trouble * trouble) = {
                ask_properties, ask_unit, ask_delegated, ask_stop,  ask_restart,
                ask_freeze,     ask_kill, ask_attach,    ask_scope, ask_greet,
        };
        g_autofree char *path = g_strconcat(g_get_tmp_dir(), "/cgscope-mute-XXXXXX", NULL);
        g_autofree char *directory = g_strdup(g_mkdtemp(path)), *place = g_build_filename(directory, "bus", NULL);
        g_autofree char *address = g_strconcat("unix:path=", place, NULL);
        g_autoptr(GSocketAddress) where = g_unix_socket_address_new(place);
        g_autoptr(GSocket) listener =
                g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
        bool usual = data != NULL;

        g_assert_true(g_socket_bind(listener, where, false, NULL) && g_socket_listen(listener, NULL));
        if (usual) /* of which nothing is asked beforehand */
                bus_address_usual = address;
        g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, true);

        for (size_t i = 0; i < ELEMENTSOF(asks); i++) {
                const ManagerOptions options = { .kind = MANAGER_SYSTEM,
                                                 .deadline = deadline_after(200 * USEC_PER_MSEC) };
                _cleanup_trouble_ Trouble trouble = {};
                _cleanup_(manager_freep) Manager *manager = NULL;
                uint64_t begin = now_usec();
                int r = manager_open(&options, &manager, &trouble);

                g_assert_cmpint(r, ==, usual ? 0 : -ETIMEDOUT);
                if (usual)
                        g_assert_cmpint(asks[i](manager, &trouble), ==, -ETIMEDOUT);
                g_assert_cmpuint(now_usec() - begin, <, 5 * USEC_PER_SEC);
                g_assert_nonnull(strstr(trouble.cause, address));
                g_assert_nonnull(strstr(trouble.cause, " within 200ms"));
        }

        bus_address_usual = fake_bus_address();
        g_setenv("DBUS_SYSTEM_BUS_ADDRESS", fake_bus_address(), true);
        g_assert_cmpint(g_unlink(place) + g_rmdir(directory), ==, 0);
}

static void add(const char *name, void (*fn)(ManagerTest *test, gconstpointer data)) {
        g_test_add(name, ManagerTest, NULL, setup, fn, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        g_test_add_func("/manager/no-bus", test_no_bus);
        g_test_add_func("/manager/bad-address", test_bad_address);
        g_test_add_func("/manager/chosen-address", test_chosen_address);
        g_test_add_data_func("/manager/mute-bus", "usual", test_mute_bus);
        g_test_add_data_func("/manager/mute-bus-that-is-looked-at", NULL, test_mute_bus);
        add("/manager/stop", test_stop);
        add("/manager/control-group", test_control_group);
        add("/manager/version", test_version);
        add("/manager/greet", test_greet);
        add("/manager/settle", test_settle);
        add("/manager/settle-sender-stays", test_settle_sender_stays);
        add("/manager/junk-property", test_junk_property);
        add("/manager/delegated", test_delegated);
        add("/manager/deadline", test_deadline);

        return g_test_run();
}
