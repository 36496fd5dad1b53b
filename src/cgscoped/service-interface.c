/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-interface.h"

#include "cgscoped/quote.h"
#include "cgscoped/service-request.h"
#include "systemd/delegation-message.h"

static int refuse_unknown(const char *name, sd_bus_error *error) {
        char quoted[QUOTE_MAX], known[CONTROLLER_MASK_TEXT_MAX];

        return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "'%s' is no controller; there are: %s",
                                 quote(name, quoted),
                                 controller_mask_format(CONTROLLER_MASK_MANAGED, ' ', known));
}

static int read_controllers(sd_bus_message *m, ControllerMask *ret, sd_bus_error *error) {
        char text[CONTROLLER_MASK_TEXT_MAX], known[CONTROLLER_MASK_TEXT_MAX];
        const char *unknown = NULL;
        ControllerMask mask;
        int r;

        r = delegation_read_controllers(m, false, &mask, &unknown);
        if (r == -EINVAL && unknown)
                return refuse_unknown(unknown, error);
        if (r == -EINVAL)
                return sd_bus_error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                                        "no controllers, or far too many, are named; name those that are meant, each "
                                        "once");
        if (r < 0)
                return r;

        if (mask & ~CONTROLLER_MASK_MANAGED)
                return sd_bus_error_setf(error, DELEGATION_ERROR_NO_SUCH_CONTROLLER,
                                         "systemd does not pass %s on to anybody; it does so with: %s",
                                         controller_mask_format(mask & ~CONTROLLER_MASK_MANAGED, ' ', text),
                                         controller_mask_format(CONTROLLER_MASK_MANAGED, ' ', known));

        *ret = mask;
        return 0;
}

static int read_uid(sd_bus_message *m, uint64_t *ret, sd_bus_error *error) {
        uint64_t uid;
        int r;

        r = sd_bus_message_read(m, "t", &uid);
        if (r < 0)
                return r;
        if (!delegation_uid_is_valid(uid))
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
                                         "%llu is no uid that a user can have; every user is %llu",
                                         (unsigned long long) uid, (unsigned long long) DELEGATION_EVERYBODY);

        *ret = uid;
        return 0;
}

static int read_runtime(sd_bus_message *m, DelegationFlags *ret) {
        int r, runtime;

        r = sd_bus_message_read(m, "b", &runtime);
        if (r < 0)
                return r;

        *ret = runtime ? DELEGATION_RUNTIME : 0;
        return 0;
}

static int read_flags(sd_bus_message *m, DelegationFlags *ret, sd_bus_error *error) {
        uint64_t flags;
        int r;

        r = sd_bus_message_read(m, "t", &flags);
        if (r < 0)
                return r;
        if (flags & ~(uint64_t) DELEGATION_FLAGS_ALL)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
                                         "flags %#llx are not known here; is this cgscoped older than what asks?",
                                         (unsigned long long) (flags & ~(uint64_t) DELEGATION_FLAGS_ALL));

        *ret = (DelegationFlags) flags;
        return 0;
}

/* Nobody can have a request stay for ever. */
static int read_timeout(sd_bus_message *m, uint64_t *ret, sd_bus_error *error) {
        uint64_t timeout;
        int r;

        r = sd_bus_message_read(m, "t", &timeout);
        if (r < 0)
                return r;
        if (timeout > DELEGATION_TIMEOUT_MAX_USEC)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
                                         "%llu microseconds are too long for user managers to look again; the most is "
                                         "%llu", (unsigned long long) timeout,
                                         (unsigned long long) DELEGATION_TIMEOUT_MAX_USEC);

        *ret = timeout;
        return 0;
}

static int change(sd_bus_message *m, Queue *queue, DelegationOperation operation, bool with_flags,
                  sd_bus_error *error) {
        DelegationRequest what = { .operation = operation };
        int r;

        r = read_uid(m, &what.uid, error);
        if (r < 0)
                return r;
        r = read_controllers(m, &what.controllers, error);
        if (r < 0)
                return r;
        r = with_flags ? read_flags(m, &what.flags, error) : read_runtime(m, &what.flags);
        if (r < 0)
                return r;
        r = with_flags ? read_timeout(m, &what.timeout, error) : 0;
        if (r < 0)
                return r;

        return request_begin(queue, m, &what, error);
}

static int method_enable(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return change(m, userdata, DELEGATION_ENABLE, false, error);
}

static int method_disable(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return change(m, userdata, DELEGATION_DISABLE, false, error);
}

static int method_enable_with_flags(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return change(m, userdata, DELEGATION_ENABLE, true, error);
}

static int method_disable_with_flags(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return change(m, userdata, DELEGATION_DISABLE, true, error);
}

static int method_get(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        DelegationRequest what = { .operation = DELEGATION_GET };
        int r;

        r = read_uid(m, &what.uid, error);
        return r < 0 ? r : request_begin(userdata, m, &what, error);
}

#define STATE_NAMES SD_BUS_PARAM(drop_ins) SD_BUS_PARAM(managers)
#define CHANGE_NAMES SD_BUS_PARAM(uid) SD_BUS_PARAM(controllers) SD_BUS_PARAM(runtime)
#define CHANGE_FLAGS_NAMES SD_BUS_PARAM(uid) SD_BUS_PARAM(controllers) SD_BUS_PARAM(flags) \
        SD_BUS_PARAM(timeout)

const sd_bus_vtable service_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD_WITH_NAMES("Enable", "tasb", CHANGE_NAMES, DELEGATION_STATE_SIGNATURE, STATE_NAMES,
                                 method_enable, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("Disable", "tasb", CHANGE_NAMES, DELEGATION_STATE_SIGNATURE, STATE_NAMES,
                                 method_disable, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("EnableWithFlags", "tastt", CHANGE_FLAGS_NAMES, DELEGATION_STATE_SIGNATURE,
                                 STATE_NAMES, method_enable_with_flags, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("DisableWithFlags", "tastt", CHANGE_FLAGS_NAMES, DELEGATION_STATE_SIGNATURE,
                                 STATE_NAMES, method_disable_with_flags, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("Get", "t", SD_BUS_PARAM(uid), DELEGATION_STATE_SIGNATURE, STATE_NAMES, method_get,
                                 SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL_WITH_NAMES("Changed", "t", SD_BUS_PARAM(uid), 0),
        SD_BUS_VTABLE_END,
};
