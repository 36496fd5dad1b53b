/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Out of the way of the "no internal process" rule: a group that hands controllers on cannot hold processes. */

#include "basic/macros.h"

/* Moves all processes of the group @from itself into @to, also those that are forked meanwhile. Returns how many. -EXDEV:
 * some are outside of our PID namespace, and cannot be moved from here; -ELOOP: they fork faster than they are moved. */
int group_move_members(int from, int to);

/* Makes the group @leaf in @group, where it is not there yet (*ret_made), and moves all processes of @group itself into
 * it, as above. Returns how many. */
int group_evacuate(int group, const char *leaf, bool *ret_made);

/* Moves them back, and removes @leaf where @made. */
void group_return(int group, const char *leaf, bool made);
