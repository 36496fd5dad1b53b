/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Connecting to a manager, and making sure that it is the one that is meant. */

#include "systemd/manager.h"

/* Where PID 1 listens itself, for root. It makes it anew with each execution. */
#define SYSTEMD_PRIVATE_SOCKET "/run/systemd/private"

/* Begins to connect; what is wrong with the bus itself is found out here, the rest with the first answer. *ret is
 * released by manager_free(). */
int manager_open(const ManagerOptions *options, Manager **ret, Trouble *trouble);

/* Connects to the user's manager by its own socket: without a bus, which there need not be, and which starts what is
 * not there. The connection is closed when the manager ends or re-executes. */
int manager_open_private(uint64_t deadline, Manager **ret, Trouble *trouble);
