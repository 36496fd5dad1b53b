/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the directories of units in the hierarchy. Managers make them, and nobody else may write where they do: in
 * slices. So the name of a directory in a slice is the name of a unit. */

#include <sys/types.h>

#include "basic/macros.h"

/* The path of the group of the unit @unit, of the user manager of @uid or of the system manager (UID_INVALID). *ret is
 * freed by the caller. -ENOENT: there is none. */
int search_unit(int root, const char *unit, uid_t uid, char **ret);

/* Where the group of the slice @slice is, be it there or not, of the user manager of @uid or of the system manager. */
int search_slice(const char *slice, uid_t uid, char **ret);

/* Calls @found for each unit that has a group in the slice at @slice ("/" or "/a.slice") and in the slices below it,
 * slices aside: @fd is its directory, borrowed, @path its path in the hierarchy, borrowed. Other users' managers
 * (user@UID.service) are descended into where @into_managers is set. A negative result of @found ends the search and is
 * returned. What vanishes meanwhile is passed over. */
typedef int (*SearchFunction)(int fd, const char *path, void *userdata);
int search_units(int root, const char *slice, bool into_managers, SearchFunction found, void *userdata);
