/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/unit-find.h"


static bool is_no_unit(const sd_bus_error *error) {
        return sd_bus_error_has_name(error, SYSTEMD_NAME ".NoSuchUnit") ||
               sd_bus_error_has_name(error, SYSTEMD_NAME ".NoUnitForPID");
}

/* Makes a call that is answered with the object of a unit. */
static int find(Manager *manager, sd_bus_message *call, char **ret, Trouble *trouble) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *path;
        int r = manager_try(manager, call, &error, &reply);

        if (is_no_unit(&error))
                return 0;
        if (r < 0)
                return manager_explain(manager, r, &error, trouble);

        r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;

        *ret = strdup(path);
        return *ret ? 1 : -ENOMEM;
}

int unit_find(Manager *manager, const char *unit, char **ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, "GetUnit", "s", unit);

        return r < 0 ? r : find(manager, call, ret, trouble);
}

int unit_find_by_control_group(Manager *manager, const char *control_group, char **ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, "GetUnitByControlGroup", "s", control_group);

        return r < 0 ? r : find(manager, call, ret, trouble);
}

/* 0 stands for who calls, by whatever number the manager knows it. */
int unit_find_by_caller(Manager *manager, char **ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, "GetUnitByPID", "u", 0);

        return r < 0 ? r : find(manager, call, ret, trouble);
}
