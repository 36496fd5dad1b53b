/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whom a connection leads to: an address is a name that anybody may have given to anything. */

#include "systemd/manager.h"

/* Whether the bus at @address, to which @manager is connected, is that of the manager that is meant: the caller's own, or
 * PID 1. -EPERM: it is another one's. */
int bus_peer_check(Manager *manager, const char *address, Trouble *trouble);

/* Whether the other end of the connection is PID 1. */
bool bus_peer_is_system_manager(const Manager *manager);
