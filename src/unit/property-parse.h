/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A row of the table of settings, and the parsers of what they are set to. For the property*.c files only. */

#include "basic/trouble.h"
#include "unit/property-value.h"

/* Parses @text for @info into @ret, which is empty but for info and bus_name: sets the kind and the member for it,
 * and replaces the bus_name where the form of the value asks for another. On failure *trouble as
 * property_refuse() makes it; the caller frees @ret then, too. */
typedef int PropertyParse(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble);

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
        const char *scale_name; /* the D-Bus name of the value as a percentage, NULL where it takes none */
        const char *file;
        const char *unseen; /* why it cannot be seen in force */
        PropertyParse *parse;
        const char *const *choices; /* the words it takes, ends with NULL */
        const char *examples;       /* for the message about what is no value of this kind */
        uint64_t min, max;          /* where the value is a number */
        Controller controller;
        PropertyFlags flags;
        PropertySight sight;
};

/* One value */
PropertyParse property_parse_yes_no, property_parse_choice, property_parse_watch, property_parse_path,
        property_parse_weight, property_parse_bytes, property_parse_tasks, property_parse_quota,
        property_parse_fraction, property_parse_time, property_parse_signal, property_parse_mask;

/* property-parse-list.c: lists of words */
PropertyParse property_parse_units, property_parse_urls, property_parse_paths, property_parse_controllers;

/* property-parse-device.c: a path and what goes with it */
PropertyParse property_parse_device_weight, property_parse_device_limit, property_parse_device_latency,
        property_parse_device_access, property_parse_program;

/* property-parse-network.c */
PropertyParse property_parse_addresses, property_parse_bind_rule, property_parse_nft_sets, property_parse_interfaces;

/* Sets @trouble (which may be NULL) to "NAME: …" and returns @error; -ENOMEM where there is no memory. */
#define property_refuse(info, error, trouble, format, ...) \
        trouble_set((trouble), (error), "%s: " format, (info)->name, ##__VA_ARGS__)

void property_value_done(PropertyValue *value);

void property_strings_free(char **strings);

static inline void property_strings_freep(char ***strings) {
        property_strings_free(*strings);
}

#define _cleanup_strings_ _cleanup_(property_strings_freep)

/* The words of @text as a list, quotes taken off; each must be @valid (may be NULL), else it "is no @noun". */
int property_parse_words(const PropertyInfo *info, const char *text, bool (*valid)(const char *word), const char *noun,
                         char ***ret, Trouble *trouble);

/* @path is absolute, without "//", "/./" and "/../" in it and without a '/' at its end: what the manager takes. */
bool property_path_is_valid(const char *path);
