/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where the drop-ins are: reads, writes and removes them. Everything is opened from the descriptor of a root directory,
 * each directory on the way checked to be root's, writable by root alone and no symbolic link, and nothing is looked up
 * by a path afterwards. A file is written whole: under another name, synced, renamed, and its directory synced. Who is
 * killed on the way leaves the old file or the new one, and at most files that nobody reads and the next one removes.
 * Two writers wait for each other, for ten seconds at most (-EBUSY).
 *
 * Functions return 0 or a negative errno; *trouble may get a clause that names the file (as seen from the root
 * directory), the cause and the remedy, to be freed by the caller. -ELOOP, -EPERM: a directory that is not as it should
 * be. -EEXIST: the file is the administrator's. -EOPNOTSUPP: systemd does not hand that controller on. -EACCES, -EROFS, -ENOSPC, -EDQUOT, …: it cannot be written; all is as it was.
 *
 * A file that is not root's own, alone under its name, a regular one, writable by root alone and of a decent length is
 * not read and counts as the administrator's. */

#include "basic/trouble.h"
#include "delegation/drop-in.h"

typedef struct DropInPlace {
        uint64_t uid; /* or DELEGATION_EVERYBODY */
        bool runtime; /* in /run */
} DropInPlace;

#define DROP_IN_PATH_MAX 96

/* The name of the file: one for each kind of place, because systemd reads one file of a name. All that there are add up,
 * and none hides another. */
const char *drop_in_name(const DropInPlace *place);

/* "/etc/systemd/system/user@1000.service.d/delegate-user.conf". Returns @buffer. */
char *drop_in_path(const DropInPlace *place, char buffer[static DROP_IN_PATH_MAX]);

/* Opens the root directory that the others take: "/" or that of an image. It has to be root's, too (-EPERM). */
int place_open_root(const char *path);

/* Reads the file at @place; a missing one is DROP_IN_ABSENT. *ret is released by drop_in_done(). */
int place_read(int root, const DropInPlace *place, DropIn *ret, Trouble *trouble);

/* Adds the drop-ins that are there and concern @uid (DELEGATION_EVERYBODY: all there are) to @state, those in /etc
 * first, users' own before the one for everybody. What is in a directory that is not as it should be is listed as the
 * administrator's, with no controllers. -E2BIG: more than 4096 users have files. */
int place_list(int root, uint64_t uid, DelegationState *state, Trouble *trouble);

/* Has @controllers handed on, besides what the file already does. Returns 1 where a file was written, 0 where it was so
 * already; *ret_changed (may be NULL) says so where something failed after that, too. */
int place_enable(int root, const DropInPlace *place, ControllerMask controllers, bool *ret_changed,
                 Trouble *trouble);

/* Takes @controllers out again; what is left empty, file and directory, is removed. Only what cgscope wrote is touched
 * (-EEXIST where the file is another's and hands on one of @controllers). Returns 1 where something was
 * changed, 0 where there was nothing to take out; *ret_changed as above. */
int place_disable(int root, const DropInPlace *place, ControllerMask controllers, bool *ret_changed,
                  Trouble *trouble);
