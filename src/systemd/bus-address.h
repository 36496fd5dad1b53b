/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which bus a manager is on, and in words what is wrong where there is none: each cause has its own message and its own
 * remedy. */

#include "systemd/asking.h"

/* D-Bus Specification, "Well-known Message Bus Instances", at the place that systemd gives it. */
#define SYSTEM_BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"

/* The same, for tests to replace: what is there is taken for the system bus without a question. */
extern const char *bus_address_usual;

/* The address of the bus that the manager of @kind is on. *ret is freed by the caller. -EPERM: $XDG_RUNTIME_DIR is
 * somebody else's. */
int bus_address(ManagerKind kind, char **ret, Trouble *trouble);

/* Whether somebody has named @address: it is not where the bus of that manager is of itself. */
bool bus_address_is_chosen(ManagerKind kind, const char *address);

/* The same as bus_address() for the socket that a user's manager listens on itself. */
int bus_address_private(char **ret, Trouble *trouble);

/* Why connecting to @address failed with @error. Returns @error. */
int bus_explain(ManagerKind kind, const char *address, int error, Trouble *trouble);

/* @address is to be the bus of the manager of @kind, and is that of @owner. Returns -EPERM. */
int bus_explain_stranger(ManagerKind kind, const char *address, const char *owner, Trouble *trouble);

/* There is a bus, but no systemd on it. Returns -ESRCH. */
int bus_explain_no_systemd(ManagerKind kind, Trouble *trouble);
