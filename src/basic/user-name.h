/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Users and groups of users as people type them, in the order of chown(1): a name first, because a name may look like a
 * number; then a decimal number, which need not be in the database. */

#include <grp.h>
#include <pwd.h>

#include "basic/macros.h"

/* (uid_t) -1 and (gid_t) -1 are nobody: "no change" to chown(2) and setresuid(2). */
#define UID_NUMBER_MAX (UINT32_MAX - 1)

/* *ret_entry is the entry in the database, borrowed until the next look-up, NULL for a number without one; it may be
 * NULL itself. -ESRCH: neither a name nor a number; another negative errno: the database could not be asked. */
int user_find(const char *text, uid_t *ret, const struct passwd **ret_entry);
int user_group_find(const char *text, gid_t *ret, const struct group **ret_entry);

/* The name of the user @uid, looked up once and kept until the process ends; so *ret is borrowed. -ESRCH: it has none;
 * another negative errno: the database could not be asked. */
int user_name_find(uid_t uid, const char **ret);

/* The same. NULL: there is none to be had. */
const char *user_name(uid_t uid);

/* The name or, where there is none to be had, the number, to be shown. Borrowed until the next call. */
const char *user_name_or_number(uid_t uid);

/* Whether the manager of the user @name outlives the last session of that user. -EINVAL: no such name can linger;
 * another negative errno: that cannot be looked at. */
#define USER_LINGER_DIRECTORY "/var/lib/systemd/linger"
int user_lingers(const char *name);
