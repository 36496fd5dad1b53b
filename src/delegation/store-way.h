/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The directories on the way from a root directory to one beneath it. Each is opened from the one before, and has to be
 * root's, writable by root alone and no symbolic link; nothing is looked up by a path afterwards.
 *
 * Functions return 0 or a negative errno; @trouble names the file (as seen from the root
 * directory), the cause and the remedy. */

#include "basic/trouble.h"

#define STORE_WAY_MAX 4
#define STORE_WAY_NAME_MAX 48

typedef struct StoreWay {
        int root; /* borrowed */
        int dirs[STORE_WAY_MAX];
        char names[STORE_WAY_MAX][STORE_WAY_NAME_MAX];
        size_t n;
        unsigned made; /* a bit each for those that were made here */
} StoreWay;

#define STORE_WAY_NULL                                     \
        (StoreWay) {                                       \
                .dirs = { -EBADF, -EBADF, -EBADF, -EBADF } \
        }

/* Opens the way to @path, absolute, beneath @root. Directories that are missing are made, with mode 0755, or -ENOENT is
 * returned. -ELOOP, -EPERM: one is not as it should be. On failure what was made is removed again. */
int store_way_open(int root, const char *path, bool make, StoreWay *ret, Trouble *trouble);

/* The last directory; borrowed. */
static inline int store_way_end(const StoreWay *way) {
        return way->dirs[way->n - 1];
}

/* Removes the last directory where it is empty. */
void store_way_remove_end(const StoreWay *way);

/* Removes what was made, where it is still empty. */
void store_way_unmake(StoreWay *way);
void store_way_done(StoreWay *way);

/* That @fd, at @path, is a directory of root's alone: 0 or -EPERM. */
int store_way_check(int fd, const char *path, Trouble *trouble);

/* fsync(2) where the file system can do that to a directory. */
int store_way_sync(int dir);

/* The trouble with @path, which could not be written. Returns @error, or -EACCES for -EPERM, which means something else
 * here. */
int store_way_write_failed(int error, const char *path, Trouble *trouble);
