/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Command line options from one table, of which getopt's arrays and --help are both made, so that they cannot drift. */

#include <getopt.h>

#include "basic/macros.h"

#define OPTIONS_MAX 40

typedef struct Option {
        const char *name;
        char letter;         /* 0: no short one */
        const char *metavar; /* NULL: takes no value; "[=X]": takes one optionally */
        const char *help;    /* NULL: not shown */
        int id;              /* what options_next() returns */

        /* Of an optional value: whether the next word is one, which then counts as the value. */
        bool (*accepts)(const char *word);
} Option;

typedef struct OptionParser {
        struct option longs[OPTIONS_MAX + 1];
        char shorts[3 * OPTIONS_MAX + 3];
        const Option *table;
} OptionParser;

/* A table ends with a row without a name. */
#define OPTIONS_FOREACH(option, table) for (const Option *option = table; option->name; option++)

/* @in_order: options end at the first word that is none, as where a command follows. @table is borrowed. */
void options_init(OptionParser *parser, const Option *table, bool in_order);

/* The id of the next option, its value in optarg; -1 at the end (optind is the first word left); '?' for a bad one,
 * which has been said. */
int options_next(OptionParser *parser, int argc, char *argv[]);

/* Prints the options part of --help. */
void options_help(const Option *table);

/* What the value of @option is, by the name that --help has for it: "slice", "user", "text" where it is nothing known;
 * NULL where it takes none. */
const char *option_value_kind(const Option *option);
bool option_value_is_optional(const Option *option);
