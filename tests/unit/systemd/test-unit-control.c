/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is done to a unit through its manager. */

#include "basic/clock.h"
#include "systemd/fake-manager.h"
#include "systemd/manager-open.h"
#include "systemd/unit-control.h"
#include "systemd/unit.h"

#define UNIT "a.scope"
#define UNIT_PATH "/org/freedesktop/systemd1/unit/a_2escope"
#define NO_SUCH_UNIT "org.freedesktop.systemd1.NoSuchUnit"

typedef struct ControlTest {
        FakeBus *bus;
        FakeManager *fake;
        Manager *manager;
        PropertyList properties;
        Trouble trouble;
} ControlTest;

static void found(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(o)", UNIT_PATH));
}

static void no_such_unit(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, NO_SUCH_UNIT, "Unit a.scope not loaded.");
}

static void setup(ControlTest *test, gconstpointer data _unused_) {
        const ManagerOptions options = { .kind = MANAGER_USER, .deadline = deadline_after(10 * USEC_PER_SEC) };

        test->bus = fake_bus_new(true);
        test->fake = fake_manager_new(test->bus);
        test->fake->get_unit = found;
        g_assert_cmpint(manager_open(&options, &test->manager, &test->trouble), ==, 0);
        g_assert_cmpint(property_list_add(&test->properties, "MemoryMax=1G", &test->trouble), ==, 0);
}

static void teardown(ControlTest *test, gconstpointer data _unused_) {
        manager_free(test->manager);
        fake_manager_free(test->fake);
        fake_bus_free(test->bus);
        property_list_done(&test->properties);
        trouble_done(&test->trouble);
}

/* The message is one line that names the unit and has @word in it. It is gone then. */
static void assert_message(ControlTest *test, const char *word) {
        _cleanup_free_ char *text = trouble_text(&test->trouble, 0);

        g_assert_nonnull(test->trouble.cause);
        g_assert_null(strchr(text, '\n'));
        g_assert_false(g_str_has_suffix(text, "."));
        if (!strstr(text, word) || !strstr(text, UNIT))
                g_error("\"%s\" or " UNIT " is not in \"%s\"", word, text);
        trouble_done(&test->trouble);
}

static GVariant *arguments(ControlTest *test, const char *member) {
        g_assert_cmpuint(fake_bus_count(test->bus, member), <=, 1);
        return g_dbus_message_get_body(fake_bus_nth(test->bus, member, 0, NULL));
}

static void assert_arguments(ControlTest *test, const char *member, const char *text) {
        g_autofree char *actual = g_variant_print(arguments(test, member), true);

        g_assert_cmpstr(actual, ==, text);
        g_assert_null(test->trouble.cause);
}

static void test_set_properties(ControlTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(property_list_add(&test->properties, "AllowedCPUs=0", &test->trouble), ==, 0);
        g_assert_cmpint(unit_set_properties(test->manager, UNIT, &test->properties, &test->trouble), ==, 0);
        assert_arguments(test, "SetUnitProperties",
                         "('a.scope', true, [('MemoryMax', <uint64 1073741824>), ('AllowedCPUs', <[byte 0x01]>)])");
}

/* One of each kind; a property that the manager does not know. */
static void give_old(FakeManager *fake, GDBusMessage *call) {
        static const struct {
                const char *property, *value;
        } old[] = {
                { "MemoryMax", "<uint64 18446744073709551615>" },
                { "AllowedCPUs", "<[byte 0x03]>" },
                { "IOReadBandwidthMax", "<[('/dev/sda', uint64 5)]>" },
                { "IPAddressDeny", "<[(2, [byte 0x0a, 0x00, 0x00, 0x00], uint32 8)]>" },
                { "RestrictNetworkInterfaces", "<(true, ['lo'])>" },
                { "ManagedOOMSwap", "<'auto'>" },
        };
        const char *interface, *property;

        g_variant_get(g_dbus_message_get_body(call), "(&s&s)", &interface, &property);
        g_assert_cmpstr(interface, ==, "org.freedesktop.systemd1.Scope");
        for (size_t i = 0; i < ELEMENTSOF(old); i++)
                if (streq(old[i].property, property)) {
                        fake_reply(fake, call, g_variant_new("(@v)", g_variant_new_parsed(old[i].value)));
                        return;
                }

        fake_reply_error(fake, call, "org.freedesktop.DBus.Error.UnknownProperty", "Unknown property");
}

static void test_undo(ControlTest *test, gconstpointer data _unused_) {
        static const char *const more[] = { "AllowedCPUs=0",       "IOReadBandwidthMax=/dev/sda 1M",
                                            "IPAddressDeny=any",   "RestrictNetworkInterfaces=eth0",
                                            "ManagedOOMSwap=kill", "CPUPressureWatch=on" };
        UnitUndo *undo = NULL;

        test->fake->get = give_old;
        for (size_t i = 0; i < ELEMENTSOF(more); i++)
                g_assert_cmpint(property_list_add(&test->properties, more[i], &test->trouble), ==, 0);

        g_assert_cmpint(unit_undo_prepare(test->manager, UNIT, &test->properties, &undo, &test->trouble), ==, 0);
        g_assert_cmpuint(fake_bus_count(test->bus, "SetUnitProperties"), ==, 0);
        /* It may be for want of time that it is taken back. */
        test->manager->options.deadline = now_usec();
        g_assert_cmpint(unit_undo_apply(test->manager, undo, &test->trouble), ==, 0);
        assert_arguments(test, "SetUnitProperties",
                         "('a.scope', true, [('MemoryMax', <uint64 18446744073709551615>), "
                         "('AllowedCPUs', <[byte 0x03]>), "
                         "('IOReadBandwidthMax', <@a(st) []>), ('IOReadBandwidthMax', <[('/dev/sda', uint64 5)]>), "
                         "('IPAddressDeny', <@a(iayu) []>), "
                         "('IPAddressDeny', <[(2, [byte 0x0a, 0x00, 0x00, 0x00], uint32 8)]>), "
                         "('RestrictNetworkInterfaces', <(false, @as [])>), "
                         "('RestrictNetworkInterfaces', <(true, ['lo'])>), "
                         "('ManagedOOMSwap', <'auto'>)])");
        unit_undo_free(undo);
}

static void test_freeze(ControlTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(unit_freeze(test->manager, UNIT, true, &test->trouble), ==, 0);
        assert_arguments(test, "FreezeUnit", "('a.scope',)");
        g_assert_cmpuint(fake_bus_count(test->bus, "ThawUnit"), ==, 0);

        g_assert_cmpint(unit_freeze(test->manager, UNIT, false, &test->trouble), ==, 0);
        assert_arguments(test, "ThawUnit", "('a.scope',)");
}

static void test_kill(ControlTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(unit_kill(test->manager, UNIT, 10, &test->trouble), ==, 0);
        assert_arguments(test, "KillUnit", "('a.scope', 'all', 10)");
}

static void test_attach(ControlTest *test, gconstpointer data _unused_) {
        const pid_t pids[] = { 7, 4194304 };

        g_assert_cmpint(unit_attach(test->manager, UNIT, "/b/c", pids, ELEMENTSOF(pids), &test->trouble), ==, 0);
        assert_arguments(test, "AttachProcessesToUnit", "('a.scope', '/b/c', [uint32 7, 4194304])");
        g_assert_cmpuint(fake_bus_count(test->bus, "GetConnectionUnixProcessID"), ==, 1);
}

/* For the caller himself nobody has to be asked what his number is. */
static void test_attach_self(ControlTest *test, gconstpointer data _unused_) {
        const pid_t pid = 0;

        g_assert_cmpint(unit_attach(test->manager, UNIT, "/", &pid, 1, &test->trouble), ==, 0);
        assert_arguments(test, "AttachProcessesToUnit", "('a.scope', '/', [uint32 0])");
        g_assert_cmpuint(fake_bus_count(test->bus, "GetConnectionUnixProcessID"), ==, 0);
}

static void test_state(ControlTest *test, gconstpointer data _unused_) {
        _cleanup_free_ char *state = NULL, *none = NULL;

        test->fake->active_state = "deactivating";
        g_assert_cmpint(unit_state(test->manager, UNIT, &state, &test->trouble), ==, 1);
        g_assert_cmpstr(state, ==, "deactivating");
        assert_arguments(test, "GetUnit", "('a.scope',)");

        test->fake->get_unit = no_such_unit;
        g_assert_cmpint(unit_state(test->manager, UNIT, &none, &test->trouble), ==, 0);
        g_assert_null(none);
        g_assert_null(test->trouble.cause);
}

static int freeze(ControlTest *test) {
        return unit_freeze(test->manager, UNIT, true, &test->trouble);
}

static int attach(ControlTest *test) {
        const pid_t pid = 7;

        return unit_attach(test->manager, UNIT, "/b", &pid, 1, &test->trouble);
}

static int kill_unit(ControlTest *test) {
        return unit_kill(test->manager, UNIT, 10, &test->trouble);
}

static int set(ControlTest *test) {
        return unit_set_properties(test->manager, UNIT, &test->properties, &test->trouble);
}

static int stop(ControlTest *test) {
        return unit_stop_wait(test->manager, UNIT, &test->trouble);
}

static int (*const functions[])(ControlTest *test) = { freeze, attach, kill_unit, set, stop };

static void test_no_such_unit(ControlTest *test, gconstpointer data _unused_) {
        test->fake->control = no_such_unit;
        test->fake->stop = no_such_unit; /* gone since it was found */

        for (size_t i = 0; i < ELEMENTSOF(functions); i++) {
                g_assert_cmpint(functions[i](test), ==, -ENOENT);
                assert_message(test, "no unit a.scope");
        }

        test->fake->get_unit = no_such_unit;
        g_assert_cmpint(stop(test), ==, -ENOENT);
        assert_message(test, "no unit a.scope");
        (void) arguments(test, "StopUnit");
}

static const struct Refusal {
        const char *name, *text;
        int (*function)(ControlTest *test);
        int error;
        const char *word;
} refusals[] = {
        /* the texts of 252 and 257 */
        { "org.freedesktop.DBus.Error.FileNotFound",
          "Failed to attach processes to control group: No such file or directory", attach, -ENOENT, "no group /b" },
        { "org.freedesktop.DBus.Error.InvalidArgs", "Process migration not available on non-delegated units.", attach,
          -EPERM, "not delegated" },
        { "org.freedesktop.DBus.Error.InvalidArgs", "Process 1 is a manager process, refusing.", attach, -EPERM,
          "manager's own process" },
        { "org.freedesktop.DBus.Error.AccessDenied", "Failed to attach processes to control group: Permission denied",
          attach, -EACCES, "somebody else" },
        { "org.freedesktop.DBus.Error.AccessDenied", "Process 7 not owned by client's UID. Refusing.", attach, -EACCES,
          "somebody else" },
        { "org.freedesktop.DBus.Error.UnixProcessIdUnknown", "No such process", attach, -ESRCH, "gone" },
        { "System.Error.EBUSY", "Failed to attach processes to control group: Device or resource busy", attach, -EBUSY,
          "group /b takes no processes" },
        { "org.freedesktop.DBus.Error.NotSupported", "Unit does not support freeze/thaw", freeze, -EOPNOTSUPP,
          "does not support freeze/thaw" },
        { "org.freedesktop.systemd1.FrozenByParent", "Unit is frozen by a parent slice", freeze, -EBUSY,
          "thaw that slice" },
        { "org.freedesktop.DBus.Error.AccessDenied", "Rejected send message, 2 matched rules; type=\"method_call\"",
          freeze, -EACCES, "only root may" },
        { "org.freedesktop.DBus.Error.PropertyReadOnly", "Cannot set property OOMPolicy, or unknown property.", set,
          -EROFS, "Cannot set property OOMPolicy, or unknown property;" },
        { "org.freedesktop.DBus.Error.InvalidArgs", "Signal number out of range.", kill_unit, -EINVAL, "out of range" },
        { "org.freedesktop.DBus.Error.AccessDenied", NULL, kill_unit, -EACCES, "refuses" },
};

static const struct Refusal *refusal;

static void refuse(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, refusal->name, refusal->text);
}

static void test_refusals(ControlTest *test, gconstpointer data _unused_) {
        test->fake->control = refuse;

        for (size_t i = 0; i < ELEMENTSOF(refusals); i++) {
                refusal = &refusals[i];
                g_assert_cmpint(refusal->function(test), ==, refusal->error);
                assert_message(test, refusal->word);
        }
}

static void test_deadline(ControlTest *test, gconstpointer data _unused_) {
        test->fake->control = fake_ignore;
        test->manager->options.deadline = deadline_after(100 * USEC_PER_MSEC);
        g_assert_cmpint(freeze(test), ==, -ETIMEDOUT);
        assert_message(test, "--timeout");

        /* It has passed now: nothing more is asked. */
        g_assert_cmpint(kill_unit(test), ==, -ETIMEDOUT);
        assert_message(test, "--timeout");
        g_assert_cmpuint(fake_bus_count(test->bus, "KillUnit"), ==, 0);
}

static void stopped(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        g_usleep(50 * USEC_PER_MSEC); /* the client waits */
        fake_job_removed(fake, FAKE_OTHER_JOB, "b.scope", "failed");
        fake_job_removed(fake, FAKE_JOB, UNIT, "done");
}

static void stopped_at_once(FakeManager *fake, GDBusMessage *call) {
        fake_job_removed(fake, FAKE_JOB, UNIT, "done");
        fake_reply_job(fake, call);
}

static void test_stop(ControlTest *test, gconstpointer data _unused_) {
        unsigned matched, asked;

        test->fake->stop = stopped;
        g_assert_cmpint(stop(test), ==, 0);
        assert_arguments(test, "StopUnit", "('a.scope', 'replace')");
        g_assert_cmpuint(fake_bus_count(test->bus, "ThawUnit"), ==, 0);

        (void) fake_bus_nth(test->bus, "AddMatch", 1, &matched);
        (void) fake_bus_nth(test->bus, "StopUnit", 0, &asked);
        g_assert_cmpuint(matched, <, asked);

        test->fake->stop = stopped_at_once;
        g_assert_cmpint(stop(test), ==, 0);
}

static void test_stop_frozen(ControlTest *test, gconstpointer data _unused_) {
        static const char *const states[] = { "frozen", "freezing" };
        unsigned thawed, asked;

        test->fake->stop = stopped_at_once;
        for (unsigned i = 0; i < ELEMENTSOF(states); i++) {
                test->fake->freezer_state = states[i];
                g_assert_cmpint(stop(test), ==, 0);
                (void) fake_bus_nth(test->bus, "ThawUnit", i, &thawed);
                (void) fake_bus_nth(test->bus, "StopUnit", i, &asked);
                g_assert_cmpuint(thawed, <, asked);
        }
}

/* It cannot be thawed: nothing is stopped. */
static void test_stop_frozen_by_parent(ControlTest *test, gconstpointer data _unused_) {
        refusal = &(struct Refusal) { "org.freedesktop.systemd1.FrozenByParent", "Unit is frozen by a parent slice" };
        test->fake->control = refuse;
        test->fake->freezer_state = "frozen-by-parent";

        g_assert_cmpint(stop(test), ==, -EBUSY);
        assert_message(test, "thaw that slice");
        g_assert_cmpuint(fake_bus_count(test->bus, "StopUnit"), ==, 0);
}

static const char *job_result;

static void not_stopped(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        fake_job_removed(fake, FAKE_JOB, UNIT, job_result);
}

static void test_stop_fails(ControlTest *test, gconstpointer data _unused_) {
        test->fake->stop = not_stopped;

        job_result = "canceled";
        g_assert_cmpint(stop(test), ==, -EIO);
        assert_message(test, "\"canceled\"");

        job_result = "frozen";
        g_assert_cmpint(stop(test), ==, -EBUSY);
        assert_message(test, "frozen");
}

/* Somebody who is not the manager says to the client alone that it is done; so does the manager, of another job. */
static void forge(FakeManager *fake, GDBusMessage *call) {
        FakeManager forger = { .destination = g_dbus_message_get_sender(call) };

        forger.connection = g_dbus_connection_new_for_address_sync(
                fake_bus_address(),
                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
                NULL, NULL);
        g_assert_nonnull(forger.connection);

        fake_reply_job(fake, call);
        fake_job_removed(&forger, FAKE_JOB, UNIT, "done");
        fake_job_removed(fake, FAKE_OTHER_JOB, UNIT, "done");
        fake_leave(&forger);
}

static void test_stop_deadline(ControlTest *test, gconstpointer data _unused_) {
        uint64_t end = deadline_after(300 * USEC_PER_MSEC);

        test->fake->stop = forge;
        test->manager->options.deadline = end;
        g_assert_cmpint(stop(test), ==, -ETIMEDOUT);
        g_assert_cmpuint(now_usec(), >=, end);
        assert_message(test, "not ended in time");
}

/* The end is told to nobody. */
static void stopped_while_away(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        fake_leave(fake);
        fake->get_unit = no_such_unit;
        fake_return(fake);
}

static void *say_done(void *userdata) {
        g_usleep(100 * USEC_PER_MSEC);
        fake_job_removed(userdata, FAKE_JOB, UNIT, "done");
        return NULL;
}

static GThread *sayer;

/* It is back, with another name on the bus, and goes on with the job. */
static void stopped_after_return(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        fake_leave(fake);
        fake_return(fake);
        sayer = g_thread_new("sayer", say_done, fake);
}

static void test_stop_reexecuted(ControlTest *test, gconstpointer data _unused_) {
        test->fake->stop = stopped_after_return;
        g_assert_cmpint(stop(test), ==, 0);
        (void) g_thread_join(sayer);
        (void) fake_bus_nth(test->bus, "GetUnit", 1, NULL);

        test->fake->stop = stopped_while_away;
        g_assert_cmpint(stop(test), ==, 0);
}

static void left(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        fake_bus_kill(fake->bus);
}

static void test_stop_bus_gone(ControlTest *test, gconstpointer data _unused_) {
        test->fake->stop = left;
        g_assert_cmpint(stop(test), <, 0);
        assert_message(test, "the bus");
}

static void add(const char *name, void (*fn)(ControlTest *test, gconstpointer data)) {
        g_test_add(name, ControlTest, NULL, setup, fn, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        add("/unit-control/set-properties", test_set_properties);
        add("/unit-control/undo", test_undo);
        add("/unit-control/freeze", test_freeze);
        add("/unit-control/kill", test_kill);
        add("/unit-control/attach", test_attach);
        add("/unit-control/attach-self", test_attach_self);
        add("/unit-control/state", test_state);
        add("/unit-control/no-such-unit", test_no_such_unit);
        add("/unit-control/refusals", test_refusals);
        add("/unit-control/deadline", test_deadline);
        add("/unit-control/stop", test_stop);
        add("/unit-control/stop-frozen", test_stop_frozen);
        add("/unit-control/stop-frozen-by-parent", test_stop_frozen_by_parent);
        add("/unit-control/stop-fails", test_stop_fails);
        add("/unit-control/stop-deadline", test_stop_deadline);
        add("/unit-control/stop-reexecuted", test_stop_reexecuted);
        add("/unit-control/stop-bus-gone", test_stop_bus_gone);

        return g_test_run();
}
