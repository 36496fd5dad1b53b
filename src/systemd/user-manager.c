/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/user-manager.h"

#include "basic/parse.h"
#include "systemd/unit.h"

/* ActiveState= of one that runs. It is "reloading" while it re-executes, and "refreshing" is what newer systemd calls
 * another way of being active. */
static const char *const running_states[] = { "active", "activating", "reloading", "refreshing" };

char *user_manager_unit(uid_t uid, char buffer[static USER_MANAGER_UNIT_MAX]) {
        (void) snprintf(buffer, USER_MANAGER_UNIT_MAX, "user@%u.service", (unsigned) uid);
        return buffer;
}

/* The other way round; false for what logind does not make. */
static bool uid_of_unit(const char *unit, uid_t *ret) {
        char digits[USER_MANAGER_UNIT_MAX] = "";
        const char *instance = startswith(unit, "user@"), *end = instance ? endswith(instance, ".service") : NULL;
        uint64_t uid;

        if (!end || strlen(unit) >= sizeof(digits))
                return false;

        memcpy(digits, instance, (size_t) (end - instance));
        if (parse_unsigned(digits, 0, UINT32_MAX, &uid) < 0 || !delegation_uid_is_valid(uid))
                return false;

        *ret = (uid_t) uid;
        return true;
}

static bool is_running(const char *active_state) {
        for (size_t i = 0; i < ELEMENTSOF(running_states); i++)
                if (streq(running_states[i], active_state))
                        return true;

        return false;
}

static int compare_uids(const void *a, const void *b) {
        const uid_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static int read_list(sd_bus_message *reply, uid_t **ret, size_t *ret_n) {
        _cleanup_free_ uid_t *uids = NULL;
        const char *unit, *state;
        size_t n = 0;
        uid_t uid;
        int r;

        r = sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "(ssssssouso)");
        if (r < 0)
                return r;

        while ((r = sd_bus_message_read(reply, "(ssssssouso)", &unit, NULL, NULL, &state, NULL, NULL, NULL, NULL, NULL,
                                        NULL)) > 0) {
                uid_t *more;

                if (!is_running(state) || !uid_of_unit(unit, &uid))
                        continue;

                more = reallocarray(uids, n + 1, sizeof(*uids));
                if (!more)
                        return -ENOMEM;
                uids = more;
                uids[n++] = uid;
        }
        if (r < 0)
                return r;

        if (n > 0)
                qsort(uids, n, sizeof(*uids), compare_uids);
        *ret = TAKE_PTR(uids);
        *ret_n = n;
        return 0;
}

int user_manager_list(Manager *manager, uid_t **ret, size_t *ret_n, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = manager_call_new(manager, &call, "ListUnitsByPatterns", "asas", 0, 1, "user@*.service");
        if (r < 0)
                return r;

        r = manager_call(manager, call, &reply, trouble);
        return r < 0 ? r : read_list(reply, ret, ret_n);
}

int user_manager_loaded(Manager *manager, uid_t uid, ControllerMask *ret, Trouble *trouble) {
        char unit[USER_MANAGER_UNIT_MAX];

        return unit_get_controllers(manager, user_manager_unit(uid, unit), SYSTEMD_SERVICE, "DelegateControllers", ret,
                                    trouble);
}

int user_manager_is_outdated(Manager *manager, uid_t uid, Trouble *trouble) {
        char unit[USER_MANAGER_UNIT_MAX];
        int outdated, r;

        r = manager_get_basic(manager, user_manager_unit(uid, unit), SYSTEMD_UNIT, "NeedDaemonReload", 'b', &outdated,
                              trouble);
        return r < 0 ? r : outdated != 0;
}

int user_manager_control_group(Manager *manager, uid_t uid, char **ret, Trouble *trouble) {
        char unit[USER_MANAGER_UNIT_MAX];

        return unit_get_control_group(manager, user_manager_unit(uid, unit), ret, trouble);
}
