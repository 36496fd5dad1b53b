/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The limits of a supervised command. They lie on its own group, beside which the supervisor sits: it is neither killed
 * nor held up, nor counted, by what it is to report on. The scope has the same limits with a little more to each, room
 * for the supervisor: they hold what a delegated command makes beside its leaf, and whoever asks the manager sees them.
 * All other properties are the scope's alone. */

#include "cgscope/scope/run-state.h"

/* What the manager is asked for in place of the properties of the options: into @run->asked. */
int run_make_room(Run *run);

/* With the groups made: hands on to them the controllers of the limits, and sets those on the leaf. What did not reach
 * the scope is passed over, that has been said. */
int run_limit_command(Run *run);

/* What the last one of them in @list that is called @name says; NULL: there is none. */
PropertyValue *property_of(const PropertyList *list, const char *name);
