/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/authorization.h"

#include "cgscoped/quote.h"

#define EVERYBODY "every user"
#define GETTEXT_DOMAIN "cgscope"

bool authorization_is_needed(const DelegationRequest *request, uid_t sender) {
        return request->operation != DELEGATION_GET && sender != 0;
}

static const char *action_of(const DelegationRequest *request, uid_t sender) {
        if (request->operation == DELEGATION_DISABLE)
                return ACTION_DISABLE;

        return request->uid == sender ? ACTION_ENABLE_OWN : ACTION_ENABLE_ANY;
}

/* What an agent shows. polkit translates it, and puts in the details that it names. */
static const char *polkit_message(const DelegationRequest *request) {
        if (request->operation == DELEGATION_DISABLE)
                return "Authentication is required to take the cgroup controllers $(controllers) back from $(user)";

        return "Authentication is required to hand the cgroup controllers $(controllers) to $(user)";
}

int authorization_check(sd_bus *bus, const Authorization *authorization, uint64_t timeout, PolkitFunction done,
                        void *userdata, PolkitCheck **ret) {
        const DelegationRequest *request = authorization->request;
        char controllers[CONTROLLER_MASK_TEXT_MAX], user[QUOTE_MAX], uid[32] = "all";
        const char *details[] = {
                "uid", uid,
                "user", quote(authorization->user ?: EVERYBODY, user),
                "controllers", controller_mask_format(request->controllers, ' ', controllers),
                "runtime", request->flags & DELEGATION_RUNTIME ? "yes" : "no",
                "polkit.message", polkit_message(request),
                "polkit.gettext_domain", GETTEXT_DOMAIN,
                NULL,
        };
        PolkitQuestion question = {
                .sender = authorization->sender_name,
                .action = action_of(request, authorization->sender),
                .details = details,
                .interactive = authorization->interactive,
                .timeout = timeout,
        };

        if (request->uid != DELEGATION_EVERYBODY)
                (void) snprintf(uid, sizeof(uid), "%llu", (unsigned long long) request->uid);

        return polkit_check(bus, &question, done, userdata, ret);
}

/* "enable cpuset io for lennart" */
static void describe(const Authorization *authorization, char *buffer, size_t size) {
        const DelegationRequest *request = authorization->request;
        char controllers[CONTROLLER_MASK_TEXT_MAX], user[QUOTE_MAX];

        (void) snprintf(buffer, size, "%s %s for %s", request->operation == DELEGATION_ENABLE ? "enable" : "disable",
                        controller_mask_format(request->controllers, ' ', controllers),
                        quote(authorization->user ?: EVERYBODY, user));
}

static int refuse_challenge(const Authorization *authorization, const char *what, sd_bus_error *error) {
        return sd_bus_error_setf(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                                 "to %s needs authentication, and %s", what,
                                 authorization->interactive ?
                                 "there is no polkit agent to ask for it; start one (pkttyagent), or ask as root" :
                                 "the call did not allow to ask for it; allow it, or ask as root");
}

int authorization_refuse(const Authorization *authorization, PolkitAnswer answer, const char *text,
                         sd_bus_error *error) {
        unsigned uid = (unsigned) authorization->sender;
        char what[CONTROLLER_MASK_TEXT_MAX + QUOTE_MAX + 32], quoted[QUOTE_MAX];

        describe(authorization, what, sizeof(what));

        switch (answer) {
        case POLKIT_CHALLENGE:
                return refuse_challenge(authorization, what, error);
        case POLKIT_DISMISSED:
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                         "the authentication to %s was dismissed; nothing was changed", what);
        case POLKIT_ABSENT:
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                         "polkit is not running, so nobody can allow uid %u to %s; start it: "
                                         "systemctl start polkit, or ask as root", uid, what);
        case POLKIT_TIMEOUT:
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                         "nobody answered in time whether uid %u may %s; ask again", uid, what);
        case POLKIT_FAILED:
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                         "polkit did not allow uid %u to %s: %s; see journalctl --unit polkit", uid,
                                         what, quote(text, quoted));
        default:
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                         "uid %u is not authorised to %s; an administrator can allow it by a polkit "
                                         "rule for %s", uid, what,
                                         action_of(authorization->request, authorization->sender));
        }
}
