/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A running user manager as it is: what PID 1 has loaded for it, and what the kernel has. */

#include "delegation/delegation.h"
#include "systemd/manager.h"

/* Looks. @hierarchy is the root of the unified one (cgroup_open_root()), negative where there is none: then nothing
 * arrives anywhere. outcome is OUTCOME_NONE. -ESRCH: the manager has no group, it does not run (any more). */
int look_at_manager(Manager *manager, int hierarchy, uid_t uid, DelegationManager *ret, Trouble *trouble);

/* Whether the kernel has what PID 1 has loaded, as far as it can: of the controllers that there are, @available, the
 * group of the manager has those, and none else but what the manager itself still hands on. */
bool look_is_settled(const DelegationManager *looked, ControllerMask available);
