/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-interface.h"

#include "basic/escape.h"
#include "cgscoped/service-request.h"
#include "systemd/delegation-message.h"

static int read_controllers(sd_bus_message *m, ControllerMask *ret, sd_bus_error *error) {
        char text[CONTROLLER_MASK_TEXT_MAX], known[CONTROLLER_MASK_TEXT_MAX], quoted[ESCAPE_SHORT_MAX];
        const char *unknown = NULL;
        int r;

        (void) controller_mask_format(CONTROLLER_MASK_MANAGED, ' ', known);
        r = delegation_read_controllers(m, false, ret, &unknown);
        if (r == -EINVAL && unknown)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "'%s' is no controller; there are: %s",
                                         escape_short(unknown, quoted), known);
        if (r == -EINVAL)
                return sd_bus_error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                                        "no controllers, or far too many, are named; name those that are meant, each "
                                        "once");
        if (r >= 0 && (*ret & ~CONTROLLER_MASK_MANAGED))
                return sd_bus_error_setf(error, DELEGATION_ERROR_NO_SUCH_CONTROLLER,
                                         "systemd does not pass %s on to anybody; it does so with: %s",
                                         controller_mask_format(*ret & ~CONTROLLER_MASK_MANAGED, ' ', text), known);

        return r;
}

static int read_uid(sd_bus_message *m, uint64_t *ret, sd_bus_error *error) {
        int r = sd_bus_message_read(m, "t", ret);

        if (r >= 0 && !delegation_uid_is_valid(*ret))
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
                                         "%llu is no uid that a user can have; every user is %llu",
                                         (unsigned long long) *ret, (unsigned long long) DELEGATION_EVERYBODY);

        return r;
}

static int read_runtime(sd_bus_message *m, DelegationRequest *what) {
        int runtime, r = sd_bus_message_read(m, "b", &runtime);

        if (r >= 0)
                what->flags = runtime ? DELEGATION_RUNTIME : 0;
        return r;
}

/* Nobody can have a request stay for ever. */
static int read_flags_and_timeout(sd_bus_message *m, DelegationRequest *what, sd_bus_error *error) {
        uint64_t flags;
        int r = sd_bus_message_read(m, "tt", &flags, &what->timeout);

        if (r < 0)
                return r;
        if (flags & ~(uint64_t) DELEGATION_FLAGS_ALL)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
                                         "flags %#llx are not known here; is this cgscoped older than what asks?",
                                         (unsigned long long) (flags & ~(uint64_t) DELEGATION_FLAGS_ALL));
        if (what->timeout > DELEGATION_TIMEOUT_MAX_USEC)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
                                         "%llu microseconds are too long for user managers to look again; the most is "
                                         "%llu",
                                         (unsigned long long) what->timeout,
                                         (unsigned long long) DELEGATION_TIMEOUT_MAX_USEC);

        what->flags = (DelegationFlags) flags;
        return 0;
}

static int method_change(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *member = sd_bus_message_get_member(m);
        DelegationRequest what = {
                .operation = startswith(member, "Enable") ? DELEGATION_ENABLE : DELEGATION_DISABLE,
        };
        int r;

        r = read_uid(m, &what.uid, error);
        if (r < 0)
                return r;
        r = read_controllers(m, &what.controllers, error);
        if (r < 0)
                return r;
        r = endswith(member, "WithFlags") ? read_flags_and_timeout(m, &what, error) : read_runtime(m, &what);
        if (r < 0)
                return r;

        return request_begin(userdata, m, &what, error);
}

static int method_get(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        DelegationRequest what = { .operation = DELEGATION_GET };
        int r = read_uid(m, &what.uid, error);

        return r < 0 ? r : request_begin(userdata, m, &what, error);
}

#define METHOD(name, signature, names, handler)                                      \
        SD_BUS_METHOD_WITH_NAMES(name, signature, names, DELEGATION_STATE_SIGNATURE, \
                                 SD_BUS_PARAM(drop_ins) SD_BUS_PARAM(managers), handler, SD_BUS_VTABLE_UNPRIVILEGED)
#define CHANGE_NAMES SD_BUS_PARAM(uid) SD_BUS_PARAM(controllers) SD_BUS_PARAM(runtime)
#define CHANGE_FLAGS_NAMES SD_BUS_PARAM(uid) SD_BUS_PARAM(controllers) SD_BUS_PARAM(flags) SD_BUS_PARAM(timeout)

const sd_bus_vtable service_vtable[] = {
        SD_BUS_VTABLE_START(0),
        METHOD("Enable", "tasb", CHANGE_NAMES, method_change),
        METHOD("Disable", "tasb", CHANGE_NAMES, method_change),
        METHOD("EnableWithFlags", "tastt", CHANGE_FLAGS_NAMES, method_change),
        METHOD("DisableWithFlags", "tastt", CHANGE_FLAGS_NAMES, method_change),
        METHOD("Get", "t", SD_BUS_PARAM(uid), method_get),
        SD_BUS_SIGNAL_WITH_NAMES("Changed", "t", SD_BUS_PARAM(uid), 0),
        SD_BUS_VTABLE_END,
};
