/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A transient scope: the message that asks for it, and the conversation until it stands. */

#include "systemd/manager.h"

/* Composes StartTransientUnit (mode "fail") with everything in the one call. @use_pidfds: PIDFDs= (systemd 255 and
 * newer) instead of PIDs=. *ret is owned by the caller. */
int scope_message_new(Manager *manager, const ScopeRequest *request, bool use_pidfds, sd_bus_message **ret);

/* See Asking.scope_start. */
int scope_start(Manager *manager, const ScopeRequest *request, ScopeResult *ret, Trouble *trouble);

/* In scope-disturbed.c; see Asking.scope_was_disturbed. */
int scope_was_disturbed(Manager *manager, const char *unit, uint64_t since, Trouble *trouble);
