/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/manager.h"

#include <assert.h>
#include <stdarg.h>

#include "basic/clock.h"
#include "basic/format.h"
#include "basic/trouble.h"
#include "systemd/bus-address.h"

void manager_free(Manager *manager) {
        if (!manager)
                return;

        agent_close(&manager->agent);

        /* Flushing one that is not through with its greeting would wait for that, without end. */
        if (manager->bus && sd_bus_is_ready(manager->bus) > 0)
                (void) sd_bus_flush(manager->bus);
        (void) sd_bus_close_unref(manager->bus);
        free(manager->address);
        free(manager);
}

const char *manager_title(const Manager *manager) {
        return manager->options.kind == MANAGER_SYSTEM ? "the system manager" : "your user manager";
}

/* Without the full stop that some messages end with. */
static int message_length(const char *message) {
        size_t length = strlen(message);

        return (int) (length > 0 && message[length - 1] == '.' ? length - 1 : length);
}

/* Where nobody has told, a part of it was over when it was begun to connect. */
char *manager_format_time(const Manager *manager, char buffer[static FORMAT_MAX]) {
        uint64_t deadline = manager->options.deadline, unit = 100 * USEC_PER_MSEC, time;

        if (manager->options.timeout > 0)
                return format_timespan(manager->options.timeout, USEC_PER_MSEC, buffer);

        time = deadline > manager->opened ? deadline - manager->opened : 0;
        return format_timespan(time < unit ? time : (time + unit / 2) / unit * unit, USEC_PER_MSEC, buffer);
}

static int explain_timeout(const Manager *manager, Trouble *trouble) {
        char time[FORMAT_MAX];

        (void) manager_format_time(manager, time);
        if (manager->let_in)
                (void) trouble_set(trouble, -ETIMEDOUT, "%s was not done within %s", manager_title(manager), time);
        else
                (void) trouble_set(trouble, -ETIMEDOUT, "the %s at %s did not answer within %s",
                                   manager->direct                           ? "system manager"
                                   : manager->options.kind == MANAGER_SYSTEM ? "system bus"
                                                                             : "user bus",
                                   manager->address, time);

        return trouble_help(trouble, -ETIMEDOUT, "is it busy?%s",
                            manager->options.fixed ? "" : " --timeout sets how long to wait");
}

int manager_explain(Manager *manager, int r, const sd_bus_error *error, Trouble *trouble) {
        const char *title = manager_title(manager), *answer;

        if (!error || !sd_bus_error_is_set(error)) {
                if (r == -ETIMEDOUT)
                        return explain_timeout(manager, trouble);
                if (!manager->let_in)
                        return bus_explain(manager->options.kind, manager->address, r, trouble);
                if (manager_is_closed(r))
                        return trouble_set(trouble, r, "the bus to %s was closed", title);
                return trouble_set(trouble, r, "%s: %s", title, strerror(-r));
        }

        /* On a bus of its own the activation of the name is tried, and fails (its Exec= is /bin/false). */
        if (sd_bus_error_has_names(error, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER) ||
            startswith(error->name, "org.freedesktop.DBus.Error.Spawn."))
                return bus_explain_no_systemd(manager->options.kind, trouble);

        r = r < 0 ? r : -EIO;
        answer = error->message ?: error->name;
        if (sd_bus_error_has_names(error, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT))
                return trouble_set(trouble, r, "%s went away or did not answer", title);
        if (sd_bus_error_has_names(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                                   SD_BUS_ERROR_ACCESS_DENIED)) {
                (void) trouble_set(trouble, r, "%s refuses: %.*s", title, message_length(answer), answer);
                return trouble_help(trouble, r,
                                    "run it as root, in your own user manager (--user), or where polkit "
                                    "can ask you");
        }
        return trouble_set(trouble, r, "%s answers: %.*s", title, message_length(answer), answer);
}

/* Somebody may send without end what is of no interest, so the time comes first. */
int manager_step(Manager *manager, uint64_t deadline) {
        uint64_t left = deadline_left(deadline);
        int r;

        if (left == 0)
                return -ETIMEDOUT;

        r = sd_bus_process(manager->bus, NULL);
        if (r == 0)
                r = sd_bus_wait(manager->bus, left);
        manager->let_in = manager->let_in || sd_bus_is_ready(manager->bus) > 0;
        return r < 0 && r != -EINTR ? r : 0;
}

/* sd-bus waits for this of itself, in any call, but 90 s long whatever the call may take. */
int manager_await(Manager *manager) {
        while (!manager->let_in) {
                int r = manager_step(manager, manager->options.deadline);

                if (r < 0)
                        return r;
        }

        return 0;
}

int manager_greet(Manager *manager, const char **ret_name, Trouble *trouble) {
        int r = manager_await(manager);

        if (r >= 0 && manager->direct)
                *ret_name = NO_UNIQUE_NAME;
        else if (r >= 0)
                r = sd_bus_get_unique_name(manager->bus, ret_name);

        return r < 0 ? manager_explain(manager, r, NULL, trouble) : 0;
}

/* For these the library makes up an error, which is no word of the manager's. */
static bool is_our_own(const Manager *manager, int r) {
        return manager_is_closed(r) || (r == -ETIMEDOUT && deadline_left(manager->options.deadline) == 0);
}

int manager_try(Manager *manager, sd_bus_message *call, sd_bus_error *error, sd_bus_message **ret_reply) {
        uint64_t left;
        int r = manager_await(manager);

        if (r < 0)
                return r;

        left = deadline_left(manager->options.deadline);
        r = left == 0 ? -ETIMEDOUT : sd_bus_call(manager->bus, call, left, error, ret_reply);
        if (is_our_own(manager, r))
                sd_bus_error_free(error);
        return r;
}

int manager_call(Manager *manager, sd_bus_message *call, sd_bus_message **ret_reply, Trouble *trouble) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = manager_try(manager, call, &error, ret_reply);

        return r < 0 ? manager_explain(manager, r, &error, trouble) : 0;
}

int manager_property_new(Manager *manager, sd_bus_message **ret, const char *unit, const char *interface,
                         const char *name) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        _cleanup_free_ char *path = NULL;
        int r = unit ? sd_bus_path_encode(SYSTEMD_UNIT_PREFIX, unit, &path) : 0;

        if (r < 0)
                return r;

        r = sd_bus_message_new_method_call(manager->bus, &call, SYSTEMD_NAME, path ?: SYSTEMD_PATH, DBUS_PROPERTIES,
                                           "Get");
        if (r < 0)
                return r;

        r = sd_bus_message_append(call, "ss", interface, name);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(call);
        return 0;
}

int manager_get_property(Manager *manager, const char *unit, const char *interface, const char *name, const char *type,
                         sd_bus_message **ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_property_new(manager, &call, unit, interface, name);

        if (r < 0)
                return r;

        r = manager_call(manager, call, ret, trouble);
        return r < 0 ? r : sd_bus_message_enter_container(*ret, SD_BUS_TYPE_VARIANT, type);
}

int manager_call_new(Manager *manager, sd_bus_message **ret, const char *method, const char *types, ...) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        va_list arguments;
        int r;

        r = sd_bus_message_new_method_call(manager->bus, &call, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, method);
        if (r < 0)
                return r;

        va_start(arguments, types);
        r = sd_bus_message_appendv(call, types, arguments);
        va_end(arguments);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(call);
        return 0;
}

int manager_get_basic(Manager *manager, const char *unit, const char *interface, const char *name, char type, void *ret,
                      Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char types[] = { type, '\0' };
        int r;

        r = manager_get_property(manager, unit, interface, name, types, &reply, trouble);
        return r < 0 ? r : sd_bus_message_read_basic(reply, type, ret);
}

int manager_get_text(Manager *manager, const char *unit, const char *interface, const char *name, char **ret,
                     Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *text;
        int r;

        r = manager_get_property(manager, unit, interface, name, "s", &reply, trouble);
        if (r < 0)
                return r;

        r = sd_bus_message_read(reply, "s", &text);
        if (r < 0)
                return r;

        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

int manager_ask_bus(Manager *manager, const char *method, const char *name, char type, void *ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = sd_bus_message_new_method_call(manager->bus, &call, DBUS_NAME, DBUS_PATH, DBUS_NAME, method);
        if (r < 0)
                return r;

        r = sd_bus_message_append(call, "s", name);
        if (r < 0)
                return r;

        r = manager_call(manager, call, &reply, trouble);
        return r < 0 ? r : sd_bus_message_read_basic(reply, type, ret);
}

/* The root of the hierarchy is "" there. */
int manager_control_group(Manager *manager, char **ret, Trouble *trouble) {
        _cleanup_free_ char *path = NULL;
        int r = manager_get_text(manager, NULL, SYSTEMD_MANAGER, "ControlGroup", &path, trouble);

        if (r < 0)
                return r;

        *ret = *path ? TAKE_PTR(path) : strdup("/");
        return *ret ? 0 : -ENOMEM;
}

int manager_version(Manager *manager, char **ret, Trouble *trouble) {
        return manager_get_text(manager, NULL, SYSTEMD_MANAGER, "Version", ret, trouble);
}

int manager_stop_timeout(Manager *manager, uint64_t *ret, Trouble *trouble) {
        return manager_get_basic(manager, NULL, SYSTEMD_MANAGER, "DefaultTimeoutStopUSec", 't', ret, trouble);
}

int manager_reload(Manager *manager, Trouble *trouble) {
        int r;

        /* Where PID 1 leaves the bus before it answers, it re-executes, and nobody knows whether it reads its files
         * before or after: it is asked once more. */
        for (unsigned n = 0;; n++) {
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
                _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

                r = manager_call_new(manager, &call, "Reload", "");
                if (r < 0)
                        return r;

                r = manager_try(manager, call, &error, &reply);
                if (r < 0 && (n > 0 || !sd_bus_error_has_name(&error, SD_BUS_ERROR_NO_REPLY)))
                        return manager_explain(manager, r, &error, trouble);
                if (r >= 0)
                        return 0;
        }
}
