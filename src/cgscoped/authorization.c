/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/authorization.h"

#include "basic/clock.h"

/* polkit/org.cgscope.policy */
#define ACTION_ENABLE_OWN "org.cgscope.delegation.enable-own"
#define ACTION_ENABLE_ANY "org.cgscope.delegation.enable-any"
#define ACTION_DISABLE "org.cgscope.delegation.disable"
#define GETTEXT_DOMAIN "cgscope"

/* https://polkit.pages.freedesktop.org/polkit/eggdbus-interface-org.freedesktop.PolicyKit1.Authority.html */
#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define ALLOW_USER_INTERACTION UINT32_C(1)
#define DISMISSED "polkit.dismissed"

/* "enable cpuset io for lennart" */
#define WHAT_MAX (CONTROLLER_MASK_TEXT_MAX + ESCAPE_SHORT_MAX + 32)

struct Authorization {
        Request *request;
        AuthorizationFunction done;
        sd_bus_slot *slot;
        char id[32]; /* for the cancellation, unique on this connection */
        uint64_t deadline;
        bool pending;
};

bool authorization_is_needed(const Request *request) {
        return request_is_change(request) && request->sender != 0;
}

static bool is_interactive(const Request *request) {
        return sd_bus_message_get_allow_interactive_authorization(request->message) > 0;
}

static const char *action_of(const Request *request) {
        if (request->what.operation == DELEGATION_DISABLE)
                return ACTION_DISABLE;

        return request->what.uid == request->sender ? ACTION_ENABLE_OWN : ACTION_ENABLE_ANY;
}

static int read_answer(sd_bus_message *m, int *ret_authorized, int *ret_challenge, bool *ret_dismissed) {
        const char *key, *value;
        int r;

        r = sd_bus_message_enter_container(m, SD_BUS_TYPE_STRUCT, "bba{ss}");
        if (r < 0)
                return r;
        r = sd_bus_message_read(m, "bb", ret_authorized, ret_challenge);
        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(m, SD_BUS_TYPE_ARRAY, "{ss}");
        if (r < 0)
                return r;

        *ret_dismissed = false;
        while ((r = sd_bus_message_read(m, "{ss}", &key, &value)) > 0)
                *ret_dismissed = *ret_dismissed || (streq(key, DISMISSED) && !isempty(value));

        return r;
}

static int refuse_failed(const Request *request, const char *what, const char *text, sd_bus_error *error) {
        char quoted[ESCAPE_SHORT_MAX];

        return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                 "polkit did not allow uid %u to %s: %s; see journalctl --unit polkit",
                                 (unsigned) request->sender, what, escape_short(text, quoted));
}

/* Sets @error where it is no yes. */
static int judge_answer(const Request *request, sd_bus_message *m, const char *what, sd_bus_error *error) {
        int authorized, challenge;
        bool dismissed;

        if (read_answer(m, &authorized, &challenge, &dismissed) < 0)
                return refuse_failed(request, what, "its answer makes no sense", error);
        if (authorized)
                return 0;
        if (dismissed)
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                         "the authentication to %s was dismissed; nothing was changed", what);
        if (challenge)
                return sd_bus_error_setf(
                        error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, "to %s needs authentication, and %s",
                        what,
                        is_interactive(request)
                                ? "there is no polkit agent to ask for it; start one (pkttyagent), or ask as "
                                  "root"
                                : "the call did not allow to ask for it; allow it, or ask as root");

        return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                 "uid %u is not authorised to %s; an administrator can allow it by a polkit rule for "
                                 "%s",
                                 (unsigned) request->sender, what, action_of(request));
}

/* Whether it does not run, or died meanwhile. */
static bool is_absent(const sd_bus_error *answer) {
        /* What the bus says itself, and sd-bus: of a service that is not there, cannot be started, or went away. Then
         * systemd's: of a unit that is masked, or not there. */
        return sd_bus_error_has_names(answer, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                                      SD_BUS_ERROR_DISCONNECTED, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT) ||
               startswith(answer->name, "org.freedesktop.DBus.Error.Spawn.") ||
               startswith(answer->name, "org.freedesktop.systemd1.");
}

static int judge_error(const Authorization *authorization, const sd_bus_error *answer, const char *what,
                       sd_bus_error *error) {
        const Request *request = authorization->request;
        unsigned uid = (unsigned) request->sender;

        if (deadline_left(authorization->deadline) == 0)
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                         "nobody answered in time whether uid %u may %s; ask again", uid, what);
        if (is_absent(answer))
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                                         "polkit is not running, so nobody can allow uid %u to %s; start it: "
                                         "systemctl start polkit, or ask as root",
                                         uid, what);

        return refuse_failed(request, what, answer->message ?: answer->name, error);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *ret_error _unused_) {
        _cleanup_(sd_bus_error_free) sd_bus_error refusal = SD_BUS_ERROR_NULL;
        char controllers[CONTROLLER_MASK_TEXT_MAX], what[WHAT_MAX];
        const sd_bus_error *answer = sd_bus_message_get_error(m);
        Authorization *authorization = userdata;
        Request *request = authorization->request;
        int r;

        (void) snprintf(what, sizeof(what), "%s %s for %s",
                        request->what.operation == DELEGATION_ENABLE ? "enable" : "disable",
                        controller_mask_format(request->what.controllers, ' ', controllers), request->user);
        r = answer ? judge_error(authorization, answer, what, &refusal) : judge_answer(request, m, what, &refusal);

        /* A question that was not answered in time may still be a dialog on a screen: it is to be cancelled. */
        authorization->pending = answer && deadline_left(authorization->deadline) == 0;
        authorization->done(request, r < 0 ? &refusal : NULL);
        return 1;
}

static int append_details(sd_bus_message *m, const Request *request) {
        char controllers[CONTROLLER_MASK_TEXT_MAX], uid[32] = "all";
        bool disable = request->what.operation == DELEGATION_DISABLE;

        if (request->what.uid != DELEGATION_EVERYBODY)
                (void) snprintf(uid, sizeof(uid), "%llu", (unsigned long long) request->what.uid);

        /* The message is what an agent shows. polkit translates it, and puts in the details that it names. */
        /* clang-format off */
        return sd_bus_message_append(
                m, "a{ss}", 6,
                "uid", uid,
                "user", request->user,
                "controllers", controller_mask_format(request->what.controllers, ' ', controllers),
                "runtime", request->what.flags & DELEGATION_RUNTIME ? "yes" : "no",
                "polkit.message", disable ?
                "Authentication is required to take the cgroup controllers $(controllers) back from $(user)" :
                "Authentication is required to hand the cgroup controllers $(controllers) to $(user)",
                "polkit.gettext_domain", GETTEXT_DOMAIN);
        /* clang-format on */
}

static int ask(Authorization *authorization) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Request *request = authorization->request;
        bool interactive = is_interactive(request);
        uint64_t timeout = interactive ? request->queue->timeouts.interactive : request->queue->timeouts.authorize;
        int r;

        r = sd_bus_message_new_method_call(request->queue->bus, &m, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE,
                                           "CheckAuthorization");
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "(sa{sv})s", "system-bus-name", 1, "name", "s",
                                  sd_bus_message_get_sender(request->message), action_of(request));
        if (r < 0)
                return r;
        r = append_details(m, request);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "us", interactive ? ALLOW_USER_INTERACTION : 0, authorization->id);
        if (r < 0)
                return r;

        authorization->deadline = deadline_after(timeout);
        return sd_bus_call_async(request->queue->bus, &authorization->slot, m, on_answer, authorization, timeout);
}

int authorization_ask(Request *request, AuthorizationFunction done, Authorization **ret) {
        static uint64_t n_asked;
        Authorization *authorization = calloc(1, sizeof(*authorization));
        int r;

        if (!authorization)
                return -ENOMEM;
        authorization->request = request;
        authorization->done = done;
        (void) snprintf(authorization->id, sizeof(authorization->id), "cgscoped-%llu", (unsigned long long) ++n_asked);

        r = ask(authorization);
        if (r < 0) {
                authorization_free(authorization);
                return r;
        }

        authorization->pending = true;
        *ret = authorization;
        return 0;
}

/* Nobody waits for the answer, and a polkit that is gone is not to be started for it. */
static void cancel(Authorization *authorization) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        sd_bus *bus = authorization->request->queue->bus;

        if (sd_bus_message_new_method_call(bus, &m, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE,
                                           "CancelCheckAuthorization") >= 0 &&
            sd_bus_message_append(m, "s", authorization->id) >= 0 && sd_bus_message_set_auto_start(m, false) >= 0 &&
            sd_bus_message_set_expect_reply(m, false) >= 0)
                (void) sd_bus_send(bus, m, NULL);
}

void authorization_free(Authorization *authorization) {
        if (!authorization)
                return;

        if (authorization->pending)
                cancel(authorization);
        (void) sd_bus_slot_unref(authorization->slot);
        free(authorization);
}
