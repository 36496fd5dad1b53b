/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From what a person types to an open directory and its boundary. A target is UNIT[/GROUP…], a unit and perhaps a group
 * below it; "." or ./GROUP…, from the boundary that the caller lives in; an absolute path under the cgroup2 mount; or
 * @PID, the group of a process. Everything is opened by openat2(2) beneath the hierarchy's own descriptor. */

#include <sys/types.h>

#include "basic/macros.h"

typedef enum TargetKind {
        TARGET_UNIT,
        TARGET_OWN,
        TARGET_PATH,
        TARGET_PROCESS,
} TargetKind;

typedef struct TargetName {
        TargetKind kind;
        char *unit; /* TARGET_UNIT: a full unit name */
        pid_t pid;  /* TARGET_PROCESS */
        char *rest; /* "a/b" below the unit or the boundary, "" for itself; TARGET_PATH: "/a/b" in the hierarchy */
} TargetName;

/* Reads what was typed; no system call. A group may have any name, for others make them, too: as it is, or as
 * escape_path() shows it. No part may be ".." or ".". -EINVAL with a clause in *ret_message (to be freed by the caller) that says what
 * is wrong. */
int target_name_parse(const char *text, TargetName *ret, char **ret_message);
void target_name_done(TargetName *name);

typedef struct Target {
        int root;     /* the hierarchy, borrowed */
        int fd;       /* the group itself; -EBADF: there is no such group (only with TARGET_MAY_BE_ABSENT) */
        int boundary; /* its boundary; -EBADF: none is marked at or above it */
        char *path;   /* of the group in the hierarchy, "/a/b" */
        size_t boundary_length; /* the first bytes of @path are the boundary's; 0: none, 1: the root */
} Target;

#define TARGET_INIT { .root = -EBADF, .fd = -EBADF, .boundary = -EBADF }

typedef enum TargetFlags {
        TARGET_MAY_BE_ABSENT = 1 << 0, /* to be created */
} TargetFlags;

/* Finds the group and opens it and its boundary. @uid: units are those of the user manager of this user, or with
 * UID_INVALID those of the system manager. -ENXIO: no such unit; -ENOENT: no such group; -ESRCH: no such process;
 * -ENODATA: "." and the caller is below no boundary. On failure nothing in *ret needs to be freed. */
int target_open(int root, const TargetName *name, uid_t uid, TargetFlags flags, Target *ret);
void target_done(Target *target);

/* Takes the group at the first @length bytes of the target's path as its boundary: somebody who knows said so. */
int target_set_boundary(Target *target, size_t length);

/* The part of the path below the boundary, without a leading '/'; "" for the boundary itself. Borrowed. */
const char *target_below(const Target *target);

static inline bool target_is_boundary(const Target *target) {
        return target->boundary_length > 0 && !target->path[target->boundary_length];
}

/* Whether the boundary is the root of the caller's cgroup namespace: what it is called outside cannot be seen. */
static inline bool target_begins_at_root(const Target *target) {
        return target->boundary_length == strlen("/");
}

/* Opens the group above a target that is below its boundary. *ret_name is the target's own name in it, borrowed from
 * the path. Returns the descriptor. */
int target_open_parent(const Target *target, const char **ret_name);

#define UID_INVALID ((uid_t) -1)

/* The user whose manager the group @path is below: of "…/user@UID.service/…" the UID; UID_INVALID for the system
 * manager's. The directory of "user@UID.service" itself is the system manager's. */
uid_t target_manager_of(const char *path);

/* The name of the nearest unit at or above the group @path: the last part with a unit's suffix that is no group below
 * another unit, with the '_' taken off that systemd may put before it. *ret is freed by the caller, *ret_length (may be
 * NULL) is how much of @path is the unit's. -ENODATA: none. */
int target_unit_of(const char *path, char **ret, size_t *ret_length);
