/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Numbers of processes that go to a manager: it reads them in its own PID namespace, where ours may be another
 * process's, or nobody's (pid_namespaces(7)). */

#include "systemd/manager.h"

/* Whether the processes that have the numbers @pids here have them at the manager, too. 0, the caller itself as the
 * manager sees it, is always right. -EXDEV: they have not, or that cannot be told: then none must be sent. It takes one
 * round trip to the bus, where there is any number but 0. */
int manager_check_numbers(Manager *manager, const pid_t *pids, size_t n, Trouble *trouble);

/* Whether the other end of the connection is known to be in another PID namespace. No round trip. */
bool manager_is_elsewhere(Manager *manager);
