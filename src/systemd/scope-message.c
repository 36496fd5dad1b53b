/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/scope-message.h"

#include "systemd/property-encode.h"

static int append_delegation(sd_bus_message *m, const ScopeRequest *request) {
        int r;

        if (request->all_controllers)
                return sd_bus_message_append(m, "(sv)", "Delegate", "b", true);

        /* Names that systemd does not know it would refuse altogether; what then does not arrive is noticed anyway.
         * The list alone implies Delegate=yes, an empty one too: the subtree is ours then, and no controller is turned
         * on for it, nor for the units beside it. */
        r = property_open(m, "DelegateControllers", "as");
        if (r < 0)
                return r;

        r = controllers_append(m, request->controllers & CONTROLLER_MASK_MANAGED);
        return r < 0 ? r : property_close(m);
}

static int append_processes(sd_bus_message *m, const ScopeRequest *request, bool use_pidfds) {
        int r;

        r = property_open(m, use_pidfds ? "PIDFDs" : "PIDs", use_pidfds ? "ah" : "au");
        if (r < 0)
                return r;

        r = sd_bus_message_open_container(m, 'a', use_pidfds ? "h" : "u");
        for (size_t i = 0; r >= 0 && i < request->n_pids; i++)
                r = use_pidfds ? sd_bus_message_append(m, "h", request->pidfds[i])
                               : sd_bus_message_append(m, "u", (uint32_t) request->pids[i]);
        if (r < 0)
                return r;

        r = sd_bus_message_close_container(m);
        return r < 0 ? r : property_close(m);
}

static int append_properties(sd_bus_message *m, const ScopeRequest *request, bool use_pidfds) {
        const char *const texts[][2] = {
                { "Description", request->description },
                { "Slice", request->slice },
                { "User", request->user },
                { "Group", request->group },
                { "CollectMode", request->collect ? "inactive-or-failed" : NULL },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                r = texts[i][1] ? sd_bus_message_append(m, "(sv)", texts[i][0], "s", texts[i][1]) : 0;
                if (r < 0)
                        return r;
        }

        r = append_delegation(m, request);
        if (r < 0)
                return r;

        r = property_list_append(m, request->properties);
        return r < 0 ? r : append_processes(m, request, use_pidfds);
}

int scope_message_new(Manager *manager, const ScopeRequest *request, bool use_pidfds, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = manager_call_new(manager, &m, "StartTransientUnit", "ss", request->unit, "fail");
        if (r < 0)
                return r;

        r = sd_bus_message_open_container(m, 'a', "(sv)");
        if (r < 0)
                return r;

        r = append_properties(m, request, use_pidfds);
        if (r < 0)
                return r;

        r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;

        r = sd_bus_message_append(m, "a(sa(sv))", 0); /* auxiliary units: none */
        if (r < 0)
                return r;

        *ret = TAKE_PTR(m);
        return 0;
}
