/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Groups that go with the commands that they were made for. Several commands may share one, and those who brought them
 * end in any order and may be killed: so whether a group is such a one can be seen on the group, from the moment on
 * that it is made (its sticky bit, which means nothing else there), and who is at work in it has a claim on it that
 * ends with the process: flock(2) of its cgroup.kill, which only its maker can open, so that nobody else can claim it
 * or keep others from it. Whoever gives up the last claim removes it. Nothing here waits for a lock. */

#include "basic/macros.h"

/* Of mkdir(2). */
#define TEMPORARY_MODE 01755

bool group_is_temporary(int group);

/* It is to stay, whoever made it. */
void temporary_keep(int group);

/* Returns a descriptor, O_CLOEXEC: the claim lasts as long as it is open. -ESTALE: who gave up the last claim has
 * removed the group meanwhile; -EINPROGRESS: he is about to. */
int temporary_claim(int group);

/* Gives *claim up, which is -EBADF where there was none. 1: it was the last one, and nobody gets another one as long as
 * *claim, to be closed by the caller in any case, is open. 0: others have one. -ESTALE: the group is gone. */
int temporary_release(int group, int *claim);

/* The same before a group is removed that may be no temporary one, or be in use: 0 then, too. */
int temporary_seize(int group, int *claim);

/* Removes the temporary groups above the group @below of @boundary, as far as nothing is in them any more. */
void temporary_remove_above(int boundary, const char *below);

/* For a process that had a claim on the group @below of @boundary and is dead: ends all that is in the group, and
 * removes it, unless others have claims. */
void temporary_end(int boundary, const char *below, uint64_t timeout);
