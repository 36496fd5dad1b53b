/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One who changes drop-ins at a time: a lock on a file that root alone can open, in /run/cgscope. */

#include "delegation/store-way.h"

#define STORE_LOCK_DIRECTORY "/run/cgscope"
#define STORE_LOCK_NAME "delegation.lock"
#define STORE_LOCK_USEC (10 * USEC_PER_SEC)

typedef struct StoreLock {
        StoreWay way;
        int fd;
} StoreLock;

#define STORE_LOCK_NULL                             \
        (StoreLock) {                               \
                .way = STORE_WAY_NULL, .fd = -EBADF \
        }

/* Waits, for @usec at most (-EBUSY), until nobody else changes drop-ins beneath @root. The directory is made where it
 * is missing. Errors and @trouble as in store-way.h; -ELOOP also where the file is not what a lock is. */
int store_lock(int root, uint64_t usec, StoreLock *ret, Trouble *trouble);

/* Nothing is left but, of the running system, the directory: what it is bound to in the service's mount namespace shall
 * stay what it is. */
void store_unlock(StoreLock *lock);
