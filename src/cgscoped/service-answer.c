/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-answer.h"

#include "basic/log.h"
#include "cgscoped/quote.h"
#include "systemd/delegation-message.h"

/* The answer may find nobody any more; that is no error of ours. */
void answer_error(const Request *request, const sd_bus_error *error) {
        (void) sd_bus_reply_method_error(request->message, error);
}

void answer_errno(const Request *request, int r, const char *text) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

        (void) delegation_error_set(&error, r, text);
        answer_error(request, &error);
}

void answer_state(const Request *request, const DelegationState *state) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_message_new_method_return(request->message, &reply);
        if (r < 0)
                return answer_errno(request, r, NULL);
        r = delegation_append_state(reply, state);
        if (r < 0)
                return answer_errno(request, r, "the answer cannot be put together");

        (void) sd_bus_send(request->queue->bus, reply, NULL);
}

/* What an administrator looks for in the journal: who did what to whom. */
void answer_log(const Request *request, int error, const char *text) {
        const DelegationRequest *what = &request->what;
        char controllers[CONTROLLER_MASK_TEXT_MAX], user[QUOTE_MAX], whom[QUOTE_MAX + 32] = "every user";
        const char *verb = what->operation == DELEGATION_ENABLE ? "enable" : "disable";

        if (request->user)
                (void) snprintf(whom, sizeof(whom), "uid %u (%s)", (unsigned) what->uid, quote(request->user, user));
        (void) controller_mask_format(what->controllers, ' ', controllers);

        if (error < 0)
                log_warning("uid %u failed to %s %s for %s: %s", (unsigned) request->sender, verb, controllers, whom,
                            text ?: strerror(-error));
        else
                log_info("uid %u %sd %s for %s%s", (unsigned) request->sender, verb, controllers, whom,
                         what->flags & DELEGATION_RUNTIME ? ", until the next boot" : "");
}

void answer_changed(const Request *request) {
        (void) sd_bus_emit_signal(request->queue->bus, DELEGATION_PATH, DELEGATION_NAME, "Changed", "t",
                                  request->what.uid);
}
