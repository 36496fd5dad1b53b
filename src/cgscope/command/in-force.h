/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether each limit that a manager took is in force, by the way that the table of properties names for it: its file,
 * the line of its device, processors that are there, programs attached to the group, systemd-oomd. What cannot be seen
 * is said. */

#include "cgscope/command/scope-delegation.h"

/* Looks at the properties of @options in @scope, whose controllers have been looked at before. Says the first that is
 * not in force; with --best-effort each, as a warning, and 0. -EOPNOTSUPP: one is not. */
int in_force_check(const Scope *scope, const ScopeOptions *options);

/* What of that can be told when there is no more of the scope than its name: for processes that cannot be put back. */
int in_force_check_ahead(const Scope *scope, const ScopeOptions *options);

/* Before anybody is asked: a user manager takes also what only a privileged one can enforce. -EPERM: said, as above. */
int in_force_check_privileges(ManagerKind manager, const PropertyList *properties, bool best_effort);
