/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who we are to the managers: in a user namespace of one's own (user_namespaces(7), `unshare -Ur`) one is user 0
 * without being anybody's administrator. */

#include <sys/types.h>

#include "basic/macros.h"

/* Whether we are user 0 of the user namespace that PID 1, the system manager, is in: then its units are ours. */
bool user_is_administrator(void);

/* Our effective user as the user namespace around ours calls it, which is how managers and their units call it where
 * ours is a user's own. The same number where it is the system's. */
uid_t user_uid_outside(void);

/* How the map @text (as in /proc/PID/uid_map) translates @uid; @uid itself where it does not. */
uid_t user_map_outside(const char *text, uid_t uid);

/* Whether the map @text is the initial user namespace's, which maps all users to themselves. So could another one that
 * root made; to be told apart it would have to be looked at from outside. */
bool user_map_is_initial(const char *text);
