/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* test-introspection CGSCOPED XML: what cgscoped says of its interface, on a bus of our own, and what is installed for
 * others to read is the same. */

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "basic/macros.h"
#include "systemd/delegation-message.h"
#include "systemd/fake-bus.h"

#define PATIENCE_MSEC 10000

static const char *program, *file;

typedef struct ServiceTest {
        FakeBus *bus;
        GPid service;
        GDBusConnection *connection;
        GDBusNodeInfo *said, *installed;
} ServiceTest;

/* Of a test that crashed nothing is to stay. */
static void die_with_parent(void *userdata _unused_) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void on_name(GDBusConnection *connection _unused_, const char *name _unused_, const char *owner _unused_,
                    void *userdata) {
        g_main_loop_quit(userdata);
}

static gboolean on_timeout(void *userdata _unused_) {
        g_error("%s did not take its name in time", program);
        return G_SOURCE_REMOVE;
}

static void start_service(ServiceTest *test) {
        const char *arguments[] = { program, NULL };
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, false);
        g_autoptr(GError) error = NULL;
        guint watch, timeout;

        (void) g_spawn_async(NULL, (char **) arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent, NULL,
                             &test->service, &error);
        g_assert_no_error(error);

        watch = g_bus_watch_name_on_connection(test->connection, DELEGATION_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                               on_name, NULL, loop, NULL);
        timeout = g_timeout_add(PATIENCE_MSEC, on_timeout, NULL);
        g_main_loop_run(loop);
        g_source_remove(timeout);
        g_bus_unwatch_name(watch);
}

static void introspect(ServiceTest *test) {
        g_autoptr(GVariant) answer = NULL;
        g_autoptr(GError) error = NULL;
        const char *text;

        answer = g_dbus_connection_call_sync(
                test->connection, DELEGATION_NAME, DELEGATION_PATH, "org.freedesktop.DBus.Introspectable", "Introspect",
                NULL, G_VARIANT_TYPE("(s)"), G_DBUS_CALL_FLAGS_NONE, PATIENCE_MSEC, NULL, &error);
        g_assert_no_error(error);
        g_variant_get(answer, "(&s)", &text);
        test->said = g_dbus_node_info_new_for_xml(text, &error);
        g_assert_no_error(error);
}

static void setup(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;

        (void) g_file_get_contents(file, &text, NULL, &error);
        g_assert_no_error(error);
        test->installed = g_dbus_node_info_new_for_xml(text, &error);
        g_assert_no_error(error);

        test->bus = fake_bus_new(false);
        test->connection = g_dbus_connection_new_for_address_sync(
                fake_bus_address(),
                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
                NULL, &error);
        g_assert_no_error(error);
        start_service(test);
        introspect(test);
}

static void teardown(ServiceTest *test, gconstpointer data _unused_) {
        (void) kill(test->service, SIGKILL);
        g_spawn_close_pid(test->service);
        g_dbus_node_info_unref(test->said);
        g_dbus_node_info_unref(test->installed);
        g_object_unref(test->connection);
        fake_bus_free(test->bus);
}

/* --- an interface as lines of text, to be compared --- */

static void add_arguments(GString *line, GDBusArgInfo **arguments, const char *direction) {
        for (size_t i = 0; arguments && arguments[i]; i++)
                g_string_append_printf(line, " %s%s:%s", direction, arguments[i]->name, arguments[i]->signature);
}

static void take_line(GPtrArray *lines, GString *line) {
        g_ptr_array_add(lines, g_string_free(line, false));
}

static void add_annotations(GPtrArray *lines, const char *of, GDBusAnnotationInfo **annotations) {
        for (size_t i = 0; annotations && annotations[i]; i++)
                g_ptr_array_add(lines, g_strdup_printf("annotation of %s: %s=%s", of, annotations[i]->key,
                                                       annotations[i]->value));
}

static void add_members(GPtrArray *lines, const GDBusInterfaceInfo *interface) {
        GString *line;

        for (size_t i = 0; interface->methods && interface->methods[i]; i++) {
                line = g_string_new("method ");
                g_string_append(line, interface->methods[i]->name);
                add_arguments(line, interface->methods[i]->in_args, "in ");
                add_arguments(line, interface->methods[i]->out_args, "out ");
                take_line(lines, line);
                add_annotations(lines, interface->methods[i]->name, interface->methods[i]->annotations);
        }

        for (size_t i = 0; interface->signals && interface->signals[i]; i++) {
                line = g_string_new("signal ");
                g_string_append(line, interface->signals[i]->name);
                add_arguments(line, interface->signals[i]->args, "");
                take_line(lines, line);
                add_annotations(lines, interface->signals[i]->name, interface->signals[i]->annotations);
        }

        for (size_t i = 0; interface->properties && interface->properties[i]; i++)
                g_ptr_array_add(lines,
                                g_strdup_printf("property %s:%s %u", interface->properties[i]->name,
                                                interface->properties[i]->signature, interface->properties[i]->flags));

        add_annotations(lines, interface->name, interface->annotations);
}

static int compare(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static char *describe(const GDBusNodeInfo *node) {
        const GDBusInterfaceInfo *interface =
                g_dbus_node_info_lookup_interface((GDBusNodeInfo *) node, DELEGATION_NAME);
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

        g_assert_nonnull(interface);
        add_members(lines, interface);
        g_assert_cmpuint(lines->len, >, 0);
        g_ptr_array_sort(lines, compare);
        g_ptr_array_add(lines, NULL);
        return g_strjoinv("\n", (char **) lines->pdata);
}

/* --- the tests --- */

static void test_same(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *said = describe(test->said), *installed = describe(test->installed);

        g_assert_cmpstr(said, ==, installed);
}

/* Nothing else is there to be called but what every object has. */
static void test_no_other_interface(ServiceTest *test, gconstpointer data _unused_) {
        for (size_t i = 0; test->said->interfaces[i]; i++)
                g_assert_true(streq(test->said->interfaces[i]->name, DELEGATION_NAME) ||
                              g_str_has_prefix(test->said->interfaces[i]->name, "org.freedesktop.DBus."));

        g_assert_null(test->installed->interfaces[1]);
}

static void test_not_root(void) {
        g_test_skip("cgscoped runs as root only");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        if (argc != 3)
                return 2;
        program = argv[1];
        file = argv[2];
        fake_bus_init();

        if (geteuid() != 0) {
                g_test_add_func("/introspection/not-root", test_not_root);
                return g_test_run();
        }
        g_test_add("/introspection/same", ServiceTest, NULL, setup, test_same, teardown);
        g_test_add("/introspection/no-other-interface", ServiceTest, NULL, setup, test_no_other_interface, teardown);

        return g_test_run();
}
