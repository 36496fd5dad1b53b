/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Units that a manager has loaded. */

#include "systemd/manager.h"

/* The object of a loaded unit. 1: *ret is freed by the caller; 0: there is none. */
int unit_find(Manager *manager, const char *unit, char **ret, Trouble *trouble);
int unit_find_by_control_group(Manager *manager, const char *control_group, char **ret, Trouble *trouble);

/* The same for the unit that the caller is in. */
int unit_find_by_caller(Manager *manager, char **ret, Trouble *trouble);
