/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Units that a manager has. */

#include "systemd/manager.h"

/* See Asking for each. In unit.c, what asks about them: */
int control_group_is_delegated(Manager *manager, const char *control_group, char **ret_unit, Trouble *trouble);
int unit_settle(Manager *manager, const char *sender, const char *unit, char **ret_control_group, Trouble *trouble);
int unit_state(Manager *manager, const char *unit, char **ret_state, Trouble *trouble);
int unit_look(Manager *manager, const char *unit, UnitLook *ret, Trouble *trouble);
int slice_disabled_controllers(Manager *manager, const char *slice, ControllerMask *ret, Trouble *trouble);

/* Whether a job of @unit, which need not be loaded, is under way. */
int unit_has_job(Manager *manager, const char *unit, Trouble *trouble);

/* Gets a property of @unit, as manager_get_property() does. A unit that is not loaded is loaded for it: then it has
 * what its files say, or what a unit has that has none. */
int unit_get_property(Manager *manager, const char *unit, const char *interface, const char *name, const char *type,
                      sd_bus_message **ret, Trouble *trouble);

/* The same for one that is a list of controllers; names that are none of cgroup v2's are passed over. */
int unit_get_controllers(Manager *manager, const char *unit, const char *interface, const char *name,
                         ControllerMask *ret, Trouble *trouble);

/* In unit-control.c, what changes them: */
int unit_stop(Manager *manager, const char *unit, Trouble *trouble);
int unit_stop_wait(Manager *manager, const char *unit, Trouble *trouble);
int unit_restart_wait(Manager *manager, const char *unit, Trouble *trouble);
int unit_set_properties(Manager *manager, const char *unit, const PropertyList *properties, Trouble *trouble);
int unit_freeze(Manager *manager, const char *unit, bool freeze, Trouble *trouble);
int unit_kill(Manager *manager, const char *unit, int signal, Trouble *trouble);
int unit_attach(Manager *manager, const char *unit, const char *subgroup, const pid_t *pids, size_t n_pids,
                Trouble *trouble);

/* In unit-undo.c, what takes that back: */
int unit_undo_prepare(Manager *manager, const char *unit, const PropertyList *properties, UnitUndo **ret,
                      Trouble *trouble);
int unit_undo_apply(Manager *manager, UnitUndo *undo, Trouble *trouble);
void unit_undo_free(UnitUndo *undo);

/* For both, in unit-find.c. The object of a loaded unit; 0 where there is none. *ret_path is borrowed from *ret_reply,
 * which is owned by the caller. */
int unit_find(Manager *manager, const char *unit, sd_bus_message **ret_reply, const char **ret_path,
              Trouble *trouble);
int unit_find_by_control_group(Manager *manager, const char *control_group, sd_bus_message **ret_reply,
                               const char **ret_path, Trouble *trouble);

/* The same for the unit that the caller is in. */
int unit_find_by_caller(Manager *manager, sd_bus_message **ret_reply, const char **ret_path, Trouble *trouble);

/* manager_call() for callers with words of their own for what comes back in @error. */
int unit_call(Manager *manager, sd_bus_message *call, sd_bus_error *error, sd_bus_message **ret_reply);
