/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From what a person types to an open directory and its boundary. A target is UNIT[/GROUP…], a unit and perhaps a group
 * below it; "." or ./GROUP…, from the boundary that the caller lives in; an absolute path under the cgroup2 mount; or
 * @PID, the group of a process. Everything is opened by openat2(2) beneath the hierarchy's own descriptor. */

#include <sys/types.h>

#include "basic/trouble.h"
#include "cgroup/boundary.h"

typedef enum TargetKind {
        TARGET_UNIT,
        TARGET_OWN,
        TARGET_PATH,
        TARGET_PROCESS,
} TargetKind;

typedef struct TargetName {
        TargetKind kind;
        char *unit;     /* TARGET_UNIT: a full unit name */
        bool completed; /* that had no suffix */
        pid_t pid;      /* TARGET_PROCESS */
        char *rest;     /* "a/b" below the unit or the boundary, "" for itself; TARGET_PATH: "/a/b" in the hierarchy */
} TargetName;

/* Reads what was typed; no system call. A group may have any name, for others make them, too: as it is, or as
 * escape_path() shows it. No part may be ".." or ".". -EINVAL with a clause in *trouble that says what
 * is wrong. */
int target_name_parse(const char *text, TargetName *ret, Trouble *trouble);
void target_name_done(TargetName *name);

/* The same for @rest, the part of @text that names groups, as "/a/b", "" for none. *ret is freed by the caller. */
int target_rest_parse(const char *text, const char *rest, char **ret, Trouble *trouble);

/* Finds the group and opens it and its boundary in *@ret, whose root is open. @uid: units are those of the user manager
 * of this user, or with UID_INVALID those of the system manager. @may_be_absent: the group is to be created. -ENXIO: no
 * such unit; -ENOENT: no such group; -ESRCH: no such process; -ENODATA: "." and the caller is below no boundary. */
int target_open(Boundary *ret, const TargetName *name, uid_t uid, bool may_be_absent);
