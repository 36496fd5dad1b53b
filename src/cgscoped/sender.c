/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sender.h"

#include <errno.h>

#include "systemd/manager.h"

/* The bus answers this of itself, at once. One that does not is not worth waiting for as long as sd-bus would. */
#define BUS_TIMEOUT_USEC (5 * USEC_PER_SEC)

int sender_uid(sd_bus_message *message, uid_t *ret) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        const char *sender = sd_bus_message_get_sender(message);
        uint32_t uid;
        int r;

        if (!sender)
                return -EACCES;

        r = sd_bus_message_new_method_call(sd_bus_message_get_bus(message), &call, DBUS_NAME, DBUS_PATH, DBUS_NAME,
                                           "GetConnectionUnixUser");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", sender);
        if (r >= 0)
                r = sd_bus_call(sd_bus_message_get_bus(message), call, BUS_TIMEOUT_USEC, &error, &reply);
        if (r < 0)
                return sd_bus_error_has_name(&error, SD_BUS_ERROR_NAME_HAS_NO_OWNER) ? -ENXIO : -EACCES;

        r = sd_bus_message_read(reply, "u", &uid);
        if (r < 0 || uid == (uid_t) -1)
                return -EACCES;

        *ret = (uid_t) uid;
        return 0;
}
