/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The requests that are under way: how many there may be, and whose turn it is. Root's come first, then changes for
 * others than who asks. What changes files runs one at a time, of one rank in the order in which it was authorised, and
 * one of each user's at most is in that line: nobody who asks often delays others by more than one. What has managers
 * look again, which their users can delay, runs beside it, at one time once for each user; a higher rank's takes the
 * place of another's, and what waits for several managers is not overtaken. What only looks runs beside all that. */

#include <sys/queue.h>
#include <systemd/sd-bus.h>

#include "basic/escape.h"
#include "cgscoped/worker.h"

/* No caller can fill the service, nor all callers together its memory. The bus says who a caller is in the time of one
 * message; there may be more of those that it was asked about. */
#define QUEUE_PER_USER_MAX 8
#define QUEUE_MAX 64

/* From here on many UIDs can be one user's: subordinate ones (subuid(5)), of which a user mostly has 65536. All of such
 * a range together count as one caller with some more places. */
#define QUEUE_RANGE 65536U
#define QUEUE_PER_RANGE_MAX 16
#define QUEUE_READERS_MAX 4
#define QUEUE_UNKNOWN_PER_CONNECTION_MAX 64
#define QUEUE_UNKNOWN_MAX 1024

/* So often PID 1 reads its files again for somebody who is not root and has changed none. */
#define QUEUE_SPARE_USEC (30 * USEC_PER_SEC)

typedef struct Authorization Authorization;
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
        uid_t sender;                /* known after REQUEST_IDENTIFYING */
        char user[ESCAPE_SHORT_MAX]; /* whom it is for, after REQUEST_LOOKING_UP: "lennart", "uid 1000", "every user" */

        RequestStage stage;
        sd_bus_slot *question;        /* of REQUEST_IDENTIFYING */
        Authorization *authorization; /* of REQUEST_AUTHORIZING */
        Worker *worker;               /* of REQUEST_LOOKING_UP, REQUEST_CHANGING and REQUEST_FINISHING */

        /* What came of REQUEST_CHANGING. */
        DelegationEffect effect;
        int error;       /* a negative errno: what is to be answered in the end */
        Trouble trouble; /* in words */
} Request;

/* Microseconds. */
typedef struct Timeouts {
        uint64_t look_up;     /* of a user */
        uint64_t work;        /* of a part of an operation, less the time that managers have to look again */
        uint64_t authorize;   /* polkit by itself */
        uint64_t interactive; /* somebody who types a password */
} Timeouts;

struct Queue {
        sd_bus *bus;
        sd_event *event;
        Timeouts timeouts;
        void (*on_count)(size_t n, void *userdata); /* there is one more, or one less */
        void *userdata;

        bool closed;       /* no more are taken in */
        bool unanswered;   /* there was no memory for an answer: whoever waits for it is to be told by our end */
        uint64_t reloaded; /* when PID 1 last read its files for nobody's change; 0: never */
        TAILQ_HEAD(RequestList, Request) requests;
        size_t n;
};

/* The other fields are zero, or set from outside. */
static inline void queue_init(Queue *queue) {
        TAILQ_INIT(&queue->requests);
}

/* Whether there is room for another request of the connection @name, nobody knows yet whose; and then for one of
 * @sender: 0, or a negative errno with @error set. */
int queue_admit_unknown(const Queue *queue, const char *name, sd_bus_error *error);
int queue_admit(const Queue *queue, uid_t sender, sd_bus_error *error);

void queue_add(Queue *queue, Request *request);
void queue_remove(Queue *queue, Request *request);

/* To the end: it is authorised, and waits for its turn. */
void queue_enqueue(Queue *queue, Request *request);

/* Whose turn it is, beside those that run; NULL: nobody's. */
Request *queue_next(const Queue *queue);

/* One that is REQUEST_FINISHING in the way of a higher rank, and has to go back to REQUEST_CHANGED; NULL: none is. */
Request *queue_obstacle(const Queue *queue);

static inline bool request_is_change(const Request *request) {
        return request->what.operation != DELEGATION_GET;
}
