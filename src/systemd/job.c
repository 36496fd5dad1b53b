/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/job.h"

#include "basic/clock.h"

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        const char *path, *result, *sender = sd_bus_message_get_sender(m) ?: "";
        JobWatch *watch = userdata;

        if (sd_bus_message_read(m, "uoss", NULL, &path, NULL, &result) < 0 || !streq(sender, watch->owner))
                return 0;

        for (size_t i = 0; i < watch->n_jobs; i++)
                if (streq(path, watch->jobs[i].path))
                        (void) snprintf(watch->jobs[i].result, sizeof(watch->jobs[i].result), "%s", result);
        return 0;
}

static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        const char *sender = sd_bus_message_get_sender(m) ?: "", *owner;
        JobWatch *watch = userdata;

        if (sd_bus_message_read(m, "sss", NULL, NULL, &owner) >= 0 && streq(sender, DBUS_NAME)) {
                (void) snprintf(watch->owner, sizeof(watch->owner), "%s", owner);
                watch->returned = *owner;
        }
        return 0;
}

/* Both matches reach the bus before the calls that follow. */
int job_watch_begin(JobWatch *watch, Manager *manager, Job *jobs, size_t n_jobs) {
        int r;

        *watch = (JobWatch) { .manager = manager, .jobs = jobs, .n_jobs = n_jobs };

        r = sd_bus_match_signal_async(manager->bus, &watch->job_slot, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                      "JobRemoved", on_job_removed, NULL, watch);
        if (r >= 0)
                r = sd_bus_add_match_async(manager->bus, &watch->owner_slot, "type='signal',sender='" DBUS_NAME "',"
                                           "member='NameOwnerChanged',arg0='" SYSTEMD_NAME "'", on_owner_changed,
                                           NULL, watch);
        if (r < 0)
                job_watch_done(watch);
        return r < 0 ? r : 0;
}

void job_watch_done(JobWatch *watch) {
        watch->job_slot = sd_bus_slot_unref(watch->job_slot);
        watch->owner_slot = sd_bus_slot_unref(watch->owner_slot);
}

int job_watch_take(JobWatch *watch, Job *job, sd_bus_message *reply) {
        const char *path;
        int r = sd_bus_message_read(reply, "o", &path);

        if (r < 0)
                return r;

        *job = (Job) {};
        if ((size_t) snprintf(job->path, sizeof(job->path), "%s", path) >= sizeof(job->path))
                return -EBADMSG;

        (void) snprintf(watch->owner, sizeof(watch->owner), "%s", sd_bus_message_get_sender(reply) ?: "");
        return 0;
}

int job_watch_step(JobWatch *watch, uint64_t deadline) {
        sd_bus *bus = watch->manager->bus;
        uint64_t left = deadline_left(deadline);
        int r;

        r = sd_bus_process(bus, NULL);
        if (r == 0)
                r = left > 0 ? sd_bus_wait(bus, left) : -ETIMEDOUT;

        return r < 0 && r != -EINTR ? r : 0;
}
