/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "queue.h"

void queue_init(Queue *queue) {
        TAILQ_INIT(&queue->requests);
        queue->n = 0;
}

void queue_done(Queue *queue) {
        queue->on_count = NULL;
        while (!TAILQ_EMPTY(&queue->requests))
                request_free(TAILQ_FIRST(&queue->requests));
}

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

int queue_admit(const Queue *queue, uid_t sender, sd_bus_error *error) {
        const Request *request;
        size_t n = 0, n_all = 0;

        /* root's are counted apart: others, however many, do not keep root out. */
        TAILQ_FOREACH(request, &queue->requests, link) {
                if (request->stage == REQUEST_IDENTIFYING)
                        continue;
                n += request->sender == sender;
                n_all += (request->sender == 0) == (sender == 0);
        }
        if (n_all >= QUEUE_MAX)
                return refuse_crowd(QUEUE_MAX, error);
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

/* The first that may run beside those that do, or NULL. */
static Request *next(Queue *queue) {
        size_t writers = 0, readers = 0;
        Request *request;

        TAILQ_FOREACH(request, &queue->requests, link)
                if (request->stage == REQUEST_RUNNING)
                        *(request->what.operation == DELEGATION_GET ? &readers : &writers) += 1;

        TAILQ_FOREACH(request, &queue->requests, link)
                if (request->stage == REQUEST_QUEUED &&
                    (request->what.operation == DELEGATION_GET ? readers < QUEUE_READERS_MAX : writers == 0))
                        return request;

        return NULL;
}

void queue_run(Queue *queue) {
        Request *request;

        while ((request = next(queue)))
                request_run(request);
}

void queue_enqueue(Queue *queue, Request *request) {
        TAILQ_REMOVE(&queue->requests, request, link);
        TAILQ_INSERT_TAIL(&queue->requests, request, link);
        request->stage = REQUEST_QUEUED;
        queue_run(queue);
}

void queue_forget_sender(Queue *queue, const char *name) {
        Request *request, *following;

        for (request = TAILQ_FIRST(&queue->requests); request; request = following) {
                following = TAILQ_NEXT(request, link);
                if (request->stage != REQUEST_RUNNING && streq(sd_bus_message_get_sender(request->message), name))
                        request_free(request);
        }
}

void queue_stop(Queue *queue) {
        Request *request, *following;

        for (request = TAILQ_FIRST(&queue->requests); request; request = following) {
                following = TAILQ_NEXT(request, link);
                if (request->stage != REQUEST_RUNNING)
                        request_abandon(request, "cgscoped is being stopped; ask again");
        }
}
