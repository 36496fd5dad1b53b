/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Jobs that a manager was asked for, and their end as it tells of it, while the manager may go and come back: the one
 * watcher of jobs. A manager that re-executes goes on with its jobs, but may have told nobody of one that ended
 * meanwhile. */

#include "systemd/manager.h"

typedef struct Job {
        char path[128];  /* the job's object; "": there is none */
        char result[32]; /* "done", "failed", ...; counts when it has */
        bool ended;
} Job;

/* The end of a job that is not known yet, and who told of it. */
typedef struct JobEnd {
        Job job;
        char sender[64];
} JobEnd;

/* What a call is answered with. */
typedef struct JobAnswer {
        sd_bus_slot *slot;
        sd_bus_message *reply; /* or an error; NULL: there is none yet */
} JobAnswer;

typedef struct JobWatch {
        Manager *manager;
        Job *jobs; /* borrowed */
        size_t n_jobs;
        const char *unit;      /* borrowed; NULL: jobs of any */
        uint64_t absence;      /* microseconds that the manager may be away; 0: as long as the deadline lets it */
        char owner[64];        /* the manager on the bus: what others send in its name does not count */
        bool absent, returned; /* it left the bus; it is back: then the caller asks about its jobs, and clears this */
        uint64_t absent_until;
        JobEnd ended[2]; /* as it was told to all, and to us alone, which anybody can do */
        int error;       /* the bus lets us hear nothing */
        char *rule;
        sd_bus_slot *slots[3];
} JobWatch;

/* To be called before the calls that make the jobs. @unit (may be NULL) is the only one that they are of: then the bus
 * wakes us for no other. */
int job_watch_begin(JobWatch *watch, Manager *manager, const char *unit, Job *jobs, size_t n_jobs);
void job_watch_done(JobWatch *watch);

/* From now on the end of the job at @path counts, as @sender tells of it; it may have come already. -EBADMSG: that is
 * no job's path. The second takes both from the manager's @reply. */
int job_watch_add(JobWatch *watch, Job *job, const char *path, const char *sender);
int job_watch_take(JobWatch *watch, Job *job, sd_bus_message *reply);

/* Deals with one message, or waits for one until @deadline. -ETIMEDOUT: it has passed, or the manager was away for too
 * long. */
int job_watch_step(JobWatch *watch, uint64_t deadline);

/* Makes a call and waits for the answer, while signals are dealt with. The first alone returns at once. */
int job_watch_send(JobWatch *watch, sd_bus_message *call, JobAnswer *answer);
int job_watch_answer(JobWatch *watch, JobAnswer *answer);
int job_watch_call(JobWatch *watch, sd_bus_message *call, JobAnswer *answer);
void job_answer_done(JobAnswer *answer);
