/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Those who ask the service. */

#include <sys/syscall.h>

#include "cgscoped/cgscoped-test.h"

#define PATIENCE_USEC (20 * G_USEC_PER_SEC)

static GDBusMessage *on_received(GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
                                 void *userdata) {
        Caller *caller = userdata;

        (void) connection;
        if (!incoming)
                return message;

        g_mutex_lock(&caller->mutex);
        g_ptr_array_add(caller->received, g_object_ref(message));
        g_cond_broadcast(&caller->changed);
        g_mutex_unlock(&caller->mutex);
        return message;
}

/* The first message that fits, taken out. */
static GDBusMessage *take(Caller *caller, bool (*fits)(GDBusMessage *message, uint32_t serial), uint32_t serial) {
        gint64 end = g_get_monotonic_time() + PATIENCE_USEC;
        GDBusMessage *found = NULL;

        g_mutex_lock(&caller->mutex);
        while (!found) {
                for (unsigned i = 0; !found && i < caller->received->len; i++)
                        if (fits(caller->received->pdata[i], serial))
                                found = g_ptr_array_steal_index(caller->received, i);
                if (!found && !g_cond_wait_until(&caller->changed, &caller->mutex, end))
                        g_error("a caller waits in vain");
        }
        g_mutex_unlock(&caller->mutex);

        return found;
}

static bool is_answer(GDBusMessage *message, uint32_t serial) {
        return g_dbus_message_get_reply_serial(message) == serial;
}

static bool is_changed(GDBusMessage *message, uint32_t serial _unused_) {
        return g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_SIGNAL &&
               g_strcmp0(g_dbus_message_get_member(message), "Changed") == 0;
}

/* For this thread alone, which the C library cannot do. */
static void become(uid_t effective) {
        g_assert_cmpint(syscall(SYS_setresuid, effective, effective, 0), ==, 0);
}

static void connect_to_bus(Caller *caller) {
        g_autoptr(GVariant) answer = NULL;
        g_autoptr(GError) error = NULL;

        caller->connection = g_dbus_connection_new_for_address_sync(
                fake_bus_address(),
                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
                NULL, &error);
        g_assert_no_error(error);

        (void) g_dbus_connection_add_filter(caller->connection, on_received, caller, NULL);
        answer = g_dbus_connection_call_sync(caller->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                             "org.freedesktop.DBus", "AddMatch",
                                             g_variant_new("(s)", "type='signal',interface='" DESTINATION "'"), NULL,
                                             G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
        g_assert_no_error(error);
}

Caller *caller_new(uid_t uid) {
        bool other = uid != geteuid();
        Caller *caller = g_new0(Caller, 1);

        g_mutex_init(&caller->mutex);
        g_cond_init(&caller->changed);
        caller->received = g_ptr_array_new_with_free_func(g_object_unref);

        if (other)
                become(uid);
        connect_to_bus(caller);
        if (other)
                become(0);
        return caller;
}

void caller_free(Caller *caller) {
        (void) g_dbus_connection_close_sync(caller->connection, NULL, NULL);
        g_object_unref(caller->connection);
        g_ptr_array_unref(caller->received);
        g_cond_clear(&caller->changed);
        g_mutex_clear(&caller->mutex);
        g_free(caller);
}

static uint32_t send_call(Caller *caller, const char *interface, const char *member, GVariant *parameters,
                          bool interactive) {
        g_autoptr(GDBusMessage) call =
                g_dbus_message_new_method_call(DESTINATION, "/org/cgscope/Delegation1", interface, member);
        g_autoptr(GError) error = NULL;
        uint32_t serial = 0;

        if (parameters)
                g_dbus_message_set_body(call, parameters);
        if (interactive)
                g_dbus_message_set_flags(call, G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
        (void) g_dbus_connection_send_message(caller->connection, call, G_DBUS_SEND_MESSAGE_FLAGS_NONE, &serial,
                                              &error);
        g_assert_no_error(error);
        return serial;
}

uint32_t caller_send(Caller *caller, const char *member, GVariant *parameters, bool interactive) {
        return send_call(caller, DESTINATION, member, parameters, interactive);
}

GDBusMessage *caller_await(Caller *caller, uint32_t serial) {
        return take(caller, is_answer, serial);
}

GDBusMessage *caller_call(Caller *caller, const char *member, GVariant *parameters) {
        return caller_await(caller, caller_send(caller, member, parameters, false));
}

void caller_sync(Caller *caller) {
        g_object_unref(caller_await(caller, send_call(caller, "org.freedesktop.DBus.Peer", "Ping", NULL, false)));
}

uint64_t caller_await_changed(Caller *caller) {
        g_autoptr(GDBusMessage) message = take(caller, is_changed, 0);
        guint64 uid;

        g_variant_get(g_dbus_message_get_body(message), "(t)", &uid);
        return uid;
}

void assert_answer(GDBusMessage *answer, const char *name, ...) {
        const char *text = NULL, *word;
        va_list words;

        if (g_dbus_message_get_message_type(answer) == G_DBUS_MESSAGE_TYPE_ERROR)
                g_variant_get(g_dbus_message_get_body(answer), "(&s)", &text);
        if (text)
                g_test_message("%s", text);
        g_assert_cmpstr(g_dbus_message_get_error_name(answer), ==, name);

        if (text) {
                g_assert_null(strchr(text, '\n'));
                g_assert_null(strstr(text, "(null)"));
                g_assert_cmpuint(strlen(text), <, 1000);
        }

        va_start(words, name);
        while ((word = va_arg(words, const char *)))
                if (!text || !strstr(text, word))
                        g_error("\"%s\" is not in \"%s\"", word, text ?: "");
        va_end(words);
        g_object_unref(answer);
}

GVariant *change_new(uint64_t uid, const char *controllers, bool runtime) {
        g_auto(GStrv) names = g_strsplit(controllers, " ", -1);

        return g_variant_new("(t^asb)", uid, names, runtime);
}
