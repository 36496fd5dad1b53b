/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Units that a manager has. */

#include "systemd/manager.h"

/* See Asking for each. */
int control_group_is_delegated(Manager *manager, const char *control_group, char **ret_unit, char **ret_message);
int unit_settle(Manager *manager, const char *sender, const char *unit, char **ret_control_group, char **ret_message);
int unit_stop(Manager *manager, const char *unit, char **ret_message);
