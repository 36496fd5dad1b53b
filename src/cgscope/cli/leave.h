/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Getting out of a group that is to be removed: the kernel removes none that somebody is in. */

#include "cgscope/cli/aim.h"

/* Moves the calling process from the group that @aim is, or from one below it, into another one of the same boundary
 * that takes processes and is not frozen. @far: also into none that lies between the two, which may be removed as well.
 * -EBUSY: there is none. */
int leave_group(const Aim *aim, bool far);
