/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Making a group with its limits, as `create` and `exec --create` do: all of it, or nothing is left of it. What is
 * wrong is said, with the remedy. */

#include <signal.h>

#include "cgscope/cli/aim.h"

/* Makes the group that @aim names, hands on to it the controllers that @attributes need, and sets them. @parents: those
 * above it, too, and it may be there already. What was done is in @division, for the caller to undo where something
 * later fails. @before is from interrupt_hold(): when a signal has come, nothing is waited for. */
int divide_make(Division *division, Aim *aim, const AttributeList *attributes, bool parents, const sigset_t *before);

/* Whether --evacuate names a leaf. -EINVAL: said. */
int divide_check(const Division *division);

/* "KEY=VALUE" words to attributes; says which is wrong. */
int divide_parse(char *const words[], AttributeList *ret);

/* Sets @attributes of the group that @aim is; says what is wrong, and where a controller that is missing stops. */
int divide_apply(const Aim *aim, const AttributeList *attributes);
