/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/fake-manager.h"

#include <string.h>

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define INTERFACE NAME ".Manager"

/* Takes @message. */
static void post(FakeManager *fake, GDBusMessage *message) {
        g_autoptr(GError) error = NULL;

        if (fake->connection)
                (void) g_dbus_connection_send_message(fake->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                                      &error);
        g_assert_no_error(error);
        g_object_unref(message);
}

static void flush(FakeManager *fake) {
        if (fake->connection)
                (void) g_dbus_connection_flush_sync(fake->connection, NULL, NULL);
}

void fake_reply(FakeManager *fake, GDBusMessage *call, GVariant *body) {
        GDBusMessage *reply;

        if (g_dbus_message_get_flags(call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) {
                if (body)
                        g_variant_unref(g_variant_ref_sink(body));
                return;
        }

        reply = g_dbus_message_new_method_reply(call);
        if (body)
                g_dbus_message_set_body(reply, body);
        post(fake, reply);
        flush(fake);
}

void fake_reply_empty(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, NULL);
}

void fake_reply_job(FakeManager *fake, GDBusMessage *call) {
        fake_reply(fake, call, g_variant_new("(o)", FAKE_JOB));
}

void fake_reply_error(FakeManager *fake, GDBusMessage *call, const char *name, const char *text) {
        GDBusMessage *reply = g_dbus_message_new_method_error_literal(call, name, text ?: "");

        if (!text)
                g_dbus_message_set_body(reply, g_variant_new("()"));
        post(fake, reply);
        flush(fake);
}

void fake_signal(FakeManager *fake, const char *member, GVariant *body) {
        GDBusMessage *message = g_dbus_message_new_signal(PATH, INTERFACE, member);

        g_dbus_message_set_destination(message, fake->destination);
        g_dbus_message_set_body(message, body);
        post(fake, message);
        flush(fake);
}

void fake_job_removed(FakeManager *fake, const char *job, const char *unit, const char *result) {
        fake_signal(fake, "JobRemoved", g_variant_new("(uoss)", 42, job, unit, result));
}

void fake_accept(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        fake_job_removed(fake, FAKE_JOB, fake->unit, "done");
}

void fake_ignore(FakeManager *fake, GDBusMessage *call) {
        (void) fake;
        (void) call;
}

static void answer_start(FakeManager *fake, GDBusMessage *call) {
        unsigned n = MIN(fake->n_started, G_N_ELEMENTS(fake->start) - 1);

        fake->n_started++;
        g_set_object(&fake->last_start, call);
        g_variant_get_child(g_dbus_message_get_body(call), 0, "&s", &fake->unit);

        while (n > 0 && !fake->start[n])
                n--;
        (fake->start[n] ?: fake_accept)(fake, call);
}

static void answer_get(FakeManager *fake, GDBusMessage *call) {
        static const guint8 id[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };
        const char *property;
        GVariant *value;

        if (fake->get) {
                fake->get(fake, call);
                return;
        }

        g_variant_get(g_dbus_message_get_body(call), "(&s&s)", NULL, &property);
        if (strcmp(property, "ControlGroup") == 0)
                value = g_variant_new_string(fake->control_group);
        else if (strcmp(property, "Version") == 0)
                value = g_variant_new_string("252.39-1~fake");
        else if (strcmp(property, "FreezerState") == 0)
                value = g_variant_new_string(fake->freezer_state);
        else if (strcmp(property, "ActiveState") == 0)
                value = g_variant_new_string(fake->active_state);
        else if (strcmp(property, "Delegate") == 0)
                value = g_variant_new_boolean(fake->delegate);
        else if (strcmp(property, "UnitsLoadTimestampMonotonic") == 0)
                value = g_variant_new_uint64(fake->units_loaded);
        else if (strcmp(property, "Job") == 0)
                value = g_variant_new("(uo)", fake->job_left, fake->job_left ? FAKE_JOB : "/");
        else
                value = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, id, sizeof(id), 1);
        fake_reply(fake, call, g_variant_new("(v)", value));
}

static bool is_control(const char *member) {
        static const char *const members[] = { "SetUnitProperties",     "FreezeUnit", "ThawUnit", "KillUnit",
                                               "AttachProcessesToUnit", NULL };

        return g_strv_contains(members, member);
}

static void answer(FakeManager *fake, GDBusMessage *call) {
        const char *member = g_dbus_message_get_member(call);

        if (fake->any)
                fake->any(fake, call);
        else if (strcmp(member, "StartTransientUnit") == 0)
                answer_start(fake, call);
        else if (strcmp(member, "Get") == 0)
                answer_get(fake, call);
        else if (g_str_has_prefix(member, "GetUnit") && fake->get_unit)
                fake->get_unit(fake, call);
        else if (strcmp(member, "ResetFailedUnit") == 0)
                (fake->reset ?: fake_reply_job)(fake, call);
        else if (strcmp(member, "StopUnit") == 0)
                (fake->stop ?: fake_reply_job)(fake, call);
        else if (strcmp(member, "RestartUnit") == 0)
                (fake->restart ?: fake_reply_job)(fake, call);
        else if (strcmp(member, "Reload") == 0)
                (fake->reload ?: fake_reply_empty)(fake, call);
        else if (strcmp(member, "ListUnitsByPatterns") == 0 && fake->list)
                fake->list(fake, call);
        else if (is_control(member))
                (fake->control ?: fake_reply_empty)(fake, call);
        else
                fake_reply_error(fake, call, "org.freedesktop.DBus.Error.UnknownMethod", member);
}

/* Ends with the message that no bus delivers. */
static void *serve(void *userdata) {
        FakeManager *fake = userdata;

        for (;;) {
                g_autoptr(GDBusMessage) call = g_async_queue_pop(fake->calls);

                if (!g_dbus_message_get_member(call))
                        return NULL;
                if (fake->connection)
                        answer(fake, call);
        }
}

/* In GDBus's thread, which must not be kept. */
static GDBusMessage *on_message(GDBusConnection *connection, GDBusMessage *message, gboolean incoming, void *userdata) {
        FakeManager *fake = userdata;

        (void) connection;
        if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
                return message;

        g_async_queue_push(fake->calls, message);
        return NULL;
}

void fake_leave(FakeManager *fake) {
        flush(fake);
        (void) g_dbus_connection_close_sync(fake->connection, NULL, NULL);
        g_clear_object(&fake->connection);
}

void fake_return(FakeManager *fake) {
        g_autoptr(GVariant) owned = NULL;
        g_autoptr(GError) error = NULL;

        fake->connection = g_dbus_connection_new_for_address_sync(
                fake_bus_address(),
                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
                NULL, &error);
        g_assert_no_error(error);

        (void) g_dbus_connection_add_filter(fake->connection, on_message, fake, NULL);
        owned = g_dbus_connection_call_sync(fake->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                            "org.freedesktop.DBus", "RequestName", g_variant_new("(su)", fake->name, 4),
                                            NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
        g_assert_no_error(error);
}

FakeManager *fake_service_new(FakeBus *bus, const char *name) {
        FakeManager *fake = g_new0(FakeManager, 1);

        fake->bus = bus;
        fake->name = name;
        fake->control_group = "/fake.slice/fake.scope";
        fake->freezer_state = "running";
        fake->active_state = "active";
        fake->calls = g_async_queue_new_full(g_object_unref);
        fake_return(fake);
        fake->thread = g_thread_new("manager", serve, fake);
        return fake;
}

FakeManager *fake_manager_new(FakeBus *bus) {
        return fake_service_new(bus, NAME);
}

void fake_manager_free(FakeManager *fake) {
        g_async_queue_push(fake->calls, g_dbus_message_new());
        (void) g_thread_join(fake->thread);

        if (fake->connection)
                fake_leave(fake);
        g_clear_object(&fake->last_start);
        g_async_queue_unref(fake->calls);
        g_free(fake);
}
