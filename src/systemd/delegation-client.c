/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/delegation-client.h"

#include <inttypes.h>

#include "basic/format.h"
#include "basic/trouble.h"
#include "systemd/bus-address.h"
#include "systemd/delegation-message.h"
#include "systemd/property-encode.h"

#define JOURNAL "journalctl --unit cgscoped.service"
#define ABSENT "cgscoped is not installed, or the system bus does not know it"
#define BUS_REFUSES "the system bus lets no call through to cgscoped"
#define BUS_POLICY "is its policy installed, system.d/" DELEGATION_NAME ".conf?"

/* What may come back instead of an answer, in our words: the first row counts whose @name the error's begins with, and
 * whose @part (NULL: any) is in its text. Without @cause it is the error's own text that says it: cgscoped names cause
 * and remedy itself. */
static const struct Refusal {
        const char *name;
        const char *part;
        int error; /* 0: the one that the name stands for */
        const char *cause;
        const char *remedy;
} refusals[] = {
        { DELEGATION_NAME ".Error.", NULL, 0, NULL, NULL },
        { SD_BUS_ERROR_ACCESS_DENIED, "ejected send message", -EACCES, BUS_REFUSES, BUS_POLICY },   /* dbus-daemon */
        { SD_BUS_ERROR_ACCESS_DENIED, "not authorized to send", -EACCES, BUS_REFUSES, BUS_POLICY }, /* dbus-broker */
        { SD_BUS_ERROR_ACCESS_DENIED, NULL, -EACCES, NULL, NULL },
        { SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, NULL, -EACCES, NULL, NULL },
        { SD_BUS_ERROR_LIMITS_EXCEEDED, NULL, -ENOBUFS, NULL, NULL },

        /* The bus's, or systemd's through it, where cgscoped could not be started. The first of them: it is not there
         * (see is_absent). */
        { SYSTEMD_NAME ".UnitMasked", NULL, -ENOPKG, "cgscoped.service is masked",
          "as root: systemctl unmask cgscoped.service" },
        { DBUS_NAME ".Error.Spawn.", NULL, -EIO, "cgscoped could not be started", "see " JOURNAL },
        { SYSTEMD_NAME ".", NULL, -EIO, "cgscoped could not be started", "see " JOURNAL },
        { DBUS_NAME ".Error.TimedOut", NULL, -EIO, "cgscoped could not be started", "see " JOURNAL },

        { SD_BUS_ERROR_NO_REPLY, NULL, -EIO, "cgscoped went away before it answered",
          "cgscope enable shows what is true now; see also " JOURNAL },
};

static bool is_absent(const sd_bus_error *error) {
        return sd_bus_error_has_names(error, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                                      DBUS_NAME ".Error.Spawn.ServiceNotFound", SYSTEMD_NAME ".NoSuchUnit");
}

/* Who has no cgscoped can do the same as root, less the part that makes it true at once. */
static int explain_absent(const DelegationRequest *request, Trouble *trouble) {
        char names[CONTROLLER_MASK_TEXT_MAX], user[sizeof("--user-id ") + 20] = "--all-users";

        if (request->operation == DELEGATION_GET)
                return trouble_set(trouble, -ENOPKG, ABSENT "; root can do without it: cgscope enable --root=/");

        if (request->uid != DELEGATION_EVERYBODY)
                (void) snprintf(user, sizeof(user), "--user-id %" PRIu64, request->uid);
        return trouble_set(trouble, -ENOPKG, ABSENT "; root can do without it: cgscope %s --root=/ %s%s %s",
                           request->operation == DELEGATION_ENABLE ? "enable" : "disable", user,
                           request->flags & DELEGATION_RUNTIME ? " --runtime" : "",
                           controller_mask_format(request->controllers, ' ', names));
}

static int explain(Manager *manager, const DelegationRequest *request, int r, const sd_bus_error *error,
                   Trouble *trouble) {
        const struct Refusal *refusal = NULL;
        char time[FORMAT_MAX];
        const char *cause;

        if (!sd_bus_error_is_set(error) && r == -ETIMEDOUT && manager->let_in)
                return trouble_set(trouble, r,
                                   "cgscoped did not answer within %s; it may still do what was asked: "
                                   "cgscope enable shows what is true",
                                   manager_format_time(manager, time));
        if (!sd_bus_error_is_set(error))
                return manager_explain(manager, r, NULL, trouble);
        if (is_absent(error))
                return explain_absent(request, trouble);

        for (size_t i = 0; i < ELEMENTSOF(refusals) && !refusal; i++)
                if (startswith(error->name, refusals[i].name) &&
                    (!refusals[i].part || strstr(error->message ?: "", refusals[i].part)))
                        refusal = &refusals[i];

        r = refusal && refusal->error ? refusal->error : delegation_error_get(error);
        cause = refusal && refusal->cause ? refusal->cause : error->message ?: error->name;
        (void) trouble_set(trouble, r, "%s%s", refusal ? "" : "cgscoped answers: ", cause);
        return refusal && refusal->remedy ? trouble_help(trouble, r, "%s", refusal->remedy) : r;
}

/* Most requests need no flags beyond the one that has an argument of its own, and the usual time. *ret is to be
 * unreffed after an error, too. */
static int make_call(Manager *manager, const DelegationRequest *request, sd_bus_message **ret) {
        static const char *const methods[][2] = {
                [DELEGATION_GET] = { "Get", "Get" },
                [DELEGATION_ENABLE] = { "Enable", "EnableWithFlags" },
                [DELEGATION_DISABLE] = { "Disable", "DisableWithFlags" },
        };
        bool with_flags = request->timeout > 0 || (request->flags & ~(DelegationFlags) DELEGATION_RUNTIME);
        int r;

        r = sd_bus_message_new_method_call(manager->bus, ret, DELEGATION_NAME, DELEGATION_PATH, DELEGATION_NAME,
                                           methods[request->operation][with_flags]);
        if (r < 0)
                return r;
        r = sd_bus_message_append(*ret, "t", request->uid);
        if (r < 0 || request->operation == DELEGATION_GET)
                return r;
        r = controllers_append(*ret, request->controllers);
        if (r < 0)
                return r;

        return with_flags ? sd_bus_message_append(*ret, "tt", (uint64_t) request->flags, request->timeout)
                          : sd_bus_message_append(*ret, "b", (int) !!(request->flags & DELEGATION_RUNTIME));
}

int delegation_ask(Manager *manager, const DelegationRequest *request, DelegationState *ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        if (manager->direct)
                return bus_explain(MANAGER_SYSTEM, SYSTEM_BUS_ADDRESS, -ENOENT, trouble);

        r = make_call(manager, request, &call);
        if (r < 0)
                return r;

        r = manager_try(manager, call, &error, &reply);
        if (r < 0)
                return explain(manager, request, r, &error, trouble);

        r = delegation_read_state(reply, ret);
        if (r == -EBADMSG)
                return trouble_set(trouble, r,
                                   "the answer of cgscoped cannot be read; are cgscope and cgscoped of "
                                   "the same version?");
        return r;
}
