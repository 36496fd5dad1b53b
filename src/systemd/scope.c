/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/scope.h"

#include <assert.h>
#include <dlfcn.h>

#include "basic/escape.h"
#include "systemd/bus-peer.h"
#include "systemd/job.h"
#include "systemd/scope-message.h"
#include "systemd/unit.h"

/* How long a manager that left the bus may take to come back: a re-execution takes one to three seconds on the slowest
 * machine that was measured. */
#define MANAGER_ABSENCE_USEC (10 * USEC_PER_SEC)

/* One round trip makes the scope. The answer to the call and the end of its job come in either order, and the manager
 * may re-execute in between. */
typedef struct Start {
        Manager *manager;
        const ScopeRequest *request;
        ScopeResult *result;
        JobWatch watch;
        Job job;
        bool use_pidfds;
        bool repeated; /* the call was lost once and made again */
        bool reset;    /* a failed unit of the name was cleared away */
} Start;

static int explain(const Start *start, int r, const JobAnswer *answer, Trouble *trouble) {
        const sd_bus_error *error = answer && answer->reply ? sd_bus_message_get_error(answer->reply) : NULL;

        if (r == -ETIMEDOUT && !error && start->watch.absent)
                return trouble_set(trouble, r, "the manager left the bus and did not come back; see journalctl");

        return manager_explain(start->manager, r, error, trouble);
}

static bool is_error(const JobAnswer *answer, const char *name) {
        return answer->reply && sd_bus_error_has_name(sd_bus_message_get_error(answer->reply), name);
}

/* Asks for a property of the unit. */
static int ask(Start *start, const char *interface, const char *name, JobAnswer *answer) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_property_new(start->manager, &call, start->request->unit, interface, name);

        return r < 0 ? r : job_watch_send(&start->watch, call, answer);
}

/* --- the job --- */

/* The unit stands: asks whether with its job under way. 0: it is done. */
static int ask_for_job(Start *start, Trouble *trouble) {
        _cleanup_(job_answer_done) JobAnswer answer = {};
        const char *job;
        uint32_t id;
        int r;

        start->watch.returned = false;
        r = ask(start, SYSTEMD_UNIT, "Job", &answer);
        if (r < 0)
                return explain(start, r, NULL, trouble);

        r = job_watch_answer(&start->watch, &answer);
        if (r < 0)
                return explain(start, r, &answer, trouble);
        if (start->job.ended)
                return 1;

        r = sd_bus_message_read(answer.reply, "v", "(uo)", &id, &job);
        if (r < 0)
                return explain(start, r, NULL, trouble);
        if (id == 0)
                return 0;

        r = job_watch_add(&start->watch, &start->job, job, sd_bus_message_get_sender(answer.reply));
        return r < 0 ? explain(start, r, NULL, trouble) : 1;
}

static int explain_job(Start *start, Trouble *trouble) {
        _cleanup_free_ char *word = escape_word(start->request->unit);

        start->result->pending = false;
        start->result->failed = streq(start->job.result, "failed");
        return trouble_set(trouble, -EIO,
                           "the job of %s ended with \"%s\"; the manager's reason is in the journal: "
                           "journalctl %s--unit %s",
                           start->request->unit, start->job.result,
                           start->manager->options.kind == MANAGER_USER ? "--user " : "", word ?: "?");
}

/* A manager that is back may have told nobody of the end. */
static int await_job(Start *start, Trouble *trouble) {
        while (!start->job.ended) {
                int r;

                if (start->watch.returned) {
                        r = ask_for_job(start, trouble);
                        if (r <= 0)
                                return r;
                        continue;
                }

                r = job_watch_step(&start->watch, start->manager->options.deadline);
                if (r < 0)
                        return explain(start, r, NULL, trouble);
        }

        return streq(start->job.result, "done") ? 0 : explain_job(start, trouble);
}

/* --- the request --- */

static int reset_failed(Start *start) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        _cleanup_(job_answer_done) JobAnswer answer = {};
        int r = manager_call_new(start->manager, &call, "ResetFailedUnit", "s", start->request->unit);

        start->reset = true;
        return r < 0 ? r : job_watch_call(&start->watch, call, &answer);
}

/* One that has ended is unloaded, unless a unit that is part of it (PartOf=) has failed: stopping does not help there.
 */
static int explain_kept(const Start *start, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_free_ char *state = NULL, *word = NULL;
        Manager *manager = start->manager;
        const char *unit = start->request->unit, *part;

        if (unit_state(manager, unit, &state, NULL) <= 0 || !streq(state, "inactive") ||
            manager_get_property(manager, unit, SYSTEMD_UNIT, "ConsistsOf", "as", &reply, NULL) < 0 ||
            sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "s") < 0 ||
            sd_bus_message_read(reply, "s", &part) <= 0)
                return 0;

        word = escape_word(part);
        (void) trouble_set(trouble, -EEXIST,
                           "%s is taken: it has ended, and %s, which is part of it (PartOf=), keeps it", unit, part);
        return trouble_help(trouble, -EEXIST, "choose another name with --unit, or: systemctl %sreset-failed %s",
                            manager->options.kind == MANAGER_USER ? "--user " : "", word ?: part);
}

/* Where our own first call was lost, by us, or so it seems, the process will look where it is. Where a failed unit
 * holds the name it can be cleared away: that is refused for one that is active, by the manager, and the second attempt
 * fails then with the same answer. 1: once more; 0: it is there, and without a job. */
static int name_taken(Start *start, Trouble *trouble) {
        _cleanup_free_ char *word = NULL;
        int r;

        if (start->repeated) {
                r = ask_for_job(start, trouble);
                return r < 0 ? r : r > 0 ? await_job(start, trouble) : 0;
        }
        if (start->request->reset_failed && !start->reset) {
                (void) reset_failed(start);
                return 1;
        }

        if (explain_kept(start, trouble) < 0)
                return -EEXIST;

        word = escape_word(start->request->unit);
        return trouble_set(trouble, -EEXIST,
                           "%s is taken: choose another name with --unit, or stop it: cgscope stop "
                           "%s %s",
                           start->request->unit, start->manager->options.kind == MANAGER_USER ? "--user" : "--system",
                           word ?: "?");
}

/* 1: once more. */
static int refused(Start *start, int r, const JobAnswer *answer, Trouble *trouble) {
        bool lost = is_error(answer, SD_BUS_ERROR_NO_REPLY), exists = is_error(answer, SYSTEMD_NAME ".UnitExists");

        if (!answer->reply)
                return explain(start, r, NULL, trouble);

        /* A call under way while the manager re-executes is lost, or done with its answer lost. */
        start->result->pending = lost || (exists && start->repeated);

        /* Older than 255: the manager knows no PIDFDs. It answers the same to any other setting that it does not
         * know, so without PIDFDs that one is refused again, and then reported. */
        if (start->use_pidfds && is_error(answer, SD_BUS_ERROR_PROPERTY_READ_ONLY)) {
                start->use_pidfds = false;
                return 1;
        }
        if (lost && !start->repeated) {
                start->repeated = true;
                return 1;
        }

        return exists ? name_taken(start, trouble) : explain(start, r, answer, trouble);
}

/* 1: once more. */
static int request_once(Start *start, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        _cleanup_(job_answer_done) JobAnswer answer = {};
        const ScopeRequest *request = start->request;
        int r;

        /* A pidfd is the same process everywhere. */
        r = start->use_pidfds ? 0 : manager_check_numbers(start->manager, request->pids, request->n_pids, trouble);
        if (r < 0)
                return r;

        r = scope_message_new(start->manager, request, start->use_pidfds, &call);
        if (r < 0)
                return explain(start, r, NULL, trouble);

        start->result->pending = true;
        r = job_watch_call(&start->watch, call, &answer);
        if (r < 0)
                return refused(start, r, &answer, trouble);

        r = job_watch_take(&start->watch, &start->job, answer.reply);
        return r < 0 ? explain(start, r, &answer, trouble) : await_job(start, trouble);
}

/* --- what came of it --- */

static int read_group(const JobAnswer *answer, ScopeResult *result) {
        const char *path;
        int r = sd_bus_message_read(answer->reply, "v", "s", &path);

        if (r < 0)
                return r;

        return (size_t) snprintf(result->control_group, sizeof(result->control_group), "%s", path) >=
                               sizeof(result->control_group)
                       ? -ENAMETOOLONG
                       : 0;
}

/* For the command's environment only: without it all goes on. */
static void read_id(const JobAnswer *answer, ScopeResult *result) {
        const uint8_t *id;
        size_t size;

        if (sd_bus_message_enter_container(answer->reply, SD_BUS_TYPE_VARIANT, "ay") >= 0 &&
            sd_bus_message_read_array(answer->reply, 'y', (const void **) &id, &size) >= 0 && size == 16)
                for (size_t i = 0; i < size; i++)
                        (void) snprintf(result->invocation_id + 2 * i, 3, "%02x", id[i]);
}

/* Both questions leave together, and cost one round trip. */
static int ask_both(Start *start, JobAnswer *group, JobAnswer *id) {
        int r;

        r = ask(start, SYSTEMD_SCOPE, "ControlGroup", group);
        if (r < 0)
                return r;

        r = ask(start, SYSTEMD_UNIT, "InvocationID", id);
        return r < 0 ? r : job_watch_answer(&start->watch, group);
}

/* As the call itself: lost while the manager re-executes, they are asked @again, once. */
static int inquire(Start *start, bool again, Trouble *trouble) {
        _cleanup_(job_answer_done) JobAnswer group = {}, id = {};
        int r = ask_both(start, &group, &id);

        if (!again && is_error(&group, SD_BUS_ERROR_NO_REPLY))
                return inquire(start, true, trouble);
        if (r < 0)
                return explain(start, r, &group, trouble);

        r = read_group(&group, start->result);
        if (r < 0)
                return explain(start, r, NULL, trouble);

        r = job_watch_answer(&start->watch, &id);
        if (r >= 0)
                read_id(&id, start->result);
        return id.reply ? 0 : explain(start, r, NULL, trouble);
}

static int converse(Start *start, Trouble *trouble) {
        int r = job_watch_begin(&start->watch, start->manager, start->request->unit, &start->job, 1);

        if (r < 0)
                return explain(start, r, NULL, trouble);

        start->watch.absence = start->manager->options.absence ?: MANAGER_ABSENCE_USEC;
        do
                r = request_once(start, trouble);
        while (r > 0);

        return r < 0 || !start->request->inquire ? r : inquire(start, false, trouble);
}

int scope_start(Manager *manager, const ScopeRequest *request, ScopeResult *ret, Trouble *trouble) {
        Start start = {
                .manager = manager,
                .request = request,
                .result = ret,
                /* The library and the manager come from one source: one that has this symbol, new in 255, is most
                 * likely beside a manager that knows PIDFDs. A guess, which saves an older one a refused call. */
                .use_pidfds = dlsym(RTLD_DEFAULT, "sd_id128_get_app_specific") != NULL,
        };
        int r;

        assert(manager && request && request->unit && request->n_pids > 0);

        *ret = (ScopeResult) {};
        r = converse(&start, trouble);
        job_watch_done(&start.watch);
        agent_close(&manager->agent);
        if (r < 0)
                return r;

        ret->pending = false;
        return 0;
}
