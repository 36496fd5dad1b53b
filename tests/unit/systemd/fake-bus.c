/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/fake-bus.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "systemd/bus-address.h"

#define PATIENCE_USEC (10 * G_USEC_PER_SEC)

static char *directory, *address;

struct FakeBus {
        GPid daemon; /* 0: killed */
        GDBusConnection *monitor;

        GMutex mutex; /* for what stands below: the record is written by a thread of GDBus's */
        GCond changed;
        GPtrArray *calls;
        GHashTable *gone; /* the unique names that left the bus */
};

static void remove_directory(void) {
        static const char *const names[] = { "bus", "bus.conf", "org.freedesktop.systemd1.service" };

        for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *path = g_build_filename(directory, names[i], NULL);

                (void) unlink(path);
        }
        (void) rmdir(directory);
        g_clear_pointer(&directory, g_free);
        g_clear_pointer(&address, g_free);
}

void fake_bus_init(void) {
        g_autoptr(GError) error = NULL;

        directory = g_dir_make_tmp("cgscope-bus-XXXXXX", &error);
        g_assert_no_error(error);
        address = g_strdup_printf("unix:path=%s/bus", directory);
        (void) atexit(remove_directory);
        bus_address_usual = address;

        g_setenv("DBUS_SESSION_BUS_ADDRESS", address, true);
        g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, true);
        g_setenv("XDG_RUNTIME_DIR", directory, true); /* so that the address is the usual one */
}

const char *fake_bus_address(void) {
        return address;
}

static char *write_file(const char *name, const char *text) {
        char *path = g_build_filename(directory, name, NULL);
        g_autoptr(GError) error = NULL;

        (void) g_file_set_contents(path, text, -1, &error);
        g_assert_no_error(error);
        return path;
}

static char *write_config(bool with_systemd) {
        g_autofree char *text = g_strdup_printf(
                "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
                " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
                "<busconfig><type>session</type><listen>%s</listen><auth>EXTERNAL</auth><servicedir>%s</servicedir>\n"
                "<policy context=\"default\"><allow user=\"*\"/><allow send_destination=\"*\"/>"
                "<allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>\n",
                address, directory);
        g_autofree char *bus = g_build_filename(directory, "bus", NULL);
        g_autofree char *service = g_build_filename(directory, "org.freedesktop.systemd1.service", NULL);

        (void) unlink(bus);
        (void) unlink(service);
        if (with_systemd) /* as systemd installs it; dbus-daemon knows the name */
                g_free(write_file("org.freedesktop.systemd1.service",
                                  "[D-BUS Service]\nName=org.freedesktop.systemd1\nExec=/bin/false\n"));

        return write_file("bus.conf", text);
}

/* Of a test that crashed nothing is to stay. */
static void daemon_setup(void *userdata) {
        (void) userdata;
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void start_daemon(FakeBus *bus, bool with_systemd) {
        g_autofree char *config = write_config(with_systemd), *option = g_strconcat("--config-file=", config, NULL);
        const char *arguments[] = { "dbus-daemon",
                                    option,
                                    "--nofork",
                                    "--nopidfile",
                                    "--nosyslog",
                                    "--print-address",
                                    with_systemd ? "--systemd-activation" : NULL,
                                    NULL };
        g_autoptr(GError) error = NULL;
        char greeting[256];
        int output;

        (void) g_spawn_async_with_pipes(NULL, (char **) arguments, NULL,
                                        G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                        daemon_setup, NULL, &bus->daemon, NULL, &output, NULL, &error);
        g_assert_no_error(error);

        /* It prints its address when it listens. */
        g_assert_cmpint(read(output, greeting, sizeof(greeting)), >, 0);
        (void) close(output);
}

static void record(FakeBus *bus, GDBusMessage *message) {
        const char *name, *new_owner;

        g_mutex_lock(&bus->mutex);
        if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL) {
                g_ptr_array_add(bus->calls, g_object_ref(message));

        } else if (g_strcmp0(g_dbus_message_get_member(message), "NameOwnerChanged") == 0) {
                g_variant_get(g_dbus_message_get_body(message), "(&s&s&s)", &name, NULL, &new_owner);
                if (!*new_owner)
                        g_hash_table_add(bus->gone, g_strdup(name));
        }
        g_cond_broadcast(&bus->changed);
        g_mutex_unlock(&bus->mutex);
}

/* A monitor says nothing: nothing may get as far as to be answered. */
static GDBusMessage *on_monitored(GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
                                  void *userdata) {
        GDBusMessageType type = g_dbus_message_get_message_type(message);

        (void) connection;
        if (!incoming || (type != G_DBUS_MESSAGE_TYPE_METHOD_CALL && type != G_DBUS_MESSAGE_TYPE_SIGNAL))
                return message;

        record(userdata, message);
        g_object_unref(message);
        return NULL;
}

static void start_monitor(FakeBus *bus) {
        g_autoptr(GVariant) answer = NULL;
        g_autoptr(GError) error = NULL;

        bus->monitor = g_dbus_connection_new_for_address_sync(
                address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                NULL, NULL, &error);
        g_assert_no_error(error);

        (void) g_dbus_connection_add_filter(bus->monitor, on_monitored, bus, NULL);
        answer = g_dbus_connection_call_sync(
                bus->monitor, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.Monitoring",
                "BecomeMonitor", g_variant_new("(asu)", NULL, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
        g_assert_no_error(error);
}

FakeBus *fake_bus_new(bool with_systemd) {
        FakeBus *bus = g_new0(FakeBus, 1);

        g_mutex_init(&bus->mutex);
        g_cond_init(&bus->changed);
        bus->calls = g_ptr_array_new_with_free_func(g_object_unref);
        bus->gone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        start_daemon(bus, with_systemd);
        start_monitor(bus);
        return bus;
}

void fake_bus_kill(FakeBus *bus) {
        if (bus->daemon == 0)
                return;

        (void) kill(bus->daemon, SIGKILL);
        g_assert_cmpint(waitpid(bus->daemon, NULL, 0), ==, bus->daemon);
        bus->daemon = 0;
}

void fake_bus_free(FakeBus *bus) {
        (void) g_dbus_connection_close_sync(bus->monitor, NULL, NULL);
        fake_bus_kill(bus);
        g_object_unref(bus->monitor);
        g_ptr_array_unref(bus->calls);
        g_hash_table_unref(bus->gone);
        g_cond_clear(&bus->changed);
        g_mutex_clear(&bus->mutex);
        g_free(bus);
}

void fake_bus_settle(FakeBus *bus, const char *name) {
        gint64 end = g_get_monotonic_time() + PATIENCE_USEC;

        g_mutex_lock(&bus->mutex);
        while (bus->daemon != 0 && !g_hash_table_contains(bus->gone, name))
                if (!g_cond_wait_until(&bus->changed, &bus->mutex, end))
                        g_error("%s does not leave the bus", name);
        g_mutex_unlock(&bus->mutex);
}

static GDBusMessage *find(FakeBus *bus, const char *member, unsigned n, unsigned *ret_position, unsigned *ret_count) {
        GDBusMessage *found = NULL;

        *ret_count = 0;
        g_mutex_lock(&bus->mutex);
        for (unsigned i = 0; i < bus->calls->len; i++) {
                GDBusMessage *call = bus->calls->pdata[i];

                if (g_strcmp0(g_dbus_message_get_member(call), member) != 0)
                        continue;
                if ((*ret_count)++ == n) {
                        found = call;
                        *ret_position = i;
                }
        }
        g_mutex_unlock(&bus->mutex);

        return found;
}

unsigned fake_bus_count(FakeBus *bus, const char *member) {
        unsigned position, count;

        (void) find(bus, member, 0, &position, &count);
        return count;
}

GDBusMessage *fake_bus_nth(FakeBus *bus, const char *member, unsigned n, unsigned *ret_position) {
        gint64 end = g_get_monotonic_time() + PATIENCE_USEC;
        unsigned position = 0, count;
        GDBusMessage *call;

        /* The record is kept by a monitor: it can be a moment behind what the caller has an answer to. */
        while (!(call = find(bus, member, n, &position, &count)))
                if (g_get_monotonic_time() < end)
                        g_usleep(1000);
                else
                        g_error("call %u of %s was never made", n, member);

        if (ret_position)
                *ret_position = position;
        return call;
}
