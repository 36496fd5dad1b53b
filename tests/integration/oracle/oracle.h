/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The oracle: does the kernel do what move/move-rule.h says? It makes trees of groups at random, puts processes of
 * several kinds into them, has somebody move a process somewhere, and compares the kernel's answer with the prediction
 * that was asked for before. Everything follows from the seed. */

#include <limits.h>
#include <sys/types.h>

#include "basic/macros.h"
#include "move/move-rule.h"

/* --- chance --- */

void chance_seed(uint64_t seed);

/* A number below @n. */
unsigned chance(unsigned n);

static inline bool percent(unsigned n) {
        return chance(100) < n;
}

/* --- whoever takes part; no user or group of these needs to exist --- */

#define UID_ALICE 61001
#define UID_BOB 61002
#define UID_OTHER 61003
#define GID_SHARED 61010

_noreturn_ void die(const char *what, const char *name);

/* --- hierarchy.c --- */

typedef struct Hierarchy {
        int root; /* its mount */
        CgroupMount *mount;
        CgroupMounts mounts;
        bool own_mount;    /* made by us, to be taken away */
        char *controllers; /* v2: those that groups right below the root have; "" for v1 */
} Hierarchy;

/* @name as cgscope's --hierarchy takes it. "new" mounts a v1 hierarchy without controllers, and where that is not
 * allowed an existing one without. Returns false, with the reason in words, where there is none. */
bool hierarchy_open(Hierarchy *hierarchy, const char *name);
void hierarchy_done(Hierarchy *hierarchy);

/* Whether namespaces are boundaries (nsdelegate); only the initial cgroup namespace may say so. Returns whether it is
 * so now. */
bool hierarchy_set_nsdelegate(Hierarchy *hierarchy, bool on);

/* --- tree.c --- */

#define GROUPS_MAX 40

typedef struct Tree {
        const Hierarchy *hierarchy;
        char base[64];            /* "/cgscope-oracle-RANDOM" */
        int lock;                 /* its directory, locked for as long as it is used */
        char *groups[GROUPS_MAX]; /* paths, the base first */
        unsigned n_groups;
        uid_t owner; /* of most of them */
} Tree;

/* Where those are who only wait: a group of the tree that nobody may be moved out of. */
#define TREE_HOME "/home"

void tree_make(Tree *tree, const Hierarchy *hierarchy);
void tree_remove(Tree *tree);

/* Freezes some of the groups: when all have begun to live that should. */
void tree_freeze(const Tree *tree);

/* Takes away what earlier runs left that were killed. */
void tree_remove_stale(const Hierarchy *hierarchy);

/* Writes @text into the file @name of the group. Returns 0 or a negative errno. */
int tree_write(const Hierarchy *hierarchy, const char *group, const char *name, const char *text);
int tree_put(const Hierarchy *hierarchy, const char *group, pid_t pid);

/* --- migrants.c: those who are moved --- */

#define MIGRANTS_MAX 32

typedef struct Subject {
        pid_t pid;
        int pidfd;
        const char *kind;
        bool borrowed; /* a kernel thread: to be put back */
} Subject;

typedef struct Subjects {
        Subject subjects[MIGRANTS_MAX];
        unsigned n;
} Subjects;

void subjects_make(Subjects *subjects, const Tree *tree);
void subjects_end(Subjects *subjects, const Hierarchy *hierarchy);

/* --- movers.c: those who move --- */

#define MOVERS_MAX 16
#define LINE_MAX_ORACLE 512

typedef struct Actor {
        pid_t pid;
        int socket;
        char title[64];
        char namespace[256]; /* the root of its cgroup namespace */
        Mover mover;
} Actor;

typedef struct Actors {
        Actor actors[MOVERS_MAX];
        unsigned n;
} Actors;

void actors_make(Actors *actors, const Tree *tree);
void actors_end(Actors *actors);

/* Has the actor write @pid into cgroup.procs of @group. Returns 0 or the negative errno of open(2) or write(2). */
int actor_move(const Actor *actor, const char *group, pid_t pid);

/* Has the actor run cgscope, whose arguments end with NULL. Returns the exit status; the first line of its output is in
 * @line. */
int actor_run(const Actor *actor, char *const argv[], char line[static LINE_MAX_ORACLE]);
