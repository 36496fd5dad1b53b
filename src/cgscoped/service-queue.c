/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-queue.h"

static int refuse_crowd(int n, sd_bus_error *error) {
        return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                 "cgscoped has %d requests to deal with already; try again later", n);
}

int queue_admit_unknown(const Queue *queue, const char *name, sd_bus_error *error) {
        const Request *request;
        size_t n = 0, n_all = 0;

        TAILQ_FOREACH(request, &queue->requests, link)
        if (request->stage == REQUEST_IDENTIFYING) {
                n += streq(sd_bus_message_get_sender(request->message), name);
                n_all++;
        }
        if (n >= QUEUE_UNKNOWN_PER_CONNECTION_MAX)
                return refuse_crowd(QUEUE_UNKNOWN_PER_CONNECTION_MAX, error);
        if (n_all >= QUEUE_UNKNOWN_MAX)
                return refuse_crowd(QUEUE_UNKNOWN_MAX, error);

        return 0;
}

static int refuse_range(uid_t first, sd_bus_error *error) {
        return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                 "the uids from %u to %u have %d requests under way already; wait for one to end",
                                 (unsigned) first, (unsigned) (first + QUEUE_RANGE - 1), QUEUE_PER_RANGE_MAX);
}

int queue_admit(const Queue *queue, uid_t sender, sd_bus_error *error) {
        size_t n = 0, n_range = 0, n_all = 0;
        const Request *request;

        /* root's are counted apart: others, however many, do not keep root out. */
        TAILQ_FOREACH(request, &queue->requests, link) {
                if (request->stage == REQUEST_IDENTIFYING)
                        continue;
                n += request->sender == sender;
                n_range += request->sender / QUEUE_RANGE == sender / QUEUE_RANGE;
                n_all += (request->sender == 0) == (sender == 0);
        }
        if (n_all >= QUEUE_MAX)
                return refuse_crowd(QUEUE_MAX, error);
        if (sender >= QUEUE_RANGE && n_range >= QUEUE_PER_RANGE_MAX)
                return refuse_range(sender - sender % QUEUE_RANGE, error);
        if (sender != 0 && n >= QUEUE_PER_USER_MAX)
                return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                         "uid %u has %d requests under way already; wait for one to end",
                                         (unsigned) sender, QUEUE_PER_USER_MAX);

        return 0;
}

static void count(Queue *queue) {
        if (queue->on_count)
                queue->on_count(queue->n, queue->userdata);
}

void queue_add(Queue *queue, Request *request) {
        TAILQ_INSERT_TAIL(&queue->requests, request, link);
        queue->n++;
        count(queue);
}

void queue_remove(Queue *queue, Request *request) {
        TAILQ_REMOVE(&queue->requests, request, link);
        queue->n--;
        count(queue);
}

/* Whether they are about the same managers. */
static bool overlap(const Request *a, const Request *b) {
        return a->what.uid == b->what.uid || a->what.uid == DELEGATION_EVERYBODY || b->what.uid == DELEGATION_EVERYBODY;
}

/* The higher, the sooner is its turn: root's, then what was authorised for more than one's own manager. What is for
 * that alone can be slow as long as its user likes, and there can always be another user's. */
static int rank(const Request *request) {
        if (request->sender == 0)
                return 2;

        return request_is_change(request) && request->what.uid != request->sender ? 1 : 0;
}

/* Whether @request, which is CHANGED, has to wait for @other: what waits already is not overtaken. */
static bool is_waited_for(const Request *other, const Request *request, bool before) {
        if (!overlap(other, request))
                return false;
        if (other->stage == REQUEST_FINISHING)
                return true;

        return other->stage == REQUEST_CHANGED &&
               (rank(other) > rank(request) || (before && rank(other) == rank(request)));
}

/* Whether @other keeps @request from going on. @before: it stands before it in the list. */
static bool is_in_way(const Request *other, const Request *request, bool before) {
        if (!request_is_change(other))
                return false;
        if (request->stage == REQUEST_CHANGED)
                return is_waited_for(other, request, before);
        if (other->stage == REQUEST_CHANGING)
                return true;

        return request->sender != 0 && other->sender == request->sender &&
               (other->stage > REQUEST_QUEUED || (before && other->stage == REQUEST_QUEUED));
}

static bool may_run(const Queue *queue, const Request *request) {
        const Request *other;
        size_t readers = 0;
        bool before = true;

        if (request->stage != REQUEST_QUEUED && request->stage != REQUEST_CHANGED)
                return false;

        TAILQ_FOREACH(other, &queue->requests, link)
        if (other == request)
                before = false;
        else if (request_is_change(request)) {
                if (is_in_way(other, request, before))
                        return false;
        } else if (!request_is_change(other) && other->stage == REQUEST_FINISHING)
                readers += (other->sender == 0) == (request->sender == 0);

        return readers < QUEUE_READERS_MAX;
}

Request *queue_next(const Queue *queue) {
        Request *request, *found = NULL;

        TAILQ_FOREACH(request, &queue->requests, link)
        if ((!found || rank(request) > rank(found)) && may_run(queue, request))
                found = request;

        return found;
}

Request *queue_obstacle(const Queue *queue) {
        Request *request, *other;

        TAILQ_FOREACH(request, &queue->requests, link) {
                if (request->stage != REQUEST_CHANGED || rank(request) == 0)
                        continue;

                TAILQ_FOREACH(other, &queue->requests, link)
                if (request_is_change(other) && other->stage == REQUEST_FINISHING && rank(other) < rank(request) &&
                    overlap(other, request))
                        return other;
        }

        return NULL;
}

void queue_enqueue(Queue *queue, Request *request) {
        TAILQ_REMOVE(&queue->requests, request, link);
        TAILQ_INSERT_TAIL(&queue->requests, request, link);
        request->stage = REQUEST_QUEUED;
}
