/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One who writes at a time. Part of place.h. */

#include "delegation/place-internal.h"

/* In the directory of all units, while somebody writes. Not the directory itself is locked: everybody may open that,
 * and so hold a lock on it for ever. */
#define PLACE_LOCK ".cgscope.lock"
#define PLACE_LOCK_USEC (10 * USEC_PER_SEC)

typedef struct PlaceLock {
        Way ways[2]; /* etc, run */
        int fds[2];  /* -EBADF: that one is not locked, for nobody can write there */
} PlaceLock;

#define PLACE_LOCK_NULL (PlaceLock) { .ways = { WAY_NULL, WAY_NULL }, .fds = { -EBADF, -EBADF } }

/* Waits, for @usec at most, until nobody else writes. The directories of @place are made where they are missing. */
int place_lock(int root, const DropInPlace *place, uint64_t usec, PlaceLock *ret, Trouble *trouble);

/* Whether somebody writes in the directory of all units that @place is in, or was killed there. */
bool place_is_locked(int root, const DropInPlace *place);

/* @keep: not to remove the directories that were made. */
void place_unlock(PlaceLock *lock, bool keep);
