/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What user managers are told, by PID 1, when they are to have other controllers. */

#include "delegation/delegation.h"
#include "systemd/manager.h"

/* Has @n managers look for their controllers again, side by side: starts cgscope-reexecute@UID.service for each and
 * waits until all are done, which makes PID 1 hand the controllers on and the managers re-execute. outcomes[i] gets
 * what came of uids[i]. One that systemd could not do it for (OUTCOME_FAILED) is no error; *trouble then says why,
 * of the first. Who is not through when nine tenths of the time are over is stopped. */
int user_manager_refresh(Manager *manager, const uid_t *uids, size_t n, DelegationOutcome *outcomes, Trouble *trouble);

/* Stops and starts user@UID.service, and with it all that the user runs in it. Returns when that is done. */
int user_manager_restart(Manager *manager, uid_t uid, Trouble *trouble);
