/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where a controller stops on its way from the root of the hierarchy to a group. */

#include "basic/macros.h"
#include "unit/controller.h"

/* Finds the group that does not hand @controller on, on the way from @root down to the group @path: the last one whose
 * `cgroup.controllers` lists it. *ret_path (to be freed by the caller) is its path, "/" for the root, and *ret_next the
 * one below that goes without; both are NULL where even the root has no such controller: the kernel lacks it, or a v1
 * hierarchy holds it. -ENODATA: it does reach @path. */
int controller_find_stop(int root, const char *path, Controller controller, char **ret_path, char **ret_next);
