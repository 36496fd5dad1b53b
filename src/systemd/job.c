/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/job.h"

#include <assert.h>

#include "basic/clock.h"

#define OWNER_RULE "type='signal',sender='" DBUS_NAME "',member='NameOwnerChanged',arg0='" SYSTEMD_NAME "'"

static void set_job(Job *job, const char *path, const char *result) {
        (void) snprintf(job->path, sizeof(job->path), "%s", path);
        (void) snprintf(job->result, sizeof(job->result), "%s", result);
        job->ended = true;
}

static int job_removed(JobWatch *watch, sd_bus_message *m, const char *sender) {
        const char *path, *unit, *result;
        JobEnd *end;

        if (sd_bus_message_read(m, "uoss", NULL, &path, &unit, &result) < 0 ||
            (watch->unit && !streq(unit, watch->unit)))
                return 0;

        for (size_t i = 0; streq(sender, watch->owner) && i < watch->n_jobs; i++)
                if (streq(path, watch->jobs[i].path)) {
                        set_job(&watch->jobs[i], path, result);
                        return 0;
                }

        /* Before the answer to the call, the job's name is not known yet. */
        end = &watch->ended[sd_bus_message_get_destination(m) != NULL];
        set_job(&end->job, path, result);
        (void) snprintf(end->sender, sizeof(end->sender), "%s", sender);
        return 0;
}

static int owner_changed(JobWatch *watch, sd_bus_message *m) {
        const char *name, *owner;

        if (sd_bus_message_read(m, "sss", &name, NULL, &owner) < 0 || !streq(name, SYSTEMD_NAME))
                return 0;

        /* Gone: it may be back at once, re-executed, and go on with its jobs. */
        (void) snprintf(watch->owner, sizeof(watch->owner), "%s", owner);
        watch->returned = *owner;
        watch->absent = !*owner;
        watch->absent_until = watch->absent && watch->absence > 0 ? deadline_after(watch->absence) : USEC_INFINITY;
        return 0;
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        const char *sender = sd_bus_message_get_sender(m) ?: "";

        if (sd_bus_message_is_signal(m, SYSTEMD_MANAGER, "JobRemoved") > 0)
                return job_removed(userdata, m, sender);
        if (sd_bus_message_is_signal(m, DBUS_NAME, "NameOwnerChanged") > 0 && streq(sender, DBUS_NAME))
                return owner_changed(userdata, m);

        return 0;
}

static int on_matched(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        JobWatch *watch = userdata;

        if (sd_bus_message_get_error(m))
                watch->error = -sd_bus_message_get_errno(m);
        return 0;
}

/* Without a @slot no answer is waited for. */
static int tell_bus(JobWatch *watch, const char *method, const char *rule, sd_bus_slot **slot) {
        return sd_bus_call_method_async(watch->manager->bus, slot, DBUS_NAME, DBUS_PATH, DBUS_NAME, method,
                                        slot ? on_matched : NULL, watch, "s", rule);
}

/* A bus deals with one connection's messages in order: the matches are in place when the manager hears the calls that
 * follow. Matching on the unit's name is left to the bus: of fifty callers at once each is woken by its own job only.
 * (sd-bus itself cannot compare an argument that stands behind a number, hence the plain call and the filter.) */
int job_watch_begin(JobWatch *watch, Manager *manager, const char *unit, Job *jobs, size_t n_jobs) {
        int r;

        assert(watch && manager && jobs);

        *watch = (JobWatch) {
                .manager = manager,
                .unit = unit,
                .jobs = jobs,
                .n_jobs = n_jobs,
                .absent_until = USEC_INFINITY,
        };

        r = sd_bus_add_filter(manager->bus, &watch->slots[0], on_message, watch);
        if (r < 0 || manager->direct) /* it tells us of our jobs without being asked */
                return r < 0 ? r : 0;

        if (asprintf(&watch->rule,
                     "type='signal',sender='" SYSTEMD_NAME "',path='" SYSTEMD_PATH "',interface='" SYSTEMD_MANAGER
                     "',member='JobRemoved'%s%s%s",
                     unit ? ",arg2='" : "", unit ?: "", unit ? "'" : "") < 0)
                return watch->rule = NULL, -ENOMEM;

        r = tell_bus(watch, "AddMatch", watch->rule, &watch->slots[1]);
        return r < 0 ? r : tell_bus(watch, "AddMatch", OWNER_RULE, &watch->slots[2]);
}

void job_watch_done(JobWatch *watch) {
        for (size_t i = 0; i < ELEMENTSOF(watch->slots); i++)
                watch->slots[i] = sd_bus_slot_unref(watch->slots[i]);

        if (watch->rule && sd_bus_is_open(watch->manager->bus) > 0) {
                /* A connection may have so many matches and no more. */
                (void) tell_bus(watch, "RemoveMatch", watch->rule, NULL);
                (void) tell_bus(watch, "RemoveMatch", OWNER_RULE, NULL);
        }
        free(TAKE_PTR(watch->rule));
}

int job_watch_add(JobWatch *watch, Job *job, const char *path, const char *sender) {
        *job = (Job) {};
        if ((size_t) snprintf(job->path, sizeof(job->path), "%s", path) >= sizeof(job->path))
                return -EBADMSG;

        (void) snprintf(watch->owner, sizeof(watch->owner), "%s", sender ?: "");
        watch->returned = false;
        for (size_t i = 0; i < ELEMENTSOF(watch->ended); i++)
                if (streq(watch->ended[i].job.path, path) && streq(watch->ended[i].sender, watch->owner))
                        *job = watch->ended[i].job;

        return 0;
}

int job_watch_take(JobWatch *watch, Job *job, sd_bus_message *reply) {
        const char *path;
        int r = sd_bus_message_read(reply, "o", &path);

        return r < 0 ? r : job_watch_add(watch, job, path, sd_bus_message_get_sender(reply));
}

int job_watch_step(JobWatch *watch, uint64_t deadline) {
        if (watch->error < 0)
                return watch->error;

        return manager_step(watch->manager, watch->absent_until < deadline ? watch->absent_until : deadline);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        JobAnswer *answer = userdata;

        answer->reply = sd_bus_message_ref(m);
        return 0;
}

/* job_watch_answer() keeps the deadline; the bus library's own of 25 s must not come before. */
int job_watch_send(JobWatch *watch, sd_bus_message *call, JobAnswer *answer) {
        uint64_t left = deadline_left(watch->manager->options.deadline);

        return sd_bus_call_async(watch->manager->bus, &answer->slot, call, on_answer, answer,
                                 left < USEC_INFINITY ? left + USEC_PER_SEC : left);
}

int job_watch_answer(JobWatch *watch, JobAnswer *answer) {
        while (!answer->reply) {
                int r = job_watch_step(watch, watch->manager->options.deadline);

                if (r < 0)
                        return r;
        }

        return sd_bus_message_get_error(answer->reply) ? -sd_bus_message_get_errno(answer->reply) : 0;
}

int job_watch_call(JobWatch *watch, sd_bus_message *call, JobAnswer *answer) {
        int r = job_watch_send(watch, call, answer);

        return r < 0 ? r : job_watch_answer(watch, answer);
}

void job_answer_done(JobAnswer *answer) {
        (void) sd_bus_slot_unref(answer->slot);
        (void) sd_bus_message_unref(answer->reply);
        *answer = (JobAnswer) {};
}
