/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A private message bus for one test, and a record of every call that went over it: a dbus-daemon that queues calls to
 * an absent systemd as the real buses do. It is at the same address in every test of a program, in the environment
 * from fake_bus_init() on. */

#include <gio/gio.h>
#include <stdbool.h>

typedef struct FakeBus FakeBus;

/* Once, before any thread is there: makes the directory of the bus and points the environment at it. */
void fake_bus_init(void);

/* @with_systemd: calls to a systemd that is not there wait for it. */
FakeBus *fake_bus_new(bool with_systemd);
void fake_bus_free(FakeBus *bus);

/* Ends the daemon, without a good-bye. */
void fake_bus_kill(FakeBus *bus);

/* The address of the bus. */
const char *fake_bus_address(void);

/* Waits until the bus has seen the last of the connection @name: all that it ever sent is on record then. */
void fake_bus_settle(FakeBus *bus, const char *name);

/* How many calls of @member are on record. */
unsigned fake_bus_count(FakeBus *bus, const char *member);

/* The @n-th call of @member, borrowed, and at *ret_position (may be NULL) its place among all calls. Fails the test
 * where there is none. */
GDBusMessage *fake_bus_nth(FakeBus *bus, const char *member, unsigned n, unsigned *ret_position);
