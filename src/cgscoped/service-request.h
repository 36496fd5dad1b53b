/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The life of one call: who sent it, is there such a user, authorisation, its turn, the workers, the answer. */

#include <sys/queue.h>
#include <systemd/sd-bus.h>

#include "cgscoped/polkit.h"
#include "cgscoped/worker.h"

typedef struct Queue Queue;

typedef enum RequestStage {
        REQUEST_IDENTIFYING, /* the bus was asked who sent it */
        REQUEST_LOOKING_UP,  /* the user that it is for */
        REQUEST_AUTHORIZING, /* polkit was asked */
        REQUEST_QUEUED,      /* may run, and waits for its turn */
        REQUEST_CHANGING,    /* the files are written and PID 1 reads them */
        REQUEST_CHANGED,     /* waits until nobody else has the same managers look again */
        REQUEST_FINISHING,   /* the managers look again; DELEGATION_GET begins here */
} RequestStage;

typedef struct Request {
        Queue *queue;
        TAILQ_ENTRY(Request) link;

        sd_bus_message *message; /* to be answered */
        DelegationRequest what;
        uid_t sender; /* known after REQUEST_IDENTIFYING */
        char *user; /* name of the user that it is for; NULL: everybody */

        RequestStage stage;
        sd_bus_slot *question; /* of REQUEST_IDENTIFYING */
        PolkitCheck *check;    /* of REQUEST_AUTHORIZING */
        Worker *worker;        /* of REQUEST_LOOKING_UP, REQUEST_CHANGING and REQUEST_FINISHING */

        /* What came of REQUEST_CHANGING. */
        DelegationEffect effect;
        int error;  /* a negative errno: what is to be answered in the end */
        char *text; /* in words */
} Request;

/* Takes the call @message, which asks for @what, in. Returns 1: it will be answered, or nobody is there to be answered;
 * else a negative errno with @error set, as a handler of sd-bus does. */
int request_begin(Queue *queue, sd_bus_message *message, const DelegationRequest *what, sd_bus_error *error);

/* Its turn has come: starts its next worker. */
void request_run(Request *request);

/* From REQUEST_FINISHING back to REQUEST_CHANGED: the managers are to look again for somebody else first. */
void request_suspend(Request *request);

/* Answers it with an error: the service cannot go on with it. Frees it. */
void request_abandon(Request *request, const char *text);

/* Takes it out of the queue and forgets it, without an answer: what polkit was asked is taken back, a worker is
 * killed. */
void request_free(Request *request);
