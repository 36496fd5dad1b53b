/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Making a group with its limits, as `create` and `exec --create` do: all of it, or nothing is left of it. What is
 * wrong is said, with the remedy. */

#include <signal.h>

#include "cgroup/attribute.h"
#include "cgroup/division.h"
#include "cgscope/cli/aim.h"

typedef struct Divide {
        Division division;
        const char *evacuate; /* the leaf that processes in the way are moved into; NULL: they are not. Borrowed */
        int evacuated;        /* the group they were in; -EBADF: none */
        bool leaf_made;
        const sigset_t *before; /* borrowed from who holds signals back (interrupt_hold()): they end the waiting */
} Divide;

#define DIVIDE_INIT \
        { .division = DIVISION_INIT, .evacuated = -EBADF }

/* Makes the group that @aim names, hands on to it the controllers that @attributes need, and sets them. @parents: those
 * above it, too, and it may be there already. */
int divide_make(Divide *divide, Aim *aim, const AttributeList *attributes, bool parents);

/* Undoes it, where something later fails. */
void divide_undo(Divide *divide);
void divide_done(Divide *divide);

/* "KEY=VALUE" words to attributes; says which is wrong. */
int divide_parse(char *const words[], AttributeList *ret);

/* Sets @attributes of the group that @aim is; says what is wrong, and where a controller that is missing stops. */
int divide_apply(const Aim *aim, const AttributeList *attributes);
