/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service.h"

#include <signal.h>
#include <systemd/sd-daemon.h>

#include "basic/log.h"
#include "cgscoped/service-interface.h"
#include "cgscoped/service-request.h"
#include "systemd/bus-address.h"
#include "systemd/delegation-message.h"
#include "systemd/manager.h"

/* What RequestName answers in the good case; another answer is that the name is somebody else's. */
#define NAME_IS_OURS 1U

const ServiceOptions service_defaults = {
        .idle = 30 * USEC_PER_SEC,
        .timeouts = {
                .look_up = 30 * USEC_PER_SEC,
                .work = 90 * USEC_PER_SEC,
                .authorize = 30 * USEC_PER_SEC,
                .interactive = 300 * USEC_PER_SEC,
        },
};

typedef enum ServiceState {
        SERVICE_SERVING,
        SERVICE_LEAVING,  /* idle: what still comes in is served, until the name is given up */
        SERVICE_STOPPING, /* asked to end: what runs may finish */
} ServiceState;

struct Service {
        sd_event *event;
        sd_bus *bus;
        sd_event_source *idle, *dispatched, *signals[2];
        uint64_t idle_usec;
        Queue queue;

        ServiceState state;
        bool named;    /* the name is ours, and systemd was told */
        bool released; /* nobody finds the service by its name any more */
        int status;    /* that the event loop ends with */
};

/* Ends the event loop once no request is left and none can come any more. */
static void end_if_done(Service *service) {
        if (service->released && service->queue.n == 0)
                (void) sd_event_exit(service->event, service->status);
}

static void set_released(Service *service) {
        service->released = true;
        service->queue.closed = true;
}

static int on_released(sd_bus_message *m _unused_, void *userdata, sd_bus_error *error _unused_) {
        Service *service = userdata;

        /* The bus keeps the order: calls by the name came before this answer. Later ones are for our unique name. */
        set_released(service);
        end_if_done(service);
        return 1;
}

/* Systemd is told first: a call that comes after the name is given up makes the bus ask for the service, and systemd
 * then waits for our end and starts it anew. */
static void leave(Service *service, ServiceState state) {
        bool begun = service->state != SERVICE_SERVING;

        service->state = state;
        service->queue.closed = service->queue.closed || state == SERVICE_STOPPING;
        if (begun)
                return;

        (void) sd_event_source_set_enabled(service->idle, SD_EVENT_OFF);
        (void) sd_notify(false, "STOPPING=1");
        if (sd_bus_release_name_async(service->bus, NULL, DELEGATION_NAME, on_released, service) < 0)
                set_released(service);
}

static void on_count(size_t n, void *userdata) {
        Service *service = userdata;

        if (service->state != SERVICE_SERVING) {
                end_if_done(service);
                return;
        }

        if (!service->named)
                return;
        if (n == 0)
                (void) sd_event_source_set_time_relative(service->idle, service->idle_usec);
        (void) sd_event_source_set_enabled(service->idle, n == 0 ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static int on_idle(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Service *service = userdata;

        leave(service, SERVICE_LEAVING);
        end_if_done(service);
        return 0;
}

/* A call keeps the service from being idle, also one that is refused at once and never gets into the queue. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        Service *service = userdata;

        if (service->state == SERVICE_SERVING && sd_bus_message_is_method_call(m, NULL, NULL) > 0)
                (void) sd_event_source_set_time_relative(service->idle, service->idle_usec);

        return 0;
}

static int on_signal(sd_event_source *source _unused_, const struct signalfd_siginfo *info _unused_, void *userdata) {
        Service *service = userdata;

        leave(service, SERVICE_STOPPING);
        requests_stop(&service->queue);
        end_if_done(service);
        return 0;
}

/* Without the bus, or where there is no memory even for an answer, this is the end, but for what runs: the bus tells
 * all who wait for an answer, and starts the service anew for the next one. */
static void lose(Service *service, int error, const char *why) {
        log_error("%s; ending", why);
        service->state = SERVICE_STOPPING;
        service->status = error;
        set_released(service);
        requests_stop(&service->queue);
        (void) sd_bus_detach_event(service->bus);
        sd_bus_close(service->bus);
        end_if_done(service);
}

/* After each event. A bus that is closed says so by a message: without memory it tries to make one over and over. */
static int on_dispatched(sd_event_source *source, void *userdata) {
        Service *service = userdata;
        bool open = sd_bus_is_open(service->bus) > 0;

        if (open && !service->queue.unanswered)
                return 0;

        (void) sd_event_source_set_enabled(source, SD_EVENT_OFF);
        lose(service, open ? -ENOMEM : -ECONNRESET, open ? "no memory for an answer" : "the bus is gone");
        return 0;
}

static int on_name_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        Service *service = userdata;
        const char *name, *new_owner;

        if (sd_bus_message_read(m, "sss", &name, NULL, &new_owner) >= 0 && isempty(new_owner))
                requests_forget_sender(&service->queue, name);

        return 0;
}

static int watch_events(Service *service) {
        static const int signals[] = { SIGTERM, SIGINT };
        int r;

        r = sd_event_add_time_relative(service->event, &service->idle, CLOCK_MONOTONIC, service->idle_usec, 0, on_idle,
                                       service);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(service->idle, SD_EVENT_OFF); /* until the name is there nobody can call */
        if (r < 0)
                return r;
        r = sd_event_source_set_priority(service->idle, SD_EVENT_PRIORITY_IDLE); /* who has called comes first */
        if (r < 0)
                return r;

        for (size_t i = 0; i < ELEMENTSOF(signals); i++) {
                r = sd_event_add_signal(service->event, &service->signals[i], signals[i], on_signal, service);
                if (r < 0)
                        return r;
        }

        return 0;
}

static int on_match(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        const sd_bus_error *refusal = sd_bus_message_get_error(m);
        Service *service = userdata;

        if (!refusal)
                return 1;
        log_error("the bus does not say who leaves it: %s", refusal->message);
        return sd_event_exit(service->event, -sd_bus_error_get_errno(refusal));
}

/* One match for all that leave the bus: the bus has it before any of them can call, and says it after the last of what
 * the one that left has sent. Here as everywhere the answer is not waited for: anybody may send 32 MiB at a time, and
 * sd-bus keeps all that comes before an answer that it waits for. */
static int watch_bus(Service *service) {
        int r;

        r = sd_bus_add_match_async(service->bus, NULL,
                                   "type='signal',sender='" DBUS_NAME "',path='" DBUS_PATH "',interface='" DBUS_NAME
                                   "',member='NameOwnerChanged',arg2=''",
                                   on_name_owner_changed, on_match, service);
        if (r < 0)
                return r;
        r = sd_event_add_post(service->event, &service->dispatched, on_dispatched, service);
        if (r < 0)
                return r;
        r = sd_bus_add_filter(service->bus, NULL, on_message, service);
        if (r < 0)
                return r;
        r = sd_bus_add_object_vtable(service->bus, NULL, DELEGATION_PATH, DELEGATION_NAME, service_vtable,
                                     &service->queue);
        if (r < 0)
                return r;

        return sd_bus_attach_event(service->bus, service->event, SD_EVENT_PRIORITY_NORMAL);
}

static int start_bus(Service *service, const char *address) {
        int r;

        r = sd_bus_new(&service->bus);
        if (r < 0)
                return r;
        r = sd_bus_set_address(service->bus, address);
        if (r < 0)
                return r;
        r = sd_bus_set_bus_client(service->bus, true);
        if (r < 0)
                return r;
        r = sd_bus_negotiate_fds(service->bus, false); /* nobody has a descriptor for us: the bus lets none through */
        if (r < 0)
                return r;
        r = sd_bus_start(service->bus);
        return r < 0 ? r : watch_bus(service);
}

static int connect_bus(Service *service, Trouble *trouble) {
        _cleanup_free_ char *address = NULL;
        int r;

        r = bus_address(MANAGER_SYSTEM, &address, trouble);
        if (r < 0)
                return r;

        r = start_bus(service, address);
        return r < 0 ? bus_explain(MANAGER_SYSTEM, address, r, trouble) : 0;
}

/* What was sent to a service that was to be started comes as soon as the name is there. */
static int on_named(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        const sd_bus_error *refusal = sd_bus_message_get_error(m);
        Service *service = userdata;
        uint32_t result = 0;
        int r;

        r = refusal ? -sd_bus_error_get_errno(refusal) : sd_bus_message_read(m, "u", &result);
        if (r < 0)
                log_error("the bus does not give us " DELEGATION_NAME ": %s; is its policy installed "
                          "(dbus-1/system.d)?",
                          refusal ? refusal->message : strerror(-r));
        else if (result != NAME_IS_OURS) {
                log_error(DELEGATION_NAME " is taken: another cgscoped runs");
                r = -EEXIST;
        }
        if (r < 0)
                return sd_event_exit(service->event, r);
        if (service->state != SERVICE_SERVING)
                return 1;

        service->named = true;
        (void) sd_notify(false, "READY=1");
        on_count(service->queue.n, service);
        return 1;
}

int service_new(sd_event *event, const ServiceOptions *options, Service **ret, Trouble *trouble) {
        _cleanup_(service_freep) Service *service = NULL;
        int r;

        service = calloc(1, sizeof(*service));
        if (!service)
                return -ENOMEM;
        service->event = sd_event_ref(event);
        service->idle_usec = options->idle;
        queue_init(&service->queue);

        r = watch_events(service);
        if (r < 0)
                return r;
        r = connect_bus(service, trouble);
        if (r < 0)
                return r;

        service->queue.bus = service->bus;
        service->queue.event = event;
        service->queue.timeouts = options->timeouts;
        service->queue.on_count = on_count;
        service->queue.userdata = service;

        r = sd_bus_request_name_async(service->bus, NULL, DELEGATION_NAME, 0, on_named, service);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(service);
        return 0;
}

void service_free(Service *service) {
        if (!service)
                return;

        requests_drop(&service->queue);
        (void) sd_bus_flush_close_unref(service->bus);
        (void) sd_event_source_disable_unref(service->idle);
        (void) sd_event_source_disable_unref(service->dispatched);
        for (size_t i = 0; i < ELEMENTSOF(service->signals); i++)
                (void) sd_event_source_disable_unref(service->signals[i]);
        (void) sd_event_unref(service->event);
        free(service);
}
