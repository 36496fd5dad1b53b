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

/* An open group and the boundary that it is at or below. */
typedef struct Boundary {
        int root;      /* the hierarchy */
        int fd;        /* the group; -EBADF: it is not there */
        int top;       /* the boundary; -EBADF: none is marked at or above the group */
        char *path;    /* of the group in the hierarchy, "/a/b" */
        size_t length; /* its first bytes are the boundary's path; 0: none; 1: the root */
} Boundary;

#define BOUNDARY_INIT \
        { .root = -EBADF, .fd = -EBADF, .top = -EBADF }

/* Opens the group at @path of @boundary, whose root is open, and the nearest marked group at or above it; where length
 * is set, that part is known to be a boundary, and there may be a nearer one. The directory of a user manager
 * ("user@UID.service") belongs to that manager and is never a boundary, nor is anything above it; nor is a manager's
 * "init.scope". The root of a namespace ("/") can be one, but not where a manager has its units in it. -ENOENT: there
 * is no such group, and it may not be absent. */
int boundary_open(Boundary *boundary, bool may_be_absent);
void boundary_done(Boundary *boundary);

/* Takes the group at the first @length bytes of the path as the boundary: somebody who knows said so. */
int boundary_set(Boundary *boundary, size_t length);

/* The part of the path below the boundary, without a leading '/'; "" for the boundary itself. Borrowed. */
const char *boundary_below(const Boundary *boundary);

/* The path of the boundary itself, as a copy. */
char *boundary_path(const Boundary *boundary);

/* Opens the group above one that is below its boundary. *ret_name is its own name in that, borrowed from the path.
 * Returns the descriptor. */
int boundary_open_parent(const Boundary *boundary, const char **ret_name);

/* Whether the group is the boundary itself. */
static inline bool boundary_is_top(const Boundary *boundary) {
        return boundary->length > 0 && !boundary->path[boundary->length];
}

/* Whether the boundary is the root of the caller's cgroup namespace: what it is called outside cannot be seen. */
static inline bool boundary_begins_at_root(const Boundary *boundary) {
        return boundary->length == strlen("/");
}

/* The path of the nearest marked group at or above @path, which has to be there (else -ENOENT). *ret is freed by the
 * caller. -ENODATA: there is none. */
int boundary_find(int root, const char *path, char **ret);

/* What a boundary is called in a message: the last part of its path, "/" for the root of a namespace. Borrowed. */
const char *boundary_title(const char *path);
