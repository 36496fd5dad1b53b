/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Removing groups. What was in them may take a moment to be gone. */

#include "basic/macros.h"

/* Removes the group @name of @parent; retries while the kernel says EBUSY though nobody is in it any more, for at most
 * @timeout microseconds. -EBUSY: processes or groups are in it. */
int group_remove(int parent, const char *name, uint64_t timeout);

/* Kills all in the group @name of @parent and below it, and removes it from the bottom up. */
int group_remove_all(int parent, const char *name, uint64_t timeout);
