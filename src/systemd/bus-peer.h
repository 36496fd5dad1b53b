/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whom a connection leads to: an address is a name that anybody may have given to anything. */

#include "systemd/manager.h"

/* Whether the bus at @address, to which @manager is connected, is that of the manager that is meant: the caller's own,
 * or PID 1. -EPERM: it is another one's. */
int bus_peer_check(Manager *manager, Trouble *trouble);

/* Whether the other end of the connection is PID 1. */
bool bus_peer_is_system_manager(const Manager *manager);

/* A manager reads numbers of processes in its own PID namespace, where ours may be another process's, or nobody's
 * (pid_namespaces(7)). Whether the processes that have the numbers @pids here have them there, too. 0, the caller
 * itself as the manager sees it, is always right. -EXDEV: they have not, or that cannot be told: then none must be
 * sent. It takes one round trip to the bus, where there is any number but 0. */
int manager_check_numbers(Manager *manager, const pid_t *pids, size_t n, Trouble *trouble);

/* Whether the other end of the connection is known to be in another PID namespace. No round trip. */
bool manager_is_elsewhere(Manager *manager);
