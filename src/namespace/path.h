/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Paths in a hierarchy as /proc/PID/cgroup prints them: from the root of the reader's cgroup namespace, "/" or "/a/b";
 * a group outside of it is "/../a", from the nearest group that is above both. */

#include "basic/macros.h"

/* How many steps lead up before the names begin. */
size_t cgroup_path_up(const char *path);

/* Whether @path is @top or below it. "/../.." is above all that lies fewer steps up. */
bool cgroup_path_is_within(const char *path, const char *top);

/* The path of the lowest group that is at or above both, "/" at the root. Freed by the caller; NULL: no memory. */
char *cgroup_path_common(const char *a, const char *b);

/* What remains of @path below @top, "/" for @top itself, in *ret, to be freed by the caller. -EXDEV: it is not within;
 * -ENODATA: it is, but which groups lie between them cannot be known, as the path begins below @top. */
int cgroup_path_below(const char *path, const char *top, char **ret);

/* @path, which is below @top, as it is called where @top is called so. Freed by the caller; NULL: no memory. */
char *cgroup_path_join(const char *top, const char *path);

/* What is called @path by a reader, as another one calls it, in whose namespace the group @known of the first is called
 * @known_there. *ret is freed by the caller. -ENODATA: it cannot be known from these, or they are no two names of one
 * group. */
int cgroup_path_translate(const char *known, const char *known_there, const char *path, char **ret);
