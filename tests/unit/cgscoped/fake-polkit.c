/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/fake-polkit.h"

#include <string.h>

/* Takes @reply. The one who asked may have gone. */
static void post(FakePolkit *fake, GDBusMessage *reply) {
        (void) g_dbus_connection_send_message(fake->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
        (void) g_dbus_connection_flush_sync(fake->connection, NULL, NULL);
        g_object_unref(reply);
}

void fake_polkit_reply(FakePolkit *fake, GDBusMessage *call, GVariant *body) {
        GDBusMessage *reply = g_dbus_message_new_method_reply(call);

        g_dbus_message_set_body(reply, body);
        post(fake, reply);
}

static void reply(FakePolkit *fake, GDBusMessage *call, bool authorized, bool challenge, const char *key) {
        GVariantBuilder details;

        g_variant_builder_init(&details, G_VARIANT_TYPE("a{ss}"));
        if (key)
                g_variant_builder_add(&details, "{ss}", key, "true");
        fake_polkit_reply(fake, call, g_variant_new("((bba{ss}))", authorized, challenge, &details));
}

void fake_polkit_authorize(FakePolkit *fake, GDBusMessage *call) {
        reply(fake, call, true, false, "polkit.temporary_authorization_id");
}

void fake_polkit_deny(FakePolkit *fake, GDBusMessage *call) {
        reply(fake, call, false, false, NULL);
}

void fake_polkit_challenge(FakePolkit *fake, GDBusMessage *call) {
        reply(fake, call, false, true, "polkit.retains_authorization_after_challenge");
}

void fake_polkit_dismiss(FakePolkit *fake, GDBusMessage *call) {
        reply(fake, call, false, true, "polkit.dismissed");
}

void fake_polkit_fail(FakePolkit *fake, GDBusMessage *call) {
        post(fake, g_dbus_message_new_method_error_literal(call, FAKE_POLKIT_NAME ".Error.Failed",
                                                           "Action is\nnot registered"));
}

void fake_polkit_babble(FakePolkit *fake, GDBusMessage *call) {
        fake_polkit_reply(fake, call, g_variant_new("(bba{ss})", true, false, NULL));
}

void fake_polkit_ignore(FakePolkit *fake, GDBusMessage *call) {
        (void) fake;
        (void) call;
}

void fake_polkit_leave(FakePolkit *fake, GDBusMessage *call) {
        (void) call;
        (void) g_dbus_connection_close_sync(fake->connection, NULL, NULL);
        g_clear_object(&fake->connection);
}

/* Ends with the message that no bus delivers. */
static void *serve(void *userdata) {
        FakePolkit *fake = userdata;

        for (;;) {
                g_autoptr(GDBusMessage) call = g_async_queue_pop(fake->calls);

                if (!g_dbus_message_get_member(call))
                        return NULL;
                if (fake->connection && strcmp(g_dbus_message_get_member(call), "CheckAuthorization") == 0)
                        fake->answer(fake, call);
        }
}

/* In GDBus's thread, which must not be kept. */
static GDBusMessage *on_message(GDBusConnection *connection, GDBusMessage *message, gboolean incoming, void *userdata) {
        FakePolkit *fake = userdata;

        (void) connection;
        if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
                return message;

        g_async_queue_push(fake->calls, message);
        return NULL;
}

static void take_name(FakePolkit *fake) {
        g_autoptr(GVariant) owned = NULL;
        g_autoptr(GError) error = NULL;

        fake->connection = g_dbus_connection_new_for_address_sync(
                fake_bus_address(),
                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
                NULL, &error);
        g_assert_no_error(error);

        (void) g_dbus_connection_add_filter(fake->connection, on_message, fake, NULL);
        owned = g_dbus_connection_call_sync(fake->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                            "org.freedesktop.DBus", "RequestName",
                                            g_variant_new("(su)", FAKE_POLKIT_NAME, 4), NULL, G_DBUS_CALL_FLAGS_NONE,
                                            -1, NULL, &error);
        g_assert_no_error(error);
}

FakePolkit *fake_polkit_new(FakePolkitAnswer answer) {
        FakePolkit *fake = g_new0(FakePolkit, 1);

        fake->answer = answer;
        fake->calls = g_async_queue_new_full(g_object_unref);
        take_name(fake);
        fake->thread = g_thread_new("polkit", serve, fake);
        return fake;
}

void fake_polkit_free(FakePolkit *fake) {
        g_async_queue_push(fake->calls, g_dbus_message_new());
        (void) g_thread_join(fake->thread);

        if (fake->connection)
                fake_polkit_leave(fake, NULL);
        g_async_queue_unref(fake->calls);
        g_free(fake);
}
