/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/scope-message.h"

#include "systemd/property-encode.h"

static int append_text(sd_bus_message *m, const char *name, const char *value) {
        return value ? sd_bus_message_append(m, "(sv)", name, "s", value) : 0;
}

static int append_delegation(sd_bus_message *m, const ScopeRequest *request) {
        int r;

        if (request->all_controllers)
                return sd_bus_message_append(m, "(sv)", "Delegate", "b", true);

        /* Names that systemd does not know it would refuse altogether; what then does not arrive is noticed anyway.
         * The list alone implies Delegate=yes, an empty one too: the subtree is ours then, and no controller is turned
         * on for it, nor for the units beside it. */
        r = sd_bus_message_open_container(m, SD_BUS_TYPE_STRUCT, "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", "DelegateControllers");
        if (r >= 0)
                r = sd_bus_message_open_container(m, SD_BUS_TYPE_VARIANT, "as");
        if (r >= 0)
                r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "s");
        for (Controller c = 0; r >= 0 && c < _CONTROLLER_MAX; c++)
                if (request->controllers & CONTROLLER_MASK_MANAGED & controller_bit(c))
                        r = sd_bus_message_append(m, "s", controller_to_string(c));
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(m);

        return r;
}

static int append_processes(sd_bus_message *m, const ScopeRequest *request, bool use_pidfds) {
        const char *type = use_pidfds ? "h" : "u";
        int r;

        r = sd_bus_message_open_container(m, SD_BUS_TYPE_STRUCT, "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", use_pidfds ? "PIDFDs" : "PIDs");
        if (r >= 0)
                r = sd_bus_message_open_container(m, SD_BUS_TYPE_VARIANT, use_pidfds ? "ah" : "au");
        if (r >= 0)
                r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, type);
        for (size_t i = 0; r >= 0 && i < request->n_pids; i++)
                r = use_pidfds ? sd_bus_message_append(m, "h", request->pidfds[i])
                               : sd_bus_message_append(m, "u", (uint32_t) request->pids[i]);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(m);

        return r;
}

static int append_properties(sd_bus_message *m, const ScopeRequest *request, bool use_pidfds) {
        int r;

        r = append_text(m, "Description", request->description);
        if (r >= 0)
                r = append_text(m, "Slice", request->slice);
        if (r >= 0)
                r = append_text(m, "User", request->user);
        if (r >= 0)
                r = append_text(m, "Group", request->group);
        if (r >= 0 && request->collect)
                r = append_text(m, "CollectMode", "inactive-or-failed");
        if (r >= 0)
                r = append_delegation(m, request);
        for (size_t i = 0; r >= 0 && i < request->properties->n_items; i++)
                r = property_value_append(m, &request->properties->items[i]);
        if (r >= 0)
                r = append_processes(m, request, use_pidfds);

        return r;
}

int scope_message_new(Manager *manager, const ScopeRequest *request, bool use_pidfds, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = manager_call_new(manager, &m, "StartTransientUnit", "ss", request->unit, "fail");
        if (r >= 0)
                r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "(sv)");
        if (r >= 0)
                r = append_properties(m, request, use_pidfds);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0) /* auxiliary units: none */
                r = sd_bus_message_append(m, "a(sa(sv))", 0);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(m);
        return 0;
}
