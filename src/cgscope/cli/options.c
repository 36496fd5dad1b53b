/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/options.h"

#include "basic/log.h"

/* The column at which the texts of --help begin, and the ids of options without a letter. */
#define HELP_COLUMN 28

static int argument_kind(const Option *option) {
        return !option->metavar ? no_argument : option->metavar[0] == '[' ? optional_argument : required_argument;
}

void options_init(OptionParser *parser, const Option *table, size_t n_table, bool in_order) {
        char *end = parser->shorts;

        *parser = (OptionParser) { .table = table, .n_table = n_table };

        if (in_order)
                *end++ = '+';
        *end++ = ':'; /* a missing value is told from an unknown option */
        for (size_t i = 0; i < n_table && i < OPTIONS_MAX; i++) {
                int kind = argument_kind(table + i);

                parser->longs[i] = (struct option) { table[i].name, kind, NULL, table[i].id };
                if (table[i].letter) {
                        *end++ = table[i].letter;
                        if (kind == required_argument)
                                *end++ = ':';
                }
        }
}

static const Option *find_by_id(const OptionParser *parser, int id) {
        for (size_t i = 0; i < parser->n_table; i++)
                if (parser->table[i].id == id)
                        return parser->table + i;

        return NULL;
}

static bool is_ambiguous(const OptionParser *parser, const char *name, size_t length) {
        unsigned n = 0;

        for (size_t i = 0; i < parser->n_table; i++)
                n += strncmp(parser->table[i].name, name, length) == 0;
        return n > 1;
}

/* In our own words, as getopt prints what was typed as it is, and what looks like an option may be a name that somebody
 * else chose. */
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
        int c;

        opterr = 0;
        c = getopt_long(argc, argv, parser->shorts, parser->longs, NULL);
        if (c == '?' || c == ':') {
                report_bad(parser, c, argv);
                return '?';
        }

        for (size_t i = 0; c > 0 && i < parser->n_table; i++)
                if (parser->table[i].letter == c)
                        return parser->table[i].id;

        return c;
}

void options_help(const Option *table, size_t n_table) {
        for (size_t i = 0; i < n_table; i++) {
                const Option *o = table + i;
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
