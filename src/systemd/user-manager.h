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

/* Which file takes @controller back that another one before it has asked for (Delegate= in a later drop-in), of those
 * that PID 1 has read. 1: *ret is its path, to be freed by the caller. 0: none does, or not all is read. */
int user_manager_find_reset(Manager *manager, uid_t uid, Controller controller, char **ret, Trouble *trouble);

/* 1 where PID 1 itself sees that the unit's files have changed since it read them (NeedDaemonReload=); older ones do
 * not see a new drop-in. */
int user_manager_is_outdated(Manager *manager, uid_t uid, Trouble *trouble);

/* Where it is in the hierarchy; "" where it has not got a group (yet). *ret is freed by the caller. */
int user_manager_control_group(Manager *manager, uid_t uid, char **ret, Trouble *trouble);

/* Has @n managers look for their controllers again, side by side: starts cgscope-reexecute@UID.service for each and
 * waits until all are done, which makes PID 1 hand the controllers on and the managers re-execute. outcomes[i] gets
 * what came of uids[i]. One that systemd could not do it for (OUTCOME_FAILED) is no error; *trouble then says why,
 * of the first. Who is not through when nine tenths of the time are over is stopped. */
int user_manager_refresh(Manager *manager, const uid_t *uids, size_t n, DelegationOutcome *outcomes, Trouble *trouble);

/* Stops and starts user@UID.service, and with it all that the user runs in it. Returns when that is done. */
int user_manager_restart(Manager *manager, uid_t uid, Trouble *trouble);
