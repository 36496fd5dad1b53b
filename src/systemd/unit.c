/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "basic/clock.h"

/* Between two looks at something that nobody tells us of. */
#define NAP_USEC (10 * USEC_PER_MSEC)

/* Calls a method that answers with the object of a unit; 0 where there is no such unit. */
static int find_unit(Manager *manager, sd_bus_message *call, sd_bus_message **ret_reply, const char **ret_path,
                     char **ret_message) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        uint64_t left = deadline_left(manager->options.deadline);
        int r;

        if (left == 0)
                return manager_explain(manager, -ETIMEDOUT, NULL, ret_message);

        r = sd_bus_call(manager->bus, call, left, &error, ret_reply);
        if (sd_bus_error_has_name(&error, SYSTEMD_NAME ".NoSuchUnit"))
                return 0;
        if (r < 0)
                return manager_explain(manager, r, &error, ret_message);

        r = sd_bus_message_read(*ret_reply, "o", ret_path);
        return r < 0 ? r : 1;
}

static int get_unit_by_control_group(Manager *manager, const char *control_group, sd_bus_message **ret_reply,
                                     const char **ret_path, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = sd_bus_message_new_method_call(manager->bus, &call, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           "GetUnitByControlGroup");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", control_group);

        return r < 0 ? r : find_unit(manager, call, ret_reply, ret_path, ret_message);
}

int control_group_is_delegated(Manager *manager, const char *control_group, char **ret_unit, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *found = NULL, *delegate = NULL;
        _cleanup_free_ char *unit = NULL;
        const char *path, *interface;
        int r, is_delegated;

        r = get_unit_by_control_group(manager, control_group, &found, &path, ret_message);
        if (r <= 0)
                return r;

        r = sd_bus_path_decode(path, SYSTEMD_UNIT_PREFIX, &unit);
        if (r < 0)
                return r;

        /* Only these two kinds can have Delegate=. */
        if (unit && endswith(unit, ".scope"))
                interface = SYSTEMD_SCOPE;
        else if (unit && endswith(unit, ".service"))
                interface = SYSTEMD_NAME ".Service";
        else
                return 0;

        r = manager_get_property(manager, path, interface, "Delegate", "b", &delegate, ret_message);
        if (r >= 0)
                r = sd_bus_message_read(delegate, "b", &is_delegated);
        if (r < 0)
                return r;

        if (is_delegated && ret_unit)
                *ret_unit = TAKE_PTR(unit);
        return is_delegated != 0;
}

int unit_stop(Manager *manager, const char *unit, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = sd_bus_message_new_method_call(manager->bus, &call, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           "StopUnit");
        if (r >= 0)
                r = sd_bus_message_append(call, "ss", unit, "replace");

        return r < 0 ? r : manager_call(manager, call, &reply, ret_message);
}

static int name_has_owner(Manager *manager, const char *name, int *ret, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = sd_bus_message_new_method_call(manager->bus, &call, DBUS_NAME, DBUS_PATH, DBUS_NAME, "NameHasOwner");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", name);
        if (r < 0)
                return r;

        r = manager_call(manager, call, &reply, ret_message);
        return r < 0 ? r : sd_bus_message_read(reply, "b", ret);
}

/* The object of the loaded unit @unit; 0 where there is none. */
static int get_unit(Manager *manager, const char *unit, sd_bus_message **ret_reply, const char **ret_path,
                    char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = sd_bus_message_new_method_call(manager->bus, &call, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           "GetUnit");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", unit);

        return r < 0 ? r : find_unit(manager, call, ret_reply, ret_path, ret_message);
}

static int has_job(Manager *manager, const char *path, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *job;
        uint32_t id;
        int r;

        r = manager_get_property(manager, path, SYSTEMD_UNIT, "Job", "(uo)", &reply, ret_message);
        if (r >= 0)
                r = sd_bus_message_read(reply, "(uo)", &id, &job);

        return r < 0 ? r : id != 0;
}

static int get_control_group(Manager *manager, const char *path, char **ret, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *control_group;
        int r;

        r = manager_get_property(manager, path, SYSTEMD_SCOPE, "ControlGroup", "s", &reply, ret_message);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &control_group);
        if (r < 0)
                return r;

        *ret = strdup(control_group);
        return *ret ? 0 : -ENOMEM;
}

/* The bus deals with all that a connection has sent before it lets go of its name, and hands it on in that order: once
 * the name is free, what we ask comes behind what was asked by it. */
int unit_settle(Manager *manager, const char *sender, const char *unit, char **ret_control_group, char **ret_message) {
        int r, owned = true;

        for (;;) {
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *found = NULL;
                const char *path;

                if (owned)
                        r = name_has_owner(manager, sender, &owned, ret_message);
                else {
                        r = get_unit(manager, unit, &found, &path, ret_message);
                        if (r <= 0)
                                return r;

                        r = has_job(manager, path, ret_message);
                        if (r == 0) {
                                r = get_control_group(manager, path, ret_control_group, ret_message);
                                return r < 0 ? r : 1;
                        }
                }
                if (r < 0)
                        return r;

                if (owned || r > 0)
                        (void) usleep(NAP_USEC);
        }
}
