/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/polkit.h"

#include <assert.h>

#include "basic/clock.h"

/* https://polkit.pages.freedesktop.org/polkit/eggdbus-interface-org.freedesktop.PolicyKit1.Authority.html */
#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define ALLOW_USER_INTERACTION UINT32_C(1)
#define DISMISSED "polkit.dismissed"

struct PolkitCheck {
        sd_bus *bus;
        sd_bus_slot *slot;
        char id[32]; /* for the cancellation, unique on this connection */
        uint64_t deadline;
        bool pending;

        PolkitFunction done;
        void *userdata;
};

/* Whether the details of an answer, the next to be read, have the key. */
static int read_dismissed(sd_bus_message *m, bool *ret) {
        const char *key, *value;
        bool dismissed = false;
        int r;

        r = sd_bus_message_enter_container(m, SD_BUS_TYPE_ARRAY, "{ss}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "{ss}", &key, &value)) > 0)
                dismissed = dismissed || (streq(key, DISMISSED) && !isempty(value));
        if (r < 0)
                return r;

        *ret = dismissed;
        return sd_bus_message_exit_container(m);
}

static PolkitAnswer read_answer(sd_bus_message *m) {
        int authorized, challenge;
        bool dismissed = false;

        if (sd_bus_message_enter_container(m, SD_BUS_TYPE_STRUCT, "bba{ss}") < 0 ||
            sd_bus_message_read(m, "bb", &authorized, &challenge) < 0 || read_dismissed(m, &dismissed) < 0)
                return POLKIT_FAILED;

        return authorized ? POLKIT_AUTHORIZED :
               dismissed ? POLKIT_DISMISSED :
               challenge ? POLKIT_CHALLENGE : POLKIT_DENIED;
}

static PolkitAnswer read_error(const PolkitCheck *check, const sd_bus_error *error) {
        /* What the bus says itself, and sd-bus: of a service that is not there, cannot be started, or went away. */
        static const char *const absent[] = {
                SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_DISCONNECTED,
                SD_BUS_ERROR_NO_REPLY,        SD_BUS_ERROR_TIMEOUT,
        };

        if (deadline_left(check->deadline) == 0)
                return POLKIT_TIMEOUT;

        for (size_t i = 0; i < ELEMENTSOF(absent); i++)
                if (sd_bus_error_has_name(error, absent[i]))
                        return POLKIT_ABSENT;

        /* systemd's: of a unit that is masked, or not there */
        if (startswith(error->name, "org.freedesktop.DBus.Error.Spawn.") ||
            startswith(error->name, "org.freedesktop.systemd1."))
                return POLKIT_ABSENT;

        return POLKIT_FAILED;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *ret_error _unused_) {
        const sd_bus_error *error = sd_bus_message_get_error(m);
        PolkitCheck *check = userdata;
        PolkitAnswer answer = error ? read_error(check, error) : read_answer(m);
        const char *text = NULL;

        /* One that took too long may still stand on a screen. */
        check->pending = answer == POLKIT_TIMEOUT;
        if (answer == POLKIT_FAILED)
                text = error ? error->message ?: error->name : "its answer makes no sense";

        check->done(answer, text, check->userdata);
        return 1;
}

static int append_question(sd_bus_message *m, const PolkitQuestion *question, const char *id) {
        int r;

        r = sd_bus_message_append(m, "(sa{sv})s", "system-bus-name", 1, "name", "s", question->sender,
                                  question->action);
        if (r < 0)
                return r;

        r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "{ss}");
        if (r < 0)
                return r;
        for (const char *const *detail = question->details; *detail; detail += 2) {
                r = sd_bus_message_append(m, "{ss}", detail[0], detail[1]);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;

        return sd_bus_message_append(m, "us", question->interactive ? ALLOW_USER_INTERACTION : 0, id);
}

static void polkit_check_freep(PolkitCheck **check) {
        polkit_check_free(*check);
}

int polkit_check(sd_bus *bus, const PolkitQuestion *question, PolkitFunction done, void *userdata,
                 PolkitCheck **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        _cleanup_(polkit_check_freep) PolkitCheck *check = NULL;
        static uint64_t n_checks;
        int r;

        assert(question->sender && question->action && done);

        check = calloc(1, sizeof(*check));
        if (!check)
                return -ENOMEM;
        *check = (PolkitCheck) {
                .bus = sd_bus_ref(bus),
                .deadline = deadline_after(question->timeout),
                .done = done,
                .userdata = userdata,
        };
        (void) snprintf(check->id, sizeof(check->id), "cgscoped-%llu", (unsigned long long) ++n_checks);

        r = sd_bus_message_new_method_call(bus, &m, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization");
        if (r < 0)
                return r;
        r = append_question(m, question, check->id);
        if (r < 0)
                return r;
        r = sd_bus_call_async(bus, &check->slot, m, on_answer, check, question->timeout);
        if (r < 0)
                return r;

        check->pending = true;
        *ret = TAKE_PTR(check);
        return 0;
}

/* Nobody waits for the answer, and a polkit that is gone is not to be started for it. */
static void cancel(PolkitCheck *check) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        if (sd_bus_message_new_method_call(check->bus, &m, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE,
                                           "CancelCheckAuthorization") >= 0 &&
            sd_bus_message_append(m, "s", check->id) >= 0 && sd_bus_message_set_auto_start(m, false) >= 0 &&
            sd_bus_message_set_expect_reply(m, false) >= 0)
                (void) sd_bus_send(check->bus, m, NULL);
}

void polkit_check_free(PolkitCheck *check) {
        if (!check)
                return;

        if (check->pending)
                cancel(check);
        (void) sd_bus_slot_unref(check->slot);
        (void) sd_bus_unref(check->bus);
        free(check);
}
