/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The message that asks for a transient scope. */

#include "systemd/manager.h"

/* Composes StartTransientUnit (mode "fail") with everything in the one call. @use_pidfds: PIDFDs= (systemd 255 and
 * newer) instead of PIDs=. *ret is owned by the caller. */
int scope_message_new(Manager *manager, const ScopeRequest *request, bool use_pidfds, sd_bus_message **ret);
