/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* org.cgscope.Delegation1 on the system bus, in an event loop: what may be called, and when the service comes and
 * goes. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "basic/trouble.h"
#include "cgscoped/service-queue.h"

typedef struct Service Service;

typedef struct ServiceOptions {
        uint64_t idle; /* microseconds without a request after which it leaves */
        Timeouts timeouts;
} ServiceOptions;

extern const ServiceOptions service_defaults;

/* Connects to the bus. From then on @event does all of it: takes the name, tells systemd that it is there, serves. It
 * ends with 0 after idleness or a signal, -EEXIST or another errno, logged, where the name is not to be had, and
 * -ECONNRESET when the bus was lost. SIGTERM, SIGINT and SIGCHLD must be blocked. */
int service_new(sd_event *event, const ServiceOptions *options, Service **ret, Trouble *trouble);
void service_free(Service *service);

static inline void service_freep(Service **service) {
        service_free(*service);
}
