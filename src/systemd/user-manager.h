/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user managers as PID 1 sees them: units user@UID.service. @manager is always the system manager. */

#include "delegation/delegation.h"
#include "systemd/manager.h"

/* "user@1000.service" */
#define USER_MANAGER_UNIT_MAX 32
char *user_manager_unit(uid_t uid, char buffer[static USER_MANAGER_UNIT_MAX]);

/* The users whose managers run, by UID. *ret is freed by the caller. */
int user_manager_list(Manager *manager, uid_t **ret, size_t *ret_n, Trouble *trouble);

/* What PID 1 has loaded: DelegateControllers= of the unit, which needs not be running. */
int user_manager_loaded(Manager *manager, uid_t uid, ControllerMask *ret, Trouble *trouble);

/* 1 where PID 1 itself sees that the unit's files have changed since it read them (NeedDaemonReload=); older ones do
 * not see a new drop-in. */
int user_manager_is_outdated(Manager *manager, uid_t uid, Trouble *trouble);

/* Where it is in the hierarchy; "" where it has not got a group (yet). *ret is freed by the caller. */
int user_manager_control_group(Manager *manager, uid_t uid, char **ret, Trouble *trouble);
