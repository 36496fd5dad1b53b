/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the system manager says of the users' managers. */

#include "basic/clock.h"
#include "systemd/fake-manager.h"
#include "systemd/manager-open.h"
#include "systemd/user-manager.h"

typedef struct UserTest {
        FakeBus *bus;
        FakeManager *fake;
        Manager *manager;
        Trouble trouble;
} UserTest;

static void setup(UserTest *test, gconstpointer data _unused_) {
        const ManagerOptions options = { .kind = MANAGER_SYSTEM, .deadline = deadline_after(10 * USEC_PER_SEC) };

        test->bus = fake_bus_new(true);
        test->fake = fake_manager_new(test->bus);
        test->fake->userdata = test;
        g_assert_cmpint(manager_open(&options, &test->manager, &test->trouble), ==, 0);
}

static void teardown(UserTest *test, gconstpointer data _unused_) {
        manager_free(test->manager);
        fake_manager_free(test->fake);
        fake_bus_free(test->bus);
        trouble_done(&test->trouble);
}

static void test_unit(UserTest *test _unused_, gconstpointer data _unused_) {
        char unit[USER_MANAGER_UNIT_MAX];

        g_assert_cmpstr(user_manager_unit(0, unit), ==, "user@0.service");
        g_assert_cmpstr(user_manager_unit(UINT32_MAX - 1, unit), ==, "user@4294967294.service");
}

static const struct {
        const char *unit, *state;
} units[] = {
        { "user@2000.service", "active" },
        { "user@1000.service", "activating" },
        { "user@4294967294.service", "reloading" },
        { "user@0.service", "refreshing" },

        /* They do not run: */
        { "user@1001.service", "inactive" },
        { "user@1002.service", "deactivating" },
        { "user@1003.service", "failed" },

        /* They are nobody's: */
        { "user@4294967295.service", "active" },
        { "user@65535.service", "active" },
        { "user@4294968296.service", "active" }, /* 2^32 + 1000 */
        { "user@18446744073709551615.service", "active" },
        { "user@18446744073709552616.service", "active" }, /* 2^64 + 1000 */
        { "user@00001000.service", "active" },
        { "user@01.service", "active" },
        { "user@+1.service", "active" },
        { "user@-1.service", "active" },
        { "user@ 1.service", "active" },
        { "user@1 .service", "active" },
        { "user@0x10.service", "active" },
        { "user@1e3.service", "active" },
        { "user@.service", "active" },
        { "user@1.slice", "active" },
        { "user@1.service.service", "active" },
        { "user@root.service", "active" },
        { "other@1.service", "active" },
        { "", "active" },
};

static void list(FakeManager *fake, GDBusMessage *call) {
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ssssssouso)"));
        for (size_t i = 0; i < ELEMENTSOF(units); i++)
                g_variant_builder_add(&builder, "(ssssssouso)", units[i].unit, "A user's manager", "loaded",
                                      units[i].state, "running", "", "/unit", 0, "", "/");
        fake_reply(fake, call, g_variant_new("(a(ssssssouso))", &builder));
}

static void list_none(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(a(ssssssouso))", NULL));
}

static void list_junk(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(as)", NULL));
}

static void test_list(UserTest *test, gconstpointer data _unused_) {
        static const uid_t expected[] = { 0, 1000, 2000, UINT32_MAX - 1 };
        _cleanup_free_ uid_t *uids = NULL, *none = NULL, *unset = NULL;
        g_autofree char *arguments = NULL;
        size_t n = 77;

        test->fake->list = list;
        g_assert_cmpint(user_manager_list(test->manager, &uids, &n, &test->trouble), ==, 0);
        g_assert_cmpmem(uids, n * sizeof(*uids), expected, sizeof(expected));
        arguments =
                g_variant_print(g_dbus_message_get_body(fake_bus_nth(test->bus, "ListUnitsByPatterns", 0, NULL)), true);
        g_assert_cmpstr(arguments, ==, "(@as [], ['user@*.service'])");

        test->fake->list = list_none;
        g_assert_cmpint(user_manager_list(test->manager, &none, &n, &test->trouble), ==, 0);
        g_assert_cmpuint(n, ==, 0);

        test->fake->list = list_junk;
        g_assert_cmpint(user_manager_list(test->manager, &unset, &n, &test->trouble), <, 0);
        g_assert_null(unset);
        g_assert_null(test->trouble.cause);

        test->fake->list = NULL;
        g_assert_cmpint(user_manager_list(test->manager, &unset, &n, &test->trouble), <, 0);
        g_assert_nonnull(test->trouble.cause);
}

/* What the properties below are. */
static const char *const *loaded;
static gboolean outdated;
static const char *asked_for; /* "PATH INTERFACE NAME" */

static void get(FakeManager *fake, GDBusMessage *call) {
        const char *interface, *name;
        GVariant *value;

        g_variant_get(g_dbus_message_get_body(call), "(&s&s)", &interface, &name);
        g_free((char *) asked_for);
        asked_for = g_strdup_printf("%s %s %s", g_dbus_message_get_path(call), interface, name);

        if (strcmp(name, "DelegateControllers") == 0)
                value = g_variant_new_strv(loaded, -1);
        else if (strcmp(name, "NeedDaemonReload") == 0)
                value = g_variant_new_boolean(outdated);
        else
                value = g_variant_new_string(fake->control_group);
        fake_reply(fake, call, g_variant_new("(v)", value));
}

static void get_junk(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(v)", g_variant_new_uint64(7)));
}

#define UNIT_OBJECT "/org/freedesktop/systemd1/unit/user_401000_2eservice "
#define INTERFACE "org.freedesktop.systemd1."

static void test_properties(UserTest *test, gconstpointer data _unused_) {
        static const char *const all[] = { "cpu",     "cpuacct", "cpuset",       "io",          "blkio", "memory",
                                           "devices", "pids",    "bpf-firewall", "bpf-devices", "",      NULL };
        static const char *const few[] = { "pids", "memory", NULL }, *const none[] = { NULL };
        _cleanup_free_ char *group = NULL;
        ControllerMask mask;

        test->fake->get = get;

        loaded = all;
        g_assert_cmpint(user_manager_loaded(test->manager, 1000, &mask, &test->trouble), ==, 0);
        g_assert_cmpuint(mask, ==, CONTROLLER_MASK_MANAGED);
        g_assert_cmpstr(asked_for, ==, UNIT_OBJECT INTERFACE "Service DelegateControllers");
        loaded = few;
        g_assert_cmpint(user_manager_loaded(test->manager, 1000, &mask, &test->trouble), ==, 0);
        g_assert_cmpuint(mask, ==, 1U << CONTROLLER_PIDS | 1U << CONTROLLER_MEMORY);
        loaded = none;
        g_assert_cmpint(user_manager_loaded(test->manager, 1000, &mask, &test->trouble), ==, 0);
        g_assert_cmpuint(mask, ==, 0);

        g_assert_cmpint(user_manager_is_outdated(test->manager, 1000, &test->trouble), ==, 0);
        outdated = true;
        g_assert_cmpint(user_manager_is_outdated(test->manager, 1000, &test->trouble), ==, 1);
        g_assert_cmpstr(asked_for, ==, UNIT_OBJECT INTERFACE "Unit NeedDaemonReload");

        g_assert_cmpint(user_manager_control_group(test->manager, 1000, &group, &test->trouble), ==, 0);
        g_assert_cmpstr(group, ==, "/fake.slice/fake.scope");
        g_assert_cmpstr(asked_for, ==, UNIT_OBJECT INTERFACE "Service ControlGroup");
        g_assert_null(test->trouble.cause);
        g_clear_pointer((char **) &asked_for, g_free);
}

static void test_properties_junk(UserTest *test, gconstpointer data _unused_) {
        char *group = NULL;
        ControllerMask mask = 77;

        test->fake->get = get_junk;
        g_assert_cmpint(user_manager_loaded(test->manager, 1000, &mask, &test->trouble), <, 0);
        g_assert_cmpuint(mask, ==, 77);
        g_assert_cmpint(user_manager_is_outdated(test->manager, 1000, &test->trouble), <, 0);
        g_assert_cmpint(user_manager_control_group(test->manager, 1000, &group, &test->trouble), <, 0);
        g_assert_null(group);
}

static void add(const char *name, void (*fn)(UserTest *test, gconstpointer data)) {
        g_test_add(name, UserTest, NULL, setup, fn, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        add("/user-manager/unit", test_unit);
        add("/user-manager/list", test_list);
        add("/user-manager/properties", test_properties);
        add("/user-manager/properties-junk", test_properties_junk);

        return g_test_run();
}
