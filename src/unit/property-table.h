/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All settings, a row each. For the property*.c files only. */

#include "unit/property-parse.h"

typedef enum PropertyFlags {
        /* The setting by itself brings no controller: it matters beside another one, or to groups further down. */
        PROPERTY_PASSIVE = 1 << 0,
        /* The default that an empty text resets to is 0 and not "infinity": protections. */
        PROPERTY_RESET_TO_ZERO = 1 << 1,
        /* An empty text is a value. */
        PROPERTY_MAY_BE_EMPTY = 1 << 2,
        /* Enforced by BPF, for which the manager needs privileges. */
        PROPERTY_PRIVILEGED = 1 << 3,
        /* "no" asks for something, and "yes" is what is so without it. */
        PROPERTY_ASKS_BY_NO = 1 << 4,
} PropertyFlags;

struct PropertyInfo {
        const char *name;
        const char *bus_name;
        const char *scale_name;     /* the D-Bus name of the value as a percentage, NULL where it takes none */
        const char *file;
        const char *unseen;         /* why it cannot be seen in force */
        PropertyParse *parse;
        const char *const *choices; /* the words it takes, ends with NULL */
        const char *examples;       /* for the message about what is no value of this kind */
        uint64_t min, max;          /* where the value is a number */
        Controller controller;
        PropertyFlags flags;
        PropertySight sight;
};

extern const PropertyInfo property_table[];
extern const size_t property_table_size;

/* The option of cgscope's that sets what @name would, NULL where none does. */
const char *property_option(const char *name);
