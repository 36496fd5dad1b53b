/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "systemd/manager.h"

/* See Asking.scope_was_disturbed. */
int scope_was_disturbed(Manager *manager, const char *unit, uint64_t since, Trouble *trouble);
