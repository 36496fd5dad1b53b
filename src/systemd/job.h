/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Jobs that a manager was asked for, and their end as it tells of it. A manager that re-executes goes on with its jobs,
 * but may have told nobody of one that ended meanwhile. */

#include "systemd/manager.h"

typedef struct Job {
        char path[128];  /* the job's object; "": there is none */
        char result[32]; /* "done", "failed", ...; "": it has not ended as far as is known */
} Job;

typedef struct JobWatch {
        Manager *manager;
        Job *jobs; /* borrowed */
        size_t n_jobs;
        char owner[64]; /* the manager on the bus: what others send in its name does not count */
        bool returned;  /* it left the bus and is back: the caller asks about its jobs, and clears this */
        sd_bus_slot *job_slot, *owner_slot;
} JobWatch;

/* To be called before the calls that make the jobs. Signals are dealt with in job_watch_step() alone, when the jobs'
 * names are known: until then they wait in the connection's queue. */
int job_watch_begin(JobWatch *watch, Manager *manager, Job *jobs, size_t n_jobs);
void job_watch_done(JobWatch *watch);

/* Notes the job that the manager's @reply names. */
int job_watch_take(JobWatch *watch, Job *job, sd_bus_message *reply);

/* Deals with one message, or waits for one until @deadline. -ETIMEDOUT: it has passed. */
int job_watch_step(JobWatch *watch, uint64_t deadline);
