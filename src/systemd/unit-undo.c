/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/unit-undo.h"

#include <assert.h>

#include "basic/clock.h"
#include "systemd/property-encode.h"
#include "systemd/unit.h"

/* At least, for it may be the deadline that has passed for which something is taken back. */
#define APPLY_TIMEOUT_USEC (5 * USEC_PER_SEC)

void unit_undo_free(UnitUndo *undo) {
        (void) sd_bus_message_unref(undo);
}

/* Asks for the property. 0: this manager has none of that name, and will refuse to set it. */
static int ask(Manager *manager, const char *unit, const char *name, sd_bus_message **ret) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = manager_property_new(manager, &call, unit, unit_interface(unit), name);
        if (r < 0)
                return r;

        r = manager_try(manager, call, &error, ret);
        return sd_bus_error_is_set(&error) ? 0 : r < 0 ? r : 1;
}

/* What is set of a list is added to it, unless it is empty. */
static bool has_to_be_emptied(const char *type) {
        return streq(type, "(bas)") || (type[0] == 'a' && !streq(type, "ay"));
}

static int keep(Manager *manager, sd_bus_message *call, const char *unit, const char *name) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *type;
        int r = ask(manager, unit, name, &reply);

        if (r <= 0)
                return r;

        r = sd_bus_message_peek_type(reply, NULL, &type);
        if (r < 0)
                return r;

        /* An empty list of any type is a 0; of the one that a boolean stands before, two. */
        r = has_to_be_emptied(type) ? sd_bus_message_append(call, "(sv)", name, type, 0, 0) : 0;
        if (r < 0)
                return r;

        r = sd_bus_message_enter_container(reply, 'v', type);
        if (r < 0)
                return r;

        r = property_open(call, name, type);
        if (r < 0)
                return r;

        r = sd_bus_message_copy(call, reply, true);
        return r < 0 ? r : property_close(call);
}

static int keep_all(Manager *manager, sd_bus_message *call, const char *unit, const PropertyList *properties) {
        int r = sd_bus_message_open_container(call, 'a', "(sv)");

        if (r < 0)
                return r;

        for (size_t i = 0; i < properties->n_items; i++) {
                r = keep(manager, call, unit, property_info_bus_name(properties->items[i].info));
                if (r < 0)
                        return r;
        }

        return sd_bus_message_close_container(call);
}

int unit_undo_prepare(Manager *manager, const char *unit, const PropertyList *properties, UnitUndo **ret,
                      Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) UnitUndo *undo = NULL;
        int r;

        assert(manager && unit && properties && ret);

        r = manager_call_new(manager, &undo, "SetUnitProperties", "sb", unit, true);
        if (r >= 0)
                r = keep_all(manager, undo, unit, properties);
        if (r < 0)
                return manager_explain(manager, r, NULL, trouble);

        *ret = TAKE_PTR(undo);
        return 0;
}

int unit_undo_apply(Manager *manager, UnitUndo *undo, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        uint64_t own = deadline_after(APPLY_TIMEOUT_USEC);

        assert(manager && undo);

        if (manager->options.deadline < own)
                manager->options.deadline = own;

        return manager_call(manager, undo, &reply, trouble);
}
