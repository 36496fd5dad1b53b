/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rules as they are looked at one after the other. Each adds its finding and fails for lack of memory alone. */

#include "move/move-rule.h"

typedef struct Examination {
        const ContainmentQuestion *question;
        Containment *result;
        char *source;   /* the path of the process's group below the mount's root; NULL: not within, or not known */
        char *ancestor; /* of the nearest common ancestor, likewise */
} Examination;

int containment_add(Containment *containment, ContainmentRule rule, ContainmentResult result, int error,
                    const char *format, ...) _printf_(5, 6);

/* containment-access.c: permissions. */
int containment_look_at_target(const Examination *examination);
int containment_look_at_owner(const Examination *examination);
int containment_look_at_ancestor(const Examination *examination);

/* containment-v2.c */
int containment_look_at_namespace(const Examination *examination);
int containment_look_at_domain(const Examination *examination);
int containment_look_at_inner(const Examination *examination);

/* containment-controllers.c: what controllers refuse. */
int containment_look_at_cpuset(const Examination *examination);
int containment_look_at_realtime(const Examination *examination);

/* containment-notes.c */
int containment_note_all(const Examination *examination);

/* "a/b/cgroup.procs", the file @name of the group "/a/b", for use beneath the mount's root. Freed by the caller; NULL:
 * no memory. */
char *containment_file(const char *group, const char *name);

/* Reads that file, -ENOENT, -EACCES, …, the words in it divided by single blanks. Returns their length. */
ssize_t containment_read(const Examination *examination, const char *group, const char *name, char *buffer, size_t size);

/* What to call the target in a clause: its path is long, and whoever asks is told it once. */
#define CONTAINMENT_THE_TARGET "the target"

/* Whether the mover may write cgroup.procs of the group @path below the mount's root, which the clause in *ret_found (to
 * be freed by the caller) calls @title. Returns 0, -EACCES, or another errno without a clause: it cannot be known. */
int containment_access(const Examination *examination, const char *path, const char *title, char **ret_found);
