/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parsers of what settings are set to. For the property*.c files only. */

#include "basic/trouble.h"
#include "unit/property.h"

/* Parses @text for @info into @ret, whose info and bus_name are set already: sets the signature and the member for it,
 * and replaces the bus_name where the form of the value asks for another. On failure *trouble as
 * property_refuse() makes it, and nothing is left to free in @ret. */
typedef int PropertyParse(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble);

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
