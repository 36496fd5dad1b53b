/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A user manager ends with the user's last session, and every scope with it, unless the user lingers. */

#include "systemd/asking.h"

/* Whether the process @pid, or with 0 this one, is to outlive its terminal, as nohup(1) has it. */
bool linger_is_meant(pid_t pid);

/* Warns where the scope @unit of @manager, in which something is to outlive the session, will not. */
void linger_warn(ManagerKind manager, const char *unit);
