/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the path of a group says about units and their managers, who choose the names of the directories. */

#include <sys/types.h>

#include "basic/macros.h"

#define UID_INVALID ((uid_t) -1)

/* Whether a directory of this name is the group of a user's manager: "user@UID.service", decimal as logind writes it.
 */
bool is_user_manager(const char *name);

/* The user whose manager the group @path is below: of "…/user@UID.service/…" the UID, and *ret_length (may be NULL) is
 * how much of @path that directory is; UID_INVALID for the system manager's. The directory of "user@UID.service" itself
 * is the system manager's. */
uid_t manager_find(const char *path, size_t *ret_length);

static inline uid_t manager_of_path(const char *path) {
        return manager_find(path, NULL);
}

/* The name of the nearest unit at or above the group @path: the last part with a unit's suffix that is no group below
 * another unit, with the '_' taken off that systemd may put before it. *ret is freed by the caller, *ret_length (may be
 * NULL) is how much of @path is the unit's. -ENODATA: none. */
int unit_of_path(const char *path, char **ret, size_t *ret_length);

/* The slice that the group @path is in: the last of the unbroken row of slices, at the root or, @of_user, below the
 * group of a user's manager. *ret is freed by the caller. -ENXIO: it is below none. */
int slice_of_path(const char *path, bool of_user, char **ret);
