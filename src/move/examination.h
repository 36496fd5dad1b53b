/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A question whether a process may be moved, while the rules are looked at one after the other. */

#include "move/migrant.h"
#include "move/move-finding.h"
#include "move/mover.h"
#include "proc/mountinfo.h"

typedef struct MoveQuestion {
        int root;                 /* the mount of the hierarchy, O_PATH will do */
        const CgroupMount *mount; /* what /proc/self/mountinfo says of it */
        const Migrant *process;
        const char *target; /* the path of the target below @root */
        const Mover *mover;
        bool compare; /* add what the other version's rule would be */
} MoveQuestion;

typedef struct Examination {
        const MoveQuestion *question;
        MoveFindings *result;
        MoveRule rule;  /* that is being looked at */
        char *source;   /* the path of the process's group below the mount's root; NULL: not within, or not known */
        char *ancestor; /* of the nearest common ancestor, likewise */
} Examination;

/* Finds out where the groups are. */
int examination_open(Examination *examination, const MoveQuestion *question, MoveFindings *result);
void examination_done(Examination *examination);

/* Shortens the path of a group, which is not "/", to that of the group above it. */
void examination_go_up(char *path);

/* "a/b/cgroup.procs", the file @name of the group "/a/b", for use beneath the mount's root. Freed by the caller; NULL:
 * no memory. */
char *examination_file(const char *group, const char *name);

/* Reads that file, -ENOENT, -EACCES, …, the words in it divided by single blanks. Returns their length. */
ssize_t examination_read(const Examination *examination, const char *group, const char *name, char *buffer,
                         size_t size);
