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

typedef enum WalkOrder {
        WALK_BEFORE, /* a group before those below it */
        WALK_AFTER,  /* behind them: for removing */
} WalkOrder;

/* Walks the subtree of @group, itself included, by descriptors: no more than its depth are open at once. A group that
 * vanishes meanwhile is passed over. */
int group_walk(int group, WalkOrder order, WalkFunction function, void *userdata);
