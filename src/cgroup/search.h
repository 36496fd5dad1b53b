/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the directories of units in the hierarchy. Managers make them, and nobody else may write where they do: in
 * slices. So the name of a directory in a slice is the name of a unit. */

#include <sys/types.h>

#include "cgroup/unit-path.h"
#include "cgroup/walk.h"

/* The path of the group of the unit @unit, of the user manager of @uid or of the system manager (UID_INVALID). *ret is
 * freed by the caller. -ENOENT: there is none. */
int search_unit(int root, const char *unit, uid_t uid, char **ret);

/* Where the group of the slice @slice is, be it there or not, of the user manager of @uid or of the system manager. */
int search_slice(const char *slice, uid_t uid, char **ret);

#define SEARCH_ALL_MANAGERS ((uid_t) -2)

/* Calls @found for each unit that has a group in the slice at @slice ("/" or "/a.slice") and in the slices below it,
 * slices aside: @fd is its directory, borrowed, @path its path in the hierarchy, borrowed. The group of a user manager
 * (user@UID.service) is descended into where @managers is that user's UID, and all others are left alone; or where it
 * is SEARCH_ALL_MANAGERS; with UID_INVALID into none. A negative result of @found ends the search and is returned. What
 * vanishes meanwhile is passed over, and what cannot be looked into as well, noted in @skipped (may be NULL). */
typedef int (*SearchFunction)(int fd, const char *path, void *userdata);
int search_units(int root, const char *slice, uid_t managers, SearchFunction found, void *userdata,
                 WalkSkipped *skipped);
