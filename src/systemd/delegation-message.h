/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* org.cgscope.Delegation1 on the wire, the same for both ends. */

#include <systemd/sd-bus.h>

#include "delegation/delegation.h"

#define DELEGATION_NAME "org.cgscope.Delegation1"
#define DELEGATION_PATH "/org/cgscope/Delegation1"

/* What Enable, Disable and Get answer:
 *   a(tbsas)     drop-ins: UID, runtime, whose ("cgscope", "edited", "administrator"), controllers
 *   a(tasasasass) running user managers, by UID: UID; controllers: loaded by PID 1, of the slice, of the manager's
 *                 group, handed on by the manager so far; outcome ("none", "applied", "left", "busy", "no-answer",
 *                 "failed")
 * Controllers are named as the kernel names them. */
#define DELEGATION_STATE_SIGNATURE "a(tbsas)a(tasasasass)"

/* Of each array: more than any host has users that are logged in. */
#define DELEGATION_STATE_ROWS_MAX 16384

/* Errors of our own, and what they are here. All others are the standard ones. */
#define DELEGATION_ERROR_NO_SUCH_USER DELEGATION_NAME ".Error.NoSuchUser"             /* ESRCH */
#define DELEGATION_ERROR_NO_SUCH_CONTROLLER DELEGATION_NAME ".Error.NoSuchController" /* EOPNOTSUPP */
#define DELEGATION_ERROR_NOT_OURS DELEGATION_NAME ".Error.NotOurs"                    /* EEXIST */
#define DELEGATION_ERROR_UNSAFE DELEGATION_NAME ".Error.UnsafeDirectory"              /* ELOOP, EPERM */

/* Sets @error from a negative errno and a text (NULL: what the errno means): the name above that means it, or the
 * standard one. What cannot be shown in one line, or is no UTF-8, becomes '?'. Returns @r. */
int delegation_error_set(sd_bus_error *error, int r, const char *message);

/* The other way round: the negative errno of an error that came over the bus. */
int delegation_error_get(const sd_bus_error *error);

/* Reads what controllers_append() wrote. -EINVAL for a name that is no controller, an empty array, or one with more
 * than 64 names; *ret_unknown (may be NULL) is then the name, borrowed from the message, or NULL. Repeats are allowed.
 */
int delegation_read_controllers(sd_bus_message *message, bool may_be_empty, ControllerMask *ret,
                                const char **ret_unknown);

/* The answer. -E2BIG: too many rows. Reading believes nothing: -EBADMSG. *ret is released by delegation_state_done().
 */
int delegation_append_state(sd_bus_message *message, const DelegationState *state);
int delegation_read_state(sd_bus_message *message, DelegationState *ret);
