/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scope.h"

#include <dlfcn.h>

#include "basic/clock.h"

/* How long a manager that left the bus may take to come back: a re-execution takes one to three seconds on the slowest
 * machine that was measured. */
#define MANAGER_ABSENCE_USEC (10 * USEC_PER_SEC)

typedef enum Phase {
        PHASE_CALLING,    /* StartTransientUnit is under way */
        PHASE_JOB,        /* it was taken; its job is not done */
        PHASE_INQUIRING,  /* done; the manager is asked for the control group */
        PHASE_DONE,
        PHASE_FAILED,
} Phase;

/* The conversation. One round trip makes the scope, and everything arrives in callbacks: the answer to the call and the
 * end of its job come in either order, and the manager may re-execute in between. */
typedef struct Start {
        Manager *manager;
        const ScopeRequest *request;
        ScopeResult *result;
        uint64_t deadline;
        Phase phase;
        int error;
        char *message;

        bool use_pidfds;
        bool repeated;  /* the call was lost once and made again */
        bool reset;     /* a failed unit of the name was cleared away */

        char job[128];         /* the job's object, once it is known */
        char removed_job[128]; /* the last job of this unit that ended, and how */
        char removed_result[32];
        char removed_sender[64];
        char owner[64];       /* the manager on the bus: what others send in its name does not count */
        unsigned n_inquiries; /* answers still to come */

        /* What points back here: the filter, two matches, at most four calls, a reset and two inquiries. */
        sd_bus_slot *slots[10];
        size_t n_slots;
} Start;

static int call_manager(Start *start);
static int inquire(Start *start);

static void start_done(Start *start) {
        for (size_t i = 0; i < start->n_slots; i++)
                (void) sd_bus_slot_unref(start->slots[i]);
        free(start->message);
}

static sd_bus_slot **next_slot(Start *start) {
        return &start->slots[start->n_slots++];
}

/* Ends the conversation. Takes @message. Returns 0: that the bus library goes on is not the point any more. */
static int fail(Start *start, int error, char *message) {
        start->phase = PHASE_FAILED;
        start->error = error;
        free(start->message);
        start->message = message;
        return 0;
}

static int fail_errno(Start *start, int r, const sd_bus_error *error) {
        char *message = NULL;

        r = manager_explain(start->manager, r, error, &message);
        return fail(start, r, message);
}

static int fail_job(Start *start, const char *result) {
        char *message;

        if (asprintf(&message, "the job of %s ended with \"%s\"; the manager's reason is in the journal: "
                     "journalctl %s--unit %s", start->request->unit, result,
                     start->manager->options.kind == MANAGER_USER ? "--user " : "", start->request->unit) < 0)
                message = NULL;

        return fail(start, -EIO, message);
}

static int job_ended(Start *start, const char *result) {
        start->result->pending = false;

        if (!streq(result, "done"))
                return fail_job(start, result);

        if (!start->request->inquire) {
                start->phase = PHASE_DONE;
                return 0;
        }

        return inquire(start);
}

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        const char *job, *unit, *result, *name, *old_owner, *new_owner, *sender = sd_bus_message_get_sender(m) ?: "";
        Start *start = userdata;
        uint64_t absence = start->manager->options.absence ?: MANAGER_ABSENCE_USEC;
        uint32_t id;

        if (sd_bus_message_is_signal(m, SYSTEMD_MANAGER, "JobRemoved")) {
                if (sd_bus_message_read(m, "uoss", &id, &job, &unit, &result) < 0 ||
                    !streq(unit, start->request->unit))
                        return 0;

                if (start->phase == PHASE_JOB && streq(job, start->job) && streq(sender, start->owner))
                        return job_ended(start, result);

                /* Before the answer to the call, the job's name is not known yet. */
                (void) snprintf(start->removed_job, sizeof(start->removed_job), "%s", job);
                (void) snprintf(start->removed_result, sizeof(start->removed_result), "%s", result);
                (void) snprintf(start->removed_sender, sizeof(start->removed_sender), "%s", sender);

        } else if (sd_bus_message_is_signal(m, DBUS_NAME, "NameOwnerChanged") && streq(sender, DBUS_NAME)) {
                if (sd_bus_message_read(m, "sss", &name, &old_owner, &new_owner) < 0 || !streq(name, SYSTEMD_NAME))
                        return 0;

                (void) snprintf(start->owner, sizeof(start->owner), "%s", new_owner);

                /* Gone: it may be back at once, re-executed, and go on with the job. */
                start->deadline = start->manager->options.deadline;
                if (!*new_owner && deadline_left(start->deadline) > absence)
                        start->deadline = deadline_after(absence);
        }

        return 0;
}

/* The answer to an inquiry: a property in a variant, copied to @to. */
static int read_text(Start *start, sd_bus_message *m, char *to, size_t size) {
        const sd_bus_error *error = sd_bus_message_get_error(m);
        const char *text;
        int r;

        if (error)
                return fail_errno(start, -sd_bus_message_get_errno(m), error);

        r = sd_bus_message_read(m, "v", "s", &text);
        if (r < 0)
                return fail_errno(start, r, NULL);

        if ((size_t) snprintf(to, size, "%s", text) >= size)
                return fail_errno(start, -ENAMETOOLONG, NULL);
        return 0;
}

static void inquiry_answered(Start *start) {
        if (--start->n_inquiries == 0 && start->phase == PHASE_INQUIRING)
                start->phase = PHASE_DONE;
}

static int on_control_group(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        Start *start = userdata;

        (void) read_text(start, m, start->result->control_group, sizeof(start->result->control_group));
        inquiry_answered(start);
        return 0;
}

static int on_invocation_id(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        Start *start = userdata;
        const uint8_t *id;
        size_t size;

        /* For the command's environment only: without it all goes on. */
        if (!sd_bus_message_get_error(m) && sd_bus_message_enter_container(m, SD_BUS_TYPE_VARIANT, "ay") >= 0 &&
            sd_bus_message_read_array(m, 'y', (const void **) &id, &size) >= 0 && size == 16)
                for (size_t i = 0; i < size; i++)
                        (void) snprintf(start->result->invocation_id + 2 * i, 3, "%02x", id[i]);

        inquiry_answered(start);
        return 0;
}

static int get_async(Start *start, const char *path, const char *interface, const char *name,
                     sd_bus_message_handler_t handler) {
        int r;

        r = sd_bus_call_method_async(start->manager->bus, next_slot(start), SYSTEMD_NAME, path, DBUS_PROPERTIES, "Get",
                                     handler, start, "ss", interface, name);
        if (r >= 0)
                start->n_inquiries++;
        return r;
}

/* Both questions leave together: they cost one round trip. */
static int inquire(Start *start) {
        _cleanup_free_ char *path = NULL;
        int r;

        start->phase = PHASE_INQUIRING;

        r = sd_bus_path_encode(SYSTEMD_UNIT_PREFIX, start->request->unit, &path);
        if (r >= 0)
                r = get_async(start, path, SYSTEMD_SCOPE, "ControlGroup", on_control_group);
        if (r >= 0)
                r = get_async(start, path, SYSTEMD_UNIT, "InvocationID", on_invocation_id);

        return r < 0 ? fail_errno(start, r, NULL) : 0;
}

static int on_reset(sd_bus_message *m _unused_, void *userdata, sd_bus_error *error _unused_) {
        return call_manager(userdata);
}

/* The name is taken. Where our own first call was lost, by us: then it stands, or the inquiry tells that it does not.
 * Where a failed unit holds the name it can be cleared away: that is refused for one that is active, by the manager,
 * and the second attempt fails then with the same answer. */
static int name_taken(Start *start) {
        char *message;
        int r;

        if (start->repeated)
                return inquire(start);

        if (start->request->reset_failed && !start->reset) {
                start->reset = true;
                r = sd_bus_call_method_async(start->manager->bus, next_slot(start), SYSTEMD_NAME, SYSTEMD_PATH,
                                             SYSTEMD_MANAGER, "ResetFailedUnit", on_reset, start, "s",
                                             start->request->unit);
                return r < 0 ? fail_errno(start, r, NULL) : 0;
        }

        if (asprintf(&message, "%s is taken: choose another name with --unit, or stop it: systemctl %sstop %s",
                     start->request->unit, start->manager->options.kind == MANAGER_USER ? "--user " : "",
                     start->request->unit) < 0)
                message = NULL;
        return fail(start, -EEXIST, message);
}

static int call_refused(Start *start, sd_bus_message *m, const sd_bus_error *error) {
        bool lost = sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY);
        bool exists = sd_bus_error_has_name(error, SYSTEMD_NAME ".UnitExists");

        /* A call under way while the manager re-executes is lost, or done with its answer lost. */
        start->result->pending = lost || (exists && start->repeated);

        /* Older than 255: the manager knows no PIDFDs. It answers the same to any other setting that it does not
         * know, so without PIDFDs that one is refused again, and then reported. */
        if (start->use_pidfds && sd_bus_error_has_name(error, SD_BUS_ERROR_PROPERTY_READ_ONLY)) {
                start->use_pidfds = false;
                return call_manager(start);
        }

        if (!start->repeated && lost) {
                start->repeated = true;
                return call_manager(start);
        }

        if (exists)
                return name_taken(start);

        return fail_errno(start, -sd_bus_message_get_errno(m), error);
}

static int on_called(sd_bus_message *m, void *userdata, sd_bus_error *ret_error _unused_) {
        const sd_bus_error *error = sd_bus_message_get_error(m);
        Start *start = userdata;
        const char *job;
        int r;

        if (error)
                return call_refused(start, m, error);

        r = sd_bus_message_read(m, "o", &job);
        if (r < 0)
                return fail_errno(start, r, NULL);

        (void) snprintf(start->owner, sizeof(start->owner), "%s", sd_bus_message_get_sender(m) ?: "");
        if ((size_t) snprintf(start->job, sizeof(start->job), "%s", job) >= sizeof(start->job))
                return fail_errno(start, -EBADMSG, NULL);

        start->phase = PHASE_JOB;
        if (streq(start->job, start->removed_job) && streq(start->owner, start->removed_sender))
                return job_ended(start, start->removed_result);
        return 0;
}

static int call_manager(Start *start) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        uint64_t left = deadline_left(start->manager->options.deadline);
        int r;

        r = scope_message_new(start->manager, start->request, start->use_pidfds, &m);
        if (r >= 0) /* the loop below keeps the deadline; the bus library's own of 25 s must not come before */
                r = sd_bus_call_async(start->manager->bus, next_slot(start), m, on_called, start,
                                      left < USEC_INFINITY ? left + USEC_PER_SEC : left);
        if (r < 0)
                return fail_errno(start, r, NULL);

        start->result->pending = true;
        return 0;
}

static int on_matched(sd_bus_message *m, void *userdata, sd_bus_error *ret_error _unused_) {
        const sd_bus_error *error = sd_bus_message_get_error(m);

        return error ? fail_errno(userdata, -sd_bus_message_get_errno(m), error) : 0;
}

/* The match goes out before the call on the same connection, and a bus deals with one connection's messages in order:
 * it is in place when the manager hears the call. Matching on the unit's name is left to the bus: of fifty callers at
 * once each is woken by its own job only. (sd-bus itself cannot compare an argument that stands behind a number, hence
 * the plain call and the filter.) */
static int match(Start *start) {
        _cleanup_free_ char *rule = NULL;
        int r;

        if (asprintf(&rule, "type='signal',sender='" SYSTEMD_NAME "',path='" SYSTEMD_PATH "',interface='"
                     SYSTEMD_MANAGER "',member='JobRemoved',arg2='%s'", start->request->unit) < 0)
                return -ENOMEM;

        r = sd_bus_add_filter(start->manager->bus, next_slot(start), on_signal, start);
        if (r >= 0)
                r = sd_bus_call_method_async(start->manager->bus, next_slot(start), DBUS_NAME, DBUS_PATH, DBUS_NAME,
                                             "AddMatch", on_matched, start, "s", rule);
        return r;
}

/* For a manager that goes away, or comes back. Sent behind the call: it holds nothing up. */
static int match_owner(Start *start) {
        return sd_bus_call_method_async(start->manager->bus, next_slot(start), DBUS_NAME, DBUS_PATH, DBUS_NAME,
                                        "AddMatch", on_matched, start, "s",
                                        "type='signal',sender='" DBUS_NAME "',member='NameOwnerChanged',"
                                        "arg0='" SYSTEMD_NAME "'");
}

static void converse(Start *start) {
        while (start->phase != PHASE_DONE && start->phase != PHASE_FAILED) {
                int r = sd_bus_process(start->manager->bus, NULL);
                uint64_t left = deadline_left(start->deadline);

                if (r == 0)
                        r = left > 0 ? sd_bus_wait(start->manager->bus, left) : -ETIMEDOUT;
                if (r < 0 && r != -EINTR && start->phase != PHASE_FAILED)
                        fail_errno(start, r, NULL);
        }
}

int scope_start(Manager *manager, const ScopeRequest *request, ScopeResult *ret, char **ret_message) {
        _cleanup_(start_done) Start start = {
                .manager = manager,
                .request = request,
                .result = ret,
                .deadline = manager->options.deadline,
                /* The library and the manager come from one source: one that has this symbol, new in 255, is most
                 * likely beside a manager that knows PIDFDs. A guess, which saves an older one a refused call. */
                .use_pidfds = dlsym(RTLD_DEFAULT, "sd_id128_get_app_specific") != NULL,
        };
        int r;

        *ret = (ScopeResult) {};

        r = match(&start);
        if (r < 0)
                return manager_explain(manager, r, NULL, ret_message);

        (void) call_manager(&start);
        r = match_owner(&start);
        if (r < 0)
                fail_errno(&start, r, NULL);
        converse(&start);
        agent_close(&manager->agent);

        if (start.phase == PHASE_FAILED) {
                *ret_message = TAKE_PTR(start.message);
                return start.error;
        }

        ret->pending = false;
        return 0;
}
