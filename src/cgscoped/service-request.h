/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The life of one call: who sent it, is there such a user, authorisation, its turn, the workers, the answer. */

#include "cgscoped/service-queue.h"

/* Takes the call @message, which asks for @what, in. Returns 1: it will be answered, or nobody is there to be answered;
 * else a negative errno with @error set, as a handler of sd-bus does. */
int request_begin(Queue *queue, sd_bus_message *message, const DelegationRequest *what, sd_bus_error *error);

/* Those of the connection @name, which has left the bus: what has not begun yet is forgotten. */
void requests_forget_sender(Queue *queue, const char *name);

/* The service is to end: what has not begun yet is answered with an error. */
void requests_stop(Queue *queue);

/* Forgets all that there are, without an answer: what polkit was asked is taken back, workers are killed. */
void requests_drop(Queue *queue);
