/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/unit.h"

#include "basic/clock.h"

/* Between two looks at something that nobody tells us of: twice as long each time. */
#define NAP_USEC (10 * USEC_PER_MSEC)
#define NAP_MAX_USEC USEC_PER_SEC

const char *unit_interface(const char *unit) {
        static const struct {
                const char *suffix, *interface;
        } types[] = {
                { ".scope", SYSTEMD_SCOPE },         { ".service", SYSTEMD_SERVICE },
                { ".slice", SYSTEMD_SLICE },         { ".socket", SYSTEMD_NAME ".Socket" },
                { ".mount", SYSTEMD_NAME ".Mount" }, { ".swap", SYSTEMD_NAME ".Swap" },
        };

        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (endswith(unit, types[i].suffix))
                        return types[i].interface;

        return SYSTEMD_UNIT;
}

/* Makes a call that is answered with the object of a unit. 1: *ret (may be NULL) gets its name; 0: there is none. */
static int find(Manager *manager, sd_bus_message *call, char **ret, Trouble *trouble) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *path;
        int r = manager_try(manager, call, &error, &reply);

        if (sd_bus_error_has_names(&error, SYSTEMD_NAME ".NoSuchUnit", SYSTEMD_NAME ".NoUnitForPID"))
                return 0;
        if (r < 0)
                return manager_explain(manager, r, &error, trouble);

        r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;

        return ret ? sd_bus_path_decode(path, SYSTEMD_UNIT_PREFIX, ret) : 1;
}

int unit_is_loaded(Manager *manager, const char *unit, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, "GetUnit", "s", unit);

        return r < 0 ? r : find(manager, call, NULL, trouble);
}

static int find_by_control_group(Manager *manager, const char *control_group, char **ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, "GetUnitByControlGroup", "s", control_group);

        return r < 0 ? r : find(manager, call, ret, trouble);
}

/* 0 stands for who calls, by whatever number the manager knows it. */
static int find_by_caller(Manager *manager, char **ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, "GetUnitByPID", "u", 0);

        return r < 0 ? r : find(manager, call, ret, trouble);
}

int control_group_is_delegated(Manager *manager, const char *control_group, char **ret_unit, Trouble *trouble) {
        _cleanup_free_ char *unit = NULL;
        int is_delegated, r = find_by_control_group(manager, control_group, &unit, trouble);

        /* Only these two kinds can have Delegate=. */
        if (r <= 0 || (!endswith(unit, ".scope") && !endswith(unit, ".service")))
                return r < 0 ? r : 0;

        r = manager_get_basic(manager, unit, unit_interface(unit), "Delegate", 'b', &is_delegated, trouble);
        if (r < 0)
                return r;

        if (is_delegated && ret_unit)
                *ret_unit = TAKE_PTR(unit);
        return is_delegated != 0;
}

int unit_get_control_group(Manager *manager, const char *unit, char **ret, Trouble *trouble) {
        return manager_get_text(manager, unit, unit_interface(unit), "ControlGroup", ret, trouble);
}

/* Delegate=yes has names of cgroup v1's and of systemd's own in it. */
int unit_get_controllers(Manager *manager, const char *unit, const char *interface, const char *name,
                         ControllerMask *ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        ControllerMask mask = CONTROLLER_MASK_NONE;
        const char *text;
        int r;

        r = manager_get_property(manager, unit, interface, name, "as", &reply, trouble);
        if (r < 0)
                return r;

        r = sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "s");
        if (r < 0)
                return r;

        while ((r = sd_bus_message_read(reply, "s", &text)) > 0) {
                Controller controller = controller_from_name(text, strlen(text));

                if (controller != _CONTROLLER_INVALID)
                        mask |= controller_bit(controller);
        }
        if (r < 0)
                return r;

        *ret = mask;
        return 0;
}

int unit_has_job(Manager *manager, const char *unit, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *job;
        uint32_t id;
        int r;

        r = manager_get_property(manager, unit, SYSTEMD_UNIT, "Job", "(uo)", &reply, trouble);
        if (r < 0)
                return r;

        r = sd_bus_message_read(reply, "(uo)", &id, &job);
        return r < 0 ? r : id != 0;
}

/* The bus deals with all that a connection has sent before it lets go of its name, and hands it on in that order: once
 * the name is free, what we ask comes behind what was asked by it. */
int unit_settle(Manager *manager, const char *sender, const char *unit, char **ret_control_group, Trouble *trouble) {
        uint64_t nap = NAP_USEC;
        int r, owned = !manager->direct; /* what PID 1 was sent by itself it has read before it lets us in */

        for (;;) {
                if (owned)
                        r = manager_ask_bus(manager, "NameHasOwner", sender, 'b', &owned, trouble);
                else {
                        r = unit_is_loaded(manager, unit, trouble);
                        if (r <= 0)
                                return r;

                        r = unit_has_job(manager, unit, trouble);
                        if (r == 0) {
                                r = unit_get_control_group(manager, unit, ret_control_group, trouble);
                                return r < 0 ? r : 1;
                        }
                }
                if (r < 0)
                        return r;

                if (owned || r > 0)
                        (void) usleep((useconds_t) nap);
                nap = nap * 2 < NAP_MAX_USEC ? nap * 2 : NAP_MAX_USEC;
        }
}

int unit_state(Manager *manager, const char *unit, char **ret_state, Trouble *trouble) {
        int r = unit_is_loaded(manager, unit, trouble);

        if (r <= 0)
                return r;

        r = manager_get_text(manager, unit, SYSTEMD_UNIT, "ActiveState", ret_state, trouble);
        return r < 0 ? r : 1;
}

/* *ret is left alone where the caller is in no unit of this manager's. */
static int get_control_group_of_caller(Manager *manager, char **ret, Trouble *trouble) {
        _cleanup_free_ char *unit = NULL;
        int r = find_by_caller(manager, &unit, trouble);

        return r <= 0 ? r : unit_get_control_group(manager, unit, ret, trouble);
}

/* An inactive unit may have a job that starts it, and a failed one a group with processes in it. */
int unit_look(Manager *manager, const char *unit, UnitLook *ret, Trouble *trouble) {
        _cleanup_free_ char *state = NULL, *group = NULL, *own = NULL;
        const char *rest;
        int r, has_job;

        *ret = (UnitLook) {};
        r = unit_state(manager, unit, &state, trouble);
        if (r <= 0)
                return r;

        has_job = unit_has_job(manager, unit, trouble);
        if (has_job < 0)
                return has_job;

        r = unit_get_control_group(manager, unit, &group, trouble);
        if (r < 0)
                return r;

        r = get_control_group_of_caller(manager, &own, trouble);
        if (r < 0)
                return r;

        rest = isempty(group) || !own ? NULL : startswith(own, group);
        ret->has_group = !isempty(group);
        ret->holds_caller = rest && (!*rest || *rest == '/');
        return has_job > 0 || ret->has_group || (!streq(state, "inactive") && !streq(state, "failed"));
}

int slice_disabled_controllers(Manager *manager, const char *slice, ControllerMask *ret, Trouble *trouble) {
        return unit_get_controllers(manager, slice, SYSTEMD_SLICE, "DisableControllers", ret, trouble);
}
