/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A transient scope: the conversation until it stands. */

#include "systemd/manager.h"

/* See Asking.scope_start. */
int scope_start(Manager *manager, const ScopeRequest *request, ScopeResult *ret, Trouble *trouble);
