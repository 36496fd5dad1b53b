/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The groups below a group. */

#include "basic/macros.h"

/* The names of the groups right below @group, sorted by name, in one allocation that the caller frees with free().
 * *ret_names ends with NULL. */
int group_children(int group, char ***ret_names, size_t *ret_n);

/* What is called for each group of a subtree: @fd is the group, borrowed, @path its path from the top ("" for the top
 * itself, "a/b"), borrowed; @depth is 0 for the top. A negative result ends the walk and is returned; 1 does not
 * descend any further (WALK_BEFORE only). */
typedef int (*WalkFunction)(int fd, const char *path, unsigned depth, void *userdata);

/* Called with the path of each group below the top before it is opened. 1; 0: it is not opened at all; a negative
 * result ends the walk and is returned. */
typedef int (*WalkFilter)(const char *path, void *userdata);

typedef enum WalkOrder {
        WALK_BEFORE, /* a group before those below it */
        WALK_AFTER,  /* behind them: for removing */
} WalkOrder;

/* The groups that could not be looked into: others may forbid it, and mount something there. */
typedef struct WalkSkipped {
        char *first; /* its path; NULL: none, or no memory for it */
        int error;   /* why that */
        size_t n;
} WalkSkipped;

void walk_skipped_done(WalkSkipped *skipped);

typedef struct Walk {
        WalkOrder order;
        WalkFunction function;
        WalkFilter filter; /* NULL: all are looked at */
        void *userdata;
        const char *path;     /* of the top: paths begin with it; NULL: "" */
        WalkSkipped *skipped; /* where they are noted; NULL: nowhere */
} Walk;

/* Walks the subtree of @group, itself included, by descriptors, of which a dozen are open at once however deep it is. A
 * group that vanishes meanwhile is passed over. One below the top that cannot be opened or listed, or of which the
 * function says -EACCES, is noted, and the walk goes on. Returns how many those were. */
int group_walk_all(int group, const Walk *walk);

static inline int group_walk(int group, WalkOrder order, WalkFunction function, void *userdata) {
        return group_walk_all(group, &(const Walk) { .order = order, .function = function, .userdata = userdata });
}
