/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-sender.h"

#include <errno.h>

#include "systemd/manager.h"

/* The bus answers this of itself, at once. One that does not is not worth waiting for as long as sd-bus would. */
#define BUS_TIMEOUT_USEC (5 * USEC_PER_SEC)

int sender_ask(sd_bus_message *message, sd_bus_message_handler_t done, void *userdata, sd_bus_slot **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        sd_bus *bus = sd_bus_message_get_bus(message);
        int r;

        r = sd_bus_message_new_method_call(bus, &call, DBUS_NAME, DBUS_PATH, DBUS_NAME, "GetConnectionUnixUser");
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "s", sd_bus_message_get_sender(message));
        if (r < 0)
                return r;

        return sd_bus_call_async(bus, ret, call, done, userdata, BUS_TIMEOUT_USEC);
}

int sender_read(sd_bus_message *answer, uid_t *ret) {
        const sd_bus_error *error = sd_bus_message_get_error(answer);
        uint32_t uid;
        int r;

        if (error)
                return sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER) ? -ENXIO : -EACCES;

        r = sd_bus_message_read(answer, "u", &uid);
        if (r < 0 || uid == (uid_t) -1)
                return -EACCES;

        *ret = (uid_t) uid;
        return 0;
}
