/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether what was asked for arrived. A manager takes any limit and any controller, also where the controller never
 * reaches the scope, and then nothing limits anything; so it is looked for where the kernel would enforce it. */

#include "cgscope/command/scope-delegation.h"

/* Checks the controllers and limits of @options on the boundary of @scope, and says which are missing, at which
 * ancestor they stop, and what helps. With --best-effort that is a warning, and 0.
 * -EOPNOTSUPP: something is missing. */
int arrival_check(const Scope *scope, const ScopeOptions *options);

/* Likewise for a unit that is there, whose group is @path: do they reach its manager's group? */
int arrival_check_ahead_of_unit(int root, const char *path, const ScopeOptions *options);

/* The same question before anything is asked for: do @options' controllers reach the group @path at all? */
int arrival_check_ahead(int root, const char *path, const ScopeOptions *options);
