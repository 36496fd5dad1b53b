/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The delegation boundary: the directory of the nearest unit that has Delegate=. PID 1 marks such directories
 * ("user.delegate"), a user manager marks none, so cgscope marks the scopes that it makes. The marks are a guard rail
 * and a shortcut; the security is the kernel's permissions. */

#include "basic/macros.h"

/* The extended attributes, value "1": PID 1's (systemd.io/CGROUP_DELEGATION) and ours. */
#define BOUNDARY_MARK_MANAGER "user.delegate"
#define BOUNDARY_MARK_CGSCOPE "user.cgscope.delegate"

/* On a group that cgscope lets a namespace begin at though it is no boundary: for those inside it is one. */
#define BOUNDARY_MARK_NAMESPACE "user.cgscope.namespace"

/* Whether the group @fd is marked as a boundary, by either. */
bool boundary_is_marked(int fd);

/* Whether PID 1 itself says of the group @fd that it is the delegated directory of a unit. */
bool boundary_is_marked_by_manager(int fd);

/* Puts our mark on the group @fd. Its owner may; -EOPNOTSUPP where the kernel keeps no attributes there. */
int boundary_mark(int fd);

/* Likewise the mark for who is in a namespace that begins there. */
int boundary_mark_namespace(int fd);

/* Opens the nearest marked group at or above @path beneath @root, where that is below the first @top bytes of @path.
 * @group is the one at @path, borrowed; negative: it is not there, and others at the end of @path that are not there are
 * passed over, too. The directory of a user manager ("user@UID.service") belongs to that manager and is never a
 * boundary, nor is anything above it; nor is a manager's "init.scope". The root of a namespace ("/", of length 1) can be
 * one, but not where a manager has its units in it. Returns the descriptor, *ret_length is how much of @path it is;
 * -ENODATA: there is none. */
int boundary_open(int root, const char *path, int group, size_t top, size_t *ret_length);

/* What a boundary is called in a message: the last part of its path, "/" for the root of a namespace. Borrowed. */
const char *boundary_title(const char *path);

/* The path of the nearest marked group at or above @path, which has to be there (else -ENOENT). *ret is freed by the
 * caller. */
int boundary_find(int root, const char *path, char **ret);
