/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The conversation that makes a scope. For scope.c, which leads it, and scope-inquiry.c, which asks what came of it. */

#include "systemd/scope.h"

/* More often than that it does not come back within one deadline. */
#define MANAGER_RETURNS_MAX 8

typedef enum Phase {
        PHASE_CALLING,    /* StartTransientUnit is under way */
        PHASE_JOB,        /* it was taken; its job is not done */
        PHASE_INQUIRING,  /* done; the manager is asked for the control group */
        PHASE_DONE,
        PHASE_FAILED,
} Phase;

/* A job of the unit that has ended, and who says so. */
typedef struct RemovedJob {
        char job[128];
        char result[32];
        char sender[64];
} RemovedJob;

/* What points back to a conversation: the filter, two matches, at most four calls, a reset, the question that follows
 * where the name is taken after all, two times two inquiries, and one question for each time that the manager comes
 * back. */
#define SLOTS_MAX (1 + 2 + 4 + 1 + 1 + 4 + MANAGER_RETURNS_MAX)

/* The conversation. One round trip makes the scope, and everything arrives in callbacks: the answer to the call and the
 * end of its job come in either order, and the manager may re-execute in between. */
typedef struct Start {
        Manager *manager;
        const ScopeRequest *request;
        ScopeResult *result;
        uint64_t deadline;
        Phase phase;
        int error;
        Trouble trouble;

        bool use_pidfds;
        bool repeated;  /* the call was lost once and made again */
        bool lost, inquired_again; /* so was an inquiry */
        bool absent;    /* the manager is not on the bus */
        bool reset;     /* a failed unit of the name was cleared away */

        char job[128]; /* the job's object, once it is known */

        /* The last one that ended before that, as it was told to all, and as it was told to us alone: anybody on the
         * bus can do the latter, and must not push out what the manager said. */
        RemovedJob removed[2];
        char owner[64];       /* the manager on the bus: what others send in its name does not count */
        unsigned n_inquiries; /* answers still to come */

        sd_bus_slot *slots[SLOTS_MAX];
        size_t n_slots, n_returns;
} Start;

/* A place for the next thing that points back to @start; all are let go of with it. */
sd_bus_slot **start_next_slot(Start *start);

/* End the conversation with an error; they return 0, for callbacks: that the bus library goes on is not the point any
 * more. The first takes @trouble. */
int start_fail(Start *start, int error, Trouble *trouble);
int start_fail_errno(Start *start, int r, const sd_bus_error *error);

/* From now on it is known whose end counts, by which sender; it may have come already. */
int start_await_job(Start *start, const char *job, const char *sender);
int start_job_ended(Start *start, const char *result);

/* Asks for what ScopeResult has: both questions leave together, and cost one round trip. */
int start_inquire(Start *start);

/* The unit stands: asks whether with its job under way, which is waited for then, or done. */
int start_ask_for_job(Start *start);
