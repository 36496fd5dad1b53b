/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The settings of a group in both vocabularies: systemd's names and units of measure, from the table that the managers'
 * encoder uses, and the kernel's files with their own syntax. */

#include "basic/trouble.h"
#include "unit/controller.h"
#include "unit/property.h"

/* One assignment. Owned. */
typedef struct Attribute {
        char *key;                     /* as typed: "MemoryMax" or "memory.max" */
        const PropertyValue *property; /* of the list below; NULL: a file of the kernel's */
        char *file;                    /* the file that is written; for messages */
        char *value;                   /* a file of the kernel's: what is written */
        Controller controller;         /* that has to be there; _CONTROLLER_INVALID: none */
} Attribute;

typedef struct AttributeList {
        Attribute *items;
        size_t n_items;
        PropertyList properties;
} AttributeList;

/* Parses "KEY=VALUE", a property's name or a file's ("memory.max"), and appends it. Does not look at any group. On
 * failure nothing is appended and *trouble says what is wrong, in one clause with the range where there is one:
 * -ENOENT unknown key, with the nearest known one; -EOPNOTSUPP a setting that only a manager has (RuntimeMaxSec) or
 * that a verb does (cgroup.procs: move); -EROFS read-only; -EINVAL, -ERANGE, -ENOMEM. */
int attribute_list_add(AttributeList *list, const char *assignment, Trouble *trouble);
void attribute_list_done(AttributeList *list);

/* The controllers that the assignments live in. */
ControllerMask attribute_list_controllers(const AttributeList *list);

/* Writes all assignments to the group, in order; each whole or not at all. When one fails, those before it are taken
 * back to what the files said before; likewise when a set of processors or a partition was taken and is not in force.
 * *ret_failed (may be NULL) is the one that failed, borrowed; *trouble (may
 * stay NULL) a clause that says more than the errno does: the range, the devices. */
int attribute_list_apply(const AttributeList *list, int group, const Attribute **ret_failed, Trouble *trouble);
