/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The processes that a command started, wherever they went in the family: for a group that others are at work in, too.
 * Where this process adopts orphans, each of them comes down from it. */

#include <sys/types.h>

#include "basic/macros.h"

/* Orphans of what is started from now on become children of this process. */
void descendants_adopt(void);

/* Reaps those that have ended, but not the child @spared, nor any other as long as that one waits to be reaped. */
void descendants_reap(pid_t spared);

/* Kills all in @group and below it that come down from this process, and waits a moment until they are gone. Returns
 * how many there were. */
ssize_t descendants_end(int group);
