/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The connection to one systemd manager, over the bus it is on: PID 1 on the system bus, a user's manager on that
 * user's bus. Never one instead of the other. For root alone, and only where there is no system bus (early boot, a
 * rescue shell, a small image), to PID 1 by its own socket. */

#include <systemd/sd-bus.h>

#include "basic/format.h"
#include "systemd/agent.h"
#include "systemd/asking.h"

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_UNIT_PREFIX SYSTEMD_PATH "/unit"
#define SYSTEMD_MANAGER SYSTEMD_NAME ".Manager"
#define SYSTEMD_UNIT SYSTEMD_NAME ".Unit"
#define SYSTEMD_SCOPE SYSTEMD_NAME ".Scope"
#define SYSTEMD_SERVICE SYSTEMD_NAME ".Service"
#define SYSTEMD_SLICE SYSTEMD_NAME ".Slice"

/* A name that nobody has on a bus: ours where there is none. */
#define NO_UNIQUE_NAME ":0.0"

#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"
#define DBUS_PROPERTIES DBUS_NAME ".Properties"

struct Manager {
        sd_bus *bus;
        char *address;
        bool direct;     /* to the manager itself: there is no bus in between, and nobody else on the connection */
        bool let_in;     /* the other end has */
        uint64_t opened; /* when it was begun to connect */
        ManagerOptions options;
        Agent agent;
};

void manager_free(Manager *manager);

/* As a message names it. */
const char *manager_title(const Manager *manager);

/* Deals with one message, or waits for one until @deadline: nothing here waits for the other end but by this, by a call
 * with what is left of the deadline (manager_try()), and by naps between such calls. -ETIMEDOUT: it has passed. */
int manager_step(Manager *manager, uint64_t deadline);

/* Waits until the other end has let us in. */
int manager_await(Manager *manager);
int manager_greet(Manager *manager, const char **ret_name, Trouble *trouble);
int manager_control_group(Manager *manager, char **ret, Trouble *trouble);
int manager_version(Manager *manager, char **ret, Trouble *trouble);
int manager_stop_timeout(Manager *manager, uint64_t *ret, Trouble *trouble);

/* Whether @r, of a call, says that the connection is closed. */
static inline bool manager_is_closed(int r) {
        return r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE;
}

/* All the time that there was until the deadline, for a message. Returns @buffer. */
char *manager_format_time(const Manager *manager, char buffer[static FORMAT_MAX]);

/* Puts an error of the bus or of the manager into words: the remote text, or what the error's name means here. @error
 * may be unset, then @r says what happened. */
int manager_explain(Manager *manager, int r, const sd_bus_error *error, Trouble *trouble);

/* Compose a call of a method of the manager's own object, and one that asks for a property of @unit, or (NULL) of the
 * manager's own. *ret is owned by the caller. A unit that is not loaded is loaded for it: then it has what its files
 * say, or what a unit has that has none. */
int manager_call_new(Manager *manager, sd_bus_message **ret, const char *method, const char *types, ...);
int manager_property_new(Manager *manager, sd_bus_message **ret, const char *unit, const char *interface,
                         const char *name);

/* Calls with what is left of the deadline. Errors are put into words. *ret_reply is owned by the caller. */
int manager_call(Manager *manager, sd_bus_message *call, sd_bus_message **ret_reply, Trouble *trouble);

/* The same for callers with words of their own for what comes back in @error. */
int manager_try(Manager *manager, sd_bus_message *call, sd_bus_error *error, sd_bus_message **ret_reply);

/* Gets such a property; the reply stands in the variant, of @type. */
int manager_get_property(Manager *manager, const char *unit, const char *interface, const char *name, const char *type,
                         sd_bus_message **ret, Trouble *trouble);

/* The same for one that is a number or a boolean, into *ret as sd_bus_message_read_basic() does; and a string, which is
 * freed by the caller. */
int manager_get_basic(Manager *manager, const char *unit, const char *interface, const char *name, char type, void *ret,
                      Trouble *trouble);
int manager_get_text(Manager *manager, const char *unit, const char *interface, const char *name, char **ret,
                     Trouble *trouble);

/* Asks the bus about somebody's @name on it, as NameHasOwner(). */
int manager_ask_bus(Manager *manager, const char *method, const char *name, char type, void *ret, Trouble *trouble);

/* Has it read its files again; returns when it has. */
int manager_reload(Manager *manager, Trouble *trouble);

static inline void manager_freep(Manager **manager) {
        manager_free(*manager);
}
