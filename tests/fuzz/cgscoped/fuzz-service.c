/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What cgscoped takes: of whatever is called with whatever, nothing is let through but controllers that systemd hands
 * on, for a user that there can be, with flags and a time that are known; the rest is an error with a text. */

#include "cgscoped/service-interface.h"
#include "cgscoped/service-request.h"
#include "systemd/delegation-message.h"
#include "systemd/fuzz-bus.h"

/* The rows of the table that are methods, from the first one on. */
#define METHODS 5

static sd_bus_message *call_new(const sd_bus_vtable *method, FuzzInput *input, bool has_sender) {
        sd_bus_message *message = NULL;

        promise(sd_bus_message_new_method_call(fuzz_bus(false), &message, DELEGATION_NAME, DELEGATION_PATH,
                                               DELEGATION_NAME, method->x.method.member) >= 0);
        if (has_sender)
                promise(sd_bus_message_set_sender(message, ":1.7") >= 0);
        fuzz_append(message, method->x.method.signature, input);
        fuzz_seal(message);
        return message;
}

static void check_request(const DelegationRequest *what, const char *member) {
        bool get = streq(member, "Get");

        promise((what->operation == DELEGATION_GET) == get);
        promise((what->operation == DELEGATION_ENABLE) == (startswith(member, "Enable") != NULL));
        promise(what->uid == UINT64_MAX || (what->uid < UINT32_MAX && what->uid != 65535));
        promise(!(what->controllers & ~CONTROLLER_MASK_MANAGED) && (what->controllers == CONTROLLER_MASK_NONE) == get);
        promise(!(what->flags & ~DELEGATION_FLAGS_ALL) && what->timeout <= DELEGATION_TIMEOUT_MAX_USEC && !what->spare);
        promise(endswith(member, "WithFlags") || (what->timeout == 0 && !(what->flags & ~DELEGATION_RUNTIME)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static unsigned n_runs = 0;
        FuzzInput input = { data, size };
        Queue queue = { .bus = fuzz_bus(n_runs++ % 1024 == 1023) }; /* what it is asked to send is kept */
        unsigned first = fuzz_byte(&input);
        const sd_bus_vtable *method = service_vtable + 1 + first % METHODS;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = call_new(method, &input, first < 240);
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        Request *request;
        int r;

        queue_init(&queue);
        r = method->x.method.handler(call, &queue, &error);
        request = TAILQ_FIRST(&queue.requests);
        promise(fuzz_is_result(r) && (r == 1 ? request && !sd_bus_error_is_set(&error) : r < 0 && !request));
        if (request) {
                promise(first < 240);
                check_request(&request->what, method->x.method.member);
        } else if (sd_bus_error_is_set(&error))
                promise(fuzz_is_safe(error.message, strlen(error.message), false));

        requests_drop(&queue);
        return 0;
}
