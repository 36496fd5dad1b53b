/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For "did you mean": how far a name that was typed is from one that there is. */

#include "basic/macros.h"

/* How many letters have to be put in, left out, replaced or swapped with their neighbour to make @b of @a, not minding
 * their case (the optimal string alignment distance). SIZE_MAX: one is too long to be compared. */
size_t nearest_distance(const char *a, const char *b);

/* The nearest of many: begun with what was typed, then each name there is is offered; name is NULL where a third of the
 * letters would be wrong in all of them, for that is another word. */
typedef struct Nearest {
        const char *typed; /* borrowed, as name is */
        const char *name;
        size_t distance; /* of name, or what a name must be below */
} Nearest;

Nearest nearest_begin(const char *typed);
void nearest_offer(Nearest *nearest, const char *name);
