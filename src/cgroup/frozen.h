/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Groups that stand still: what would have to go on in them waits for ever, and so would who is in there. */

#include "basic/trouble.h"

/* Looks at the groups from the root down to @path, as far as they are there. -EBUSY: one is frozen itself (its
 * cgroup.freeze says so), and with it all below; *trouble names the topmost, and what helps. */
int frozen_check(int root, const char *path, Trouble *trouble);

/* The same without @path itself. */
int frozen_check_above(int root, const char *path, Trouble *trouble);
