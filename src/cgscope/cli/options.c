/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/options.h"

#include <assert.h>

#include "basic/log.h"

/* The column at which the texts of --help begin. */
#define HELP_COLUMN 28

bool option_value_is_optional(const Option *option) {
        return option->metavar && option->metavar[0] == '[';
}

const char *option_value_kind(const Option *option) {
        static const struct {
                const char *metavar, *kind;
        } kinds[] = {
                { "[=CONTROLLERS]", "controllers" },
                { "[=FILE]", "file" },
                { "[=MODE]", "json" },
                { "COLUMNS", "columns" },
                { "DIR", "directory" },
                { "GROUP", "group" },
                { "HIERARCHY", "hierarchy" },
                { "KEY=VALUE", "setting" },
                { "NAME=VALUE", "property" },
                { "NAME[=VALUE]", "variable" },
                { "PATH", "directory" },
                { "SIGNAL", "signal" },
                { "SLICE", "slice" },
                { "UID", "user" },
                { "UNIT", "unit" },
                { "USER", "user" },
                { "WHERE", "where" },
        };

        for (size_t i = 0; option->metavar && i < ELEMENTSOF(kinds); i++)
                if (streq(option->metavar, kinds[i].metavar))
                        return kinds[i].kind;

        return option->metavar ? "text" : NULL;
}

void options_init(OptionParser *parser, const Option *table, bool in_order) {
        struct option *next = parser->longs;
        char *end = parser->shorts;

        *parser = (OptionParser) { .table = table };

        if (in_order)
                *end++ = '+';
        *end++ = ':'; /* a missing value is told from an unknown option */
        OPTIONS_FOREACH(o, table) {
                int has_value = !o->metavar                   ? no_argument
                                : option_value_is_optional(o) ? optional_argument
                                                              : required_argument;

                assert(next < parser->longs + OPTIONS_MAX);
                *next++ = (struct option) { o->name, has_value, NULL, o->id };
                if (o->letter)
                        *end++ = o->letter;
                if (o->letter && has_value == required_argument)
                        *end++ = ':';
        }
}

static const Option *find_by_id(const OptionParser *parser, int id) {
        OPTIONS_FOREACH(o, parser->table)
        if (o->id == id)
                return o;

        return NULL;
}

static bool is_ambiguous(const OptionParser *parser, const char *name, size_t length) {
        unsigned n = 0;

        OPTIONS_FOREACH(o, parser->table)
        n += strncmp(o->name, name, length) == 0;
        return n > 1;
}

/* getopt's own messages have the word as it was typed, and a word that looks like an option may be a name that somebody
 * else chose: ours go through the log, which escapes it. */
static void report_bad(const OptionParser *parser, int c, char *argv[]) {
        const Option *option = find_by_id(parser, optopt);
        const char *word = argv[optind - 1];
        int length = (int) strcspn(word, "=");

        if (c == ':' && option)
                log_error("option '--%s' requires an argument; see %s --help", option->name, argv[0]);
        else if (c == ':')
                log_error("option requires an argument -- '%c'; see %s --help", optopt, argv[0]);
        else if (option)
                log_error("option '--%s' doesn't allow an argument; see %s --help", option->name, argv[0]);
        else if (optopt)
                log_error("invalid option -- '%c'; see %s --help", optopt, argv[0]);
        else if (is_ambiguous(parser, word + strlen("--"), (size_t) length - strlen("--")))
                log_error("option '%.*s' is ambiguous; see %s --help", length, word, argv[0]);
        else
                log_error("unrecognized option '%.*s'; see %s --help", length, word, argv[0]);
}

int options_next(OptionParser *parser, int argc, char *argv[]) {
        const Option *option;
        int c;

        opterr = 0;
        c = getopt_long(argc, argv, parser->shorts, parser->longs, NULL);
        if (c == '?' || c == ':') {
                report_bad(parser, c, argv);
                return '?';
        }

        OPTIONS_FOREACH(o, parser->table)
        if (c > 0 && o->letter == c)
                c = o->id;

        option = find_by_id(parser, c);
        if (option && option->accepts && !optarg && optind < argc && option->accepts(argv[optind]))
                optarg = argv[optind++];

        return c;
}

void options_help(const Option *table) {
        OPTIONS_FOREACH(o, table) {
                const char *metavar = o->metavar ?: "";
                int width;

                if (!o->help)
                        continue;

                width = o->letter ? printf("  -%c --%s", o->letter, o->name) : printf("     --%s", o->name);
                width += printf("%s%s", *metavar && *metavar != '[' ? "=" : "", metavar);
                if (width >= HELP_COLUMN)
                        width = printf("\n") - 1;
                printf("%*s%s\n", HELP_COLUMN - width, "", o->help);
        }
}
