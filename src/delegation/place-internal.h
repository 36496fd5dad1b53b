/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the parts of place.h alone. */

#include "delegation/place.h"

/* What a new one is called until it is complete: no name that systemd reads. */
#define DROP_IN_NEW ".delegate.conf.cgscope"

/* Users with directories of their own that are looked at. */
#define PLACE_USERS_MAX 4096U

/* --- the way there (place-open.c) --- */

enum {
        WAY_BASE = 3, /* etc or run, systemd, system */
        WAY_LEAF,     /* and the directory of the drop-in */
};

#define WAY_NAME_MAX 48

/* The directories from the root, without it, to that of the drop-in, or to that of all units. */
typedef struct Way {
        int root; /* borrowed */
        int dirs[WAY_LEAF];
        char names[WAY_LEAF][WAY_NAME_MAX];
        size_t n;
        unsigned made; /* a bit each for those that were made here */
} Way;

#define WAY_NULL (Way) { .dirs = { -EBADF, -EBADF, -EBADF, -EBADF } }

/* Opens @length directories of the way to @place. Those missing are made, with mode 0755, or -ENOENT is returned. On
 * failure what was made is removed again. */
int way_open(int root, const DropInPlace *place, size_t length, bool make, Way *ret, Trouble *trouble);

/* The last one that was opened; borrowed. */
static inline int way_end(const Way *way) {
        return way->dirs[way->n - 1];
}

/* Removes what was made, where it is still empty. */
void way_unmake(Way *way);
void way_done(Way *way);

/* --- files (place-read.c, place-write.c) --- */

/* The file in @dir, which is the directory of @place. */
int file_read(int dir, const DropInPlace *place, DropIn *ret, Trouble *trouble);

/* Writes @text to a file under another name, complete and synced. Failing leaves no such file. */
int file_stage(int dir, const DropInPlace *place, const char *text, Trouble *trouble);

/* Gives the staged file its name. *changed becomes true where it has it, also where something fails after that. */
int file_commit(int dir, const DropInPlace *place, bool *changed, Trouble *trouble);

/* Removes a staged file. */
void file_unstage(int dir);

/* Removes the file, and then what file_tidy() does. *changed as above. */
int file_remove(Way *way, const DropInPlace *place, bool *changed, Trouble *trouble);

/* Removes what somebody left who was killed, and the directory at the end of @way where it is empty. */
void file_tidy(const Way *way);

/* The message for what could not be written. Returns @error, or -EACCES for -EPERM, which means something else here. */
int write_failed(int error, const DropInPlace *place, Trouble *trouble);

/* --- what is there (place-list.c) --- */

/* The users, sorted, that have a directory of their own in /etc or /run. *ret is freed by the caller. */
int place_users(int root, bool runtime, uint64_t **ret, size_t *ret_n, Trouble *trouble);

/* As place_read(), but what is in a directory that is not as it should be is the administrator's, and unread. */
int place_look(int root, const DropInPlace *place, DropIn *ret);

/* Whether somebody was killed at @place: a new file that was never finished, or an empty directory. */
bool place_is_littered(int root, const DropInPlace *place);
