/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-request.h"

#include "basic/clock.h"
#include "basic/log.h"
#include "cgscoped/authorization.h"
#include "cgscoped/operation.h"
#include "systemd/delegation-message.h"
#include "systemd/manager.h"

static void run(Queue *queue);

/* Takes it out of the queue and forgets it, without an answer: what polkit was asked is taken back, a worker is
 * killed. */
static void request_free(Request *request) {
        queue_remove(request->queue, request);

        (void) sd_bus_slot_unref(request->question);
        authorization_free(request->authorization);
        worker_free(request->worker);
        (void) sd_bus_message_unref(request->message);
        trouble_done(&request->trouble);
        free(request);
}

/* The end. A slot is free now: whose turn it is runs. */
static void end(Request *request) {
        Queue *queue = request->queue;

        request_free(request);
        run(queue);
}

/* An answer may find nobody any more; that is no error of ours. */
static void answer_error_by(const Request *request, const sd_bus_error *error) {
        if (sd_bus_reply_method_error(request->message, error) == -ENOMEM)
                request->queue->unanswered = true;
}

static void answer_error(const Request *request, int r, const char *text) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

        (void) delegation_error_set(&error, r, text);
        answer_error_by(request, &error);
}

static void answer_state(const Request *request, const DelegationState *state) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_message_new_method_return(request->message, &reply);
        if (r >= 0)
                r = delegation_append_state(reply, state);
        if (r >= 0)
                r = sd_bus_send(request->queue->bus, reply, NULL);
        if (r < 0)
                answer_error(request, r, "the answer cannot be put together");
}

/* It is answered with an error, and over. */
static void refuse(Request *request, int r, const char *text) {
        answer_error(request, r, text);
        end(request);
}

static void refuse_by(Request *request, const sd_bus_error *error) {
        answer_error_by(request, error);
        end(request);
}

/* What an administrator looks for in the journal: who did what to whom. @text is what @error means in words. */
static void write_journal(const Request *request, int error, const char *text) {
        const DelegationRequest *what = &request->what;
        char controllers[CONTROLLER_MASK_TEXT_MAX], whom[ESCAPE_SHORT_MAX + 32] = "";
        const char *verb = what->operation == DELEGATION_ENABLE ? "enable" : "disable";

        if (what->uid != DELEGATION_EVERYBODY)
                (void) snprintf(whom, sizeof(whom), "uid %u (%s)", (unsigned) what->uid, request->user);
        (void) controller_mask_format(what->controllers, ' ', controllers);

        if (error < 0)
                log_warning("uid %u failed to %s %s for %s: %s", (unsigned) request->sender, verb, controllers,
                            *whom ? whom : request->user, text ?: strerror(-error));
        else
                log_info("uid %u %sd %s for %s%s", (unsigned) request->sender, verb, controllers,
                         *whom ? whom : request->user, what->flags & DELEGATION_RUNTIME ? ", until the next boot" : "");
}

/* Keeps what is to be answered when all is done that can be. */
static void keep_error(Request *request, int error, const char *text) {
        request->error = error;
        (void) trouble_set(&request->trouble, error, "%s", text ?: strerror(-error));
}

static void on_finished(int error, const DelegationState *state, const char *text, void *userdata) {
        _cleanup_free_ char *words = NULL;
        Request *request = userdata;

        if (error < 0 && request->error == 0) {
                keep_error(request, error, text);
                if (request->effect & DELEGATION_CHANGED)
                        (void) trouble_wrap(&request->trouble, error,
                                            "the drop-in was changed, but what came of it cannot be seen");
        }

        if (request->error < 0)
                words = trouble_text(&request->trouble, request->error);
        if (request_is_change(request))
                write_journal(request, request->error, words);

        if (request->error < 0)
                answer_error(request, request->error, words);
        else
                answer_state(request, state);
        if (request_is_change(request) && (request->effect & DELEGATION_CHANGED || request->error == 0))
                (void) sd_bus_emit_signal(request->queue->bus, DELEGATION_PATH, DELEGATION_NAME, "Changed", "t",
                                          request->what.uid);

        end(request);
}

/* What is changed, or was so before a higher rank's, waits until the managers can look again for it. */
static void await_managers(Request *request) {
        worker_free(TAKE_PTR(request->worker));
        request->stage = REQUEST_CHANGED;
}

static void go_on_changed(Request *request) {
        await_managers(request);
        run(request->queue);
}

static void on_repaired(int error, const DelegationState *state, const char *text _unused_, void *userdata) {
        Request *request = userdata;
        bool in_effect = error >= 0 && (state->effect & DELEGATION_RELOADED);

        /* Somebody may have changed a file, and nobody knows: that counts as if he had. */
        request->effect = DELEGATION_CHANGED;
        (void) trouble_help(
                &request->trouble, request->error, "%s",
                in_effect ? "what the files say now is in effect"
                          : "what the files say now may not be in effect, for the system manager does not read them: "
                            "systemctl daemon-reload");
        go_on_changed(request);
}

/* The change came to nothing. */
static void fail(Request *request, int error, const char *text) {
        write_journal(request, error, text);
        refuse(request, error, text);
}

static int start(Request *request, WorkerJob job, WorkerFunction done, uint64_t timeout) {
        worker_free(TAKE_PTR(request->worker));
        return worker_start(request->queue->event, job, &request->what, timeout, done, request, &request->worker);
}

/* What was changed is to be in force, also where something failed after that, or where nobody knows: nothing is left
 * half done until somebody else happens to have PID 1 read its files. */
static void on_changed(int error, const DelegationState *state, const char *text, void *userdata) {
        Request *request = userdata;
        Queue *queue = request->queue;
        int r;

        if (!state) {
                keep_error(request, error, text);
                r = start(request, operation_repair, on_repaired, queue->timeouts.work);
                if (r < 0)
                        on_repaired(r, NULL, NULL, request);
                return;
        }

        request->effect = state->effect;
        if (state->effect == DELEGATION_RELOADED)
                queue->reloaded = now_usec();
        if (error < 0 && !(state->effect & DELEGATION_CHANGED)) {
                fail(request, error, text);
                return;
        }
        if (error < 0) {
                keep_error(request, error, text);
                (void) trouble_help(&request->trouble, error, "what was changed before that is in effect");
        }

        go_on_changed(request);
}

/* Root has what he changed by other means read as well; who is not may have that done for nothing now and then. */
static bool is_spare(const Request *request) {
        uint64_t reloaded = request->queue->reloaded;

        return request->sender != 0 && reloaded > 0 && now_usec() - reloaded < QUEUE_SPARE_USEC;
}

static const char no_process[] = "cannot start a process that does it; try again";

static void run_change(Request *request) {
        int r;

        request->stage = REQUEST_CHANGING;
        request->what.spare = is_spare(request);
        r = start(request, operation_change, on_changed, request->queue->timeouts.work);
        if (r < 0)
                fail(request, r, no_process);
}

/* Where it cannot begin, it is answered as where it failed: something may have been changed before. */
static void run_finish(Request *request) {
        uint64_t looks_again = request_is_change(request) ? request->what.timeout ?: DELEGATION_TIMEOUT_USEC : 0;
        int r;

        request->stage = REQUEST_FINISHING;
        r = start(request, operation_finish, on_finished, request->queue->timeouts.work + looks_again);
        if (r < 0)
                on_finished(r, NULL, no_process, request);
}

/* Lets run whose turn it is. */
static void run(Queue *queue) {
        Request *request;

        while ((request = queue_obstacle(queue)))
                await_managers(request);

        while ((request = queue_next(queue)))
                if (request_is_change(request) && request->stage == REQUEST_QUEUED)
                        run_change(request);
                else
                        run_finish(request);
}

static void enqueue(Request *request) {
        queue_enqueue(request->queue, request);
        run(request->queue);
}

static void on_authorized(Request *request, const sd_bus_error *refusal) {
        if (refusal)
                refuse_by(request, refusal);
        else
                enqueue(request);
}

/* The user is known: on to the authorisation, or past it. */
static int go_on(Request *request, const char *user) {
        (void) escape_short(user, request->user);
        worker_free(TAKE_PTR(request->worker));
        if (!authorization_is_needed(request)) {
                enqueue(request);
                return 0;
        }

        request->stage = REQUEST_AUTHORIZING;
        return authorization_ask(request, on_authorized, &request->authorization);
}

static void on_looked_up(int error, const DelegationState *state _unused_, const char *text, void *userdata) {
        Request *request = userdata;
        char number[32];
        int r;

        /* What was enabled for somebody who is gone can be seen, and taken back. */
        if (error < 0 && (error != -ESRCH || request->what.operation == DELEGATION_ENABLE)) {
                refuse(request, error, text);
                return;
        }

        (void) snprintf(number, sizeof(number), "uid %u", (unsigned) request->what.uid);
        r = go_on(request, error < 0 || !text ? number : text);
        if (r < 0)
                refuse(request, r, NULL);
}

/* The user database can be in the network; everybody is in none. */
static int look_up(Request *request) {
        if (request->what.uid == DELEGATION_EVERYBODY)
                return go_on(request, "every user");

        request->stage = REQUEST_LOOKING_UP;
        return start(request, user_look_up, on_looked_up, request->queue->timeouts.look_up);
}

static const char no_sender[] = "the bus does not say who asks, so nothing can be allowed";

/* Who asks is known: is there room for him? The rest is answered later, whatever becomes of it. */
static int on_identified(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error _unused_) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        Request *request = userdata;
        uint32_t uid = UINT32_MAX;
        int r;

        if (sd_bus_error_has_name(sd_bus_message_get_error(answer), SD_BUS_ERROR_NAME_HAS_NO_OWNER))
                end(request); /* nobody is there to be answered */
        else if (sd_bus_message_is_method_error(answer, NULL) || sd_bus_message_read(answer, "u", &uid) < 0 ||
                 uid == UINT32_MAX)
                refuse(request, -EACCES, no_sender);
        else if (queue_admit(request->queue, uid, &error) < 0)
                refuse_by(request, &error);
        else {
                request->sender = (uid_t) uid;
                r = look_up(request);
                if (r < 0)
                        refuse(request, r, NULL);
        }

        return 1;
}

/* Who sent it the bus says, which has it from the kernel. It is not waited for: whoever waits for one answer has sd-bus
 * keep all that comes before it, and anybody may send 32 MiB at a time. */
static int identify(Request *request) {
        request->stage = REQUEST_IDENTIFYING;
        return sd_bus_call_method_async(request->queue->bus, &request->question, DBUS_NAME, DBUS_PATH, DBUS_NAME,
                                        "GetConnectionUnixUser", on_identified, request, "s",
                                        sd_bus_message_get_sender(request->message));
}

int request_begin(Queue *queue, sd_bus_message *message, const DelegationRequest *what, sd_bus_error *error) {
        Request *request;
        int r;

        if (queue->closed)
                return sd_bus_error_set(error, SD_BUS_ERROR_FAILED,
                                        "cgscoped is about to end; ask " DELEGATION_NAME " again");
        if (!sd_bus_message_get_sender(message))
                return delegation_error_set(error, -EACCES, no_sender);

        r = queue_admit_unknown(queue, sd_bus_message_get_sender(message), error);
        if (r < 0)
                return r;

        request = calloc(1, sizeof(*request));
        if (!request)
                return -ENOMEM;
        *request = (Request) {
                .queue = queue,
                .message = sd_bus_message_ref(message),
                .what = *what,
        };
        queue_add(queue, request);

        r = identify(request);
        if (r < 0) {
                request_free(request);
                return delegation_error_set(error, r, NULL);
        }

        return 1;
}

/* Forgets what has not begun yet, of the connection @name (NULL: of all), answered with @error where there is one. */
static void forget(Queue *queue, const char *name, const sd_bus_error *error) {
        Request *request, *following;

        for (request = TAILQ_FIRST(&queue->requests); request; request = following) {
                following = TAILQ_NEXT(request, link);
                if (request->stage >= REQUEST_CHANGING ||
                    (name && !streq(sd_bus_message_get_sender(request->message), name)))
                        continue;
                if (error)
                        answer_error_by(request, error);
                request_free(request);
        }
}

void requests_forget_sender(Queue *queue, const char *name) {
        forget(queue, name, NULL);
}

void requests_stop(Queue *queue) {
        forget(queue, NULL, &SD_BUS_ERROR_MAKE_CONST(SD_BUS_ERROR_FAILED, "cgscoped is being stopped; ask again"));
}

void requests_drop(Queue *queue) {
        queue->on_count = NULL;
        while (!TAILQ_EMPTY(&queue->requests))
                request_free(TAILQ_FIRST(&queue->requests));
}
