/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a manager says of its units. */

#include "systemd/manager.h"

/* See Asking for each. */
int control_group_is_delegated(Manager *manager, const char *control_group, char **ret_unit, Trouble *trouble);
int unit_settle(Manager *manager, const char *sender, const char *unit, char **ret_control_group, Trouble *trouble);
int unit_state(Manager *manager, const char *unit, char **ret_state, Trouble *trouble);
int unit_look(Manager *manager, const char *unit, UnitLook *ret, Trouble *trouble);
int slice_disabled_controllers(Manager *manager, const char *slice, ControllerMask *ret, Trouble *trouble);

/* 1: the manager has @unit loaded; 0: there is no such unit. */
int unit_is_loaded(Manager *manager, const char *unit, Trouble *trouble);

/* Whether a job of @unit, which need not be loaded, is under way. */
int unit_has_job(Manager *manager, const char *unit, Trouble *trouble);

/* The interface that has the resource control of a unit of this type. */
const char *unit_interface(const char *unit);

/* "" where it has none. *ret is freed by the caller. */
int unit_get_control_group(Manager *manager, const char *unit, char **ret, Trouble *trouble);

/* A property that is a list of controllers; names that are none of cgroup v2's are passed over. */
int unit_get_controllers(Manager *manager, const char *unit, const char *interface, const char *name,
                         ControllerMask *ret, Trouble *trouble);
