/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/scope-internal.h"

#include <assert.h>
#include <dlfcn.h>

#include "basic/clock.h"
#include "basic/escape.h"
#include "systemd/process-number.h"

/* How long a manager that left the bus may take to come back: a re-execution takes one to three seconds on the slowest
 * machine that was measured. */
#define MANAGER_ABSENCE_USEC (10 * USEC_PER_SEC)

static int call_manager(Start *start);

static void start_done(Start *start) {
        for (size_t i = 0; i < start->n_slots; i++)
                (void) sd_bus_slot_unref(start->slots[i]);
        trouble_done(&start->trouble);
}

sd_bus_slot **start_next_slot(Start *start) {
        assert(start->n_slots < ELEMENTSOF(start->slots));
        return &start->slots[start->n_slots++];
}

int start_fail(Start *start, int error, Trouble *trouble) {
        start->phase = PHASE_FAILED;
        start->error = error;
        (void) trouble_move(&start->trouble, error, trouble);
        return 0;
}

int start_fail_errno(Start *start, int r, const sd_bus_error *error) {
        Trouble trouble = {};

        if (r == -ETIMEDOUT && !error && start->absent)
                (void) trouble_set(&trouble, r, "the manager left the bus and did not come back; see journalctl");
        else
                r = manager_explain(start->manager, r, error, &trouble);

        return start_fail(start, r, &trouble);
}

static int fail_job(Start *start, const char *result) {
        _cleanup_free_ char *word = escape_word(start->request->unit);
        Trouble trouble = {};

        (void) trouble_set(&trouble, -EIO, "the job of %s ended with \"%s\"; the manager's reason is in the journal: "
                           "journalctl %s--unit %s", start->request->unit, result,
                           start->manager->options.kind == MANAGER_USER ? "--user " : "", word ?: "?");
        return start_fail(start, -EIO, &trouble);
}

int start_job_ended(Start *start, const char *result) {
        if (!streq(result, "done")) {
                start->result->pending = false;
                start->result->failed = streq(result, "failed");
                return fail_job(start, result);
        }

        if (!start->request->inquire) {
                start->phase = PHASE_DONE;
                return 0;
        }

        return start_inquire(start);
}

static void note_removed(RemovedJob *removed, const char *job, const char *result, const char *sender) {
        (void) snprintf(removed->job, sizeof(removed->job), "%s", job);
        (void) snprintf(removed->result, sizeof(removed->result), "%s", result);
        (void) snprintf(removed->sender, sizeof(removed->sender), "%s", sender);
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
                        return start_job_ended(start, result);

                /* Before the answer to the call, the job's name is not known yet. */
                note_removed(&start->removed[sd_bus_message_get_destination(m) != NULL], job, result, sender);

        } else if (sd_bus_message_is_signal(m, DBUS_NAME, "NameOwnerChanged") && streq(sender, DBUS_NAME)) {
                if (sd_bus_message_read(m, "sss", &name, &old_owner, &new_owner) < 0 || !streq(name, SYSTEMD_NAME))
                        return 0;

                (void) snprintf(start->owner, sizeof(start->owner), "%s", new_owner);
                start->absent = !*new_owner;

                /* Gone: it may be back at once, re-executed, and go on with the job. */
                start->deadline = start->manager->options.deadline;
                if (!*new_owner && deadline_left(start->deadline) > absence)
                        start->deadline = deadline_after(absence);

                /* The end of the job may have been told to nobody. */
                if (*new_owner && start->phase == PHASE_JOB && start->n_returns++ < MANAGER_RETURNS_MAX)
                        return start_ask_for_job(start);
        }

        return 0;
}

static int on_reset(sd_bus_message *m _unused_, void *userdata, sd_bus_error *error _unused_) {
        return call_manager(userdata);
}

/* The name is taken. Where our own first call was lost, by us, or so it seems: the process will look where it is.
 * Where a failed unit holds the name it can be cleared away: that is refused for one that is active, by the manager,
 * and the second attempt fails then with the same answer. */
static int name_taken(Start *start) {
        _cleanup_free_ char *word = escape_word(start->request->unit);
        Trouble trouble = {};
        int r;

        if (start->repeated)
                return start_ask_for_job(start);

        if (start->request->reset_failed && !start->reset) {
                start->reset = true;
                r = sd_bus_call_method_async(start->manager->bus, start_next_slot(start), SYSTEMD_NAME, SYSTEMD_PATH,
                                             SYSTEMD_MANAGER, "ResetFailedUnit", on_reset, start, "s",
                                             start->request->unit);
                return r < 0 ? start_fail_errno(start, r, NULL) : 0;
        }

        /* Ours says who keeps it, where stopping alone does not help. */
        (void) trouble_set(&trouble, -EEXIST, "%s is taken: choose another name with --unit, or stop it: cgscope stop "
                           "%s %s", start->request->unit,
                           start->manager->options.kind == MANAGER_USER ? "--user" : "--system", word ?: "?");
        return start_fail(start, -EEXIST, &trouble);
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

        return start_fail_errno(start, -sd_bus_message_get_errno(m), error);
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
                return start_fail_errno(start, r, NULL);

        return start_await_job(start, job, sd_bus_message_get_sender(m));
}

/* A pidfd is the same process everywhere. */
static int check_numbers(Start *start) {
        const ScopeRequest *request = start->request;
        Trouble trouble = {};
        int r;

        if (start->use_pidfds)
                return 0;

        r = manager_check_numbers(start->manager, request->pids, request->n_pids, &trouble);
        if (r < 0)
                (void) start_fail(start, r, &trouble);
        return r;
}

static int call_manager(Start *start) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        uint64_t left = deadline_left(start->manager->options.deadline);
        int r;

        if (check_numbers(start) < 0)
                return 0;

        r = scope_message_new(start->manager, start->request, start->use_pidfds, &m);
        if (r >= 0) /* the loop below keeps the deadline; the bus library's own of 25 s must not come before */
                r = sd_bus_call_async(start->manager->bus, start_next_slot(start), m, on_called, start,
                                      left < USEC_INFINITY ? left + USEC_PER_SEC : left);
        if (r < 0)
                return start_fail_errno(start, r, NULL);

        start->result->pending = true;
        return 0;
}

static int on_matched(sd_bus_message *m, void *userdata, sd_bus_error *ret_error _unused_) {
        const sd_bus_error *error = sd_bus_message_get_error(m);

        return error ? start_fail_errno(userdata, -sd_bus_message_get_errno(m), error) : 0;
}

/* The match goes out before the call on the same connection, and a bus deals with one connection's messages in order:
 * it is in place when the manager hears the call. Matching on the unit's name is left to the bus: of fifty callers at
 * once each is woken by its own job only. (sd-bus itself cannot compare an argument that stands behind a number, hence
 * the plain call and the filter.) */
static int match(Start *start) {
        _cleanup_free_ char *rule = NULL;
        int r;

        if (start->manager->direct) /* it tells us of our jobs without being asked */
                return sd_bus_add_filter(start->manager->bus, start_next_slot(start), on_signal, start);

        if (asprintf(&rule, "type='signal',sender='" SYSTEMD_NAME "',path='" SYSTEMD_PATH "',interface='"
                     SYSTEMD_MANAGER "',member='JobRemoved',arg2='%s'", start->request->unit) < 0)
                return -ENOMEM;

        r = sd_bus_add_filter(start->manager->bus, start_next_slot(start), on_signal, start);
        if (r >= 0)
                r = sd_bus_call_method_async(start->manager->bus, start_next_slot(start), DBUS_NAME, DBUS_PATH, DBUS_NAME,
                                             "AddMatch", on_matched, start, "s", rule);
        return r;
}

/* For a manager that goes away, or comes back. Sent behind the call: it holds nothing up. */
static int match_owner(Start *start) {
        if (start->manager->direct)
                return 0;

        return sd_bus_call_method_async(start->manager->bus, start_next_slot(start), DBUS_NAME, DBUS_PATH, DBUS_NAME,
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
                        start_fail_errno(start, r, NULL);
        }
}

int scope_start(Manager *manager, const ScopeRequest *request, ScopeResult *ret, Trouble *trouble) {
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
                return manager_explain(manager, r, NULL, trouble);

        (void) call_manager(&start);
        r = match_owner(&start);
        if (r < 0)
                start_fail_errno(&start, r, NULL);
        converse(&start);
        agent_close(&manager->agent);

        if (start.phase == PHASE_FAILED)
                return trouble_move(trouble, start.error, &start.trouble);

        ret->pending = false;
        return 0;
}
