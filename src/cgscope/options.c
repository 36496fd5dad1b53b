/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

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

int options_next(OptionParser *parser, int argc, char *argv[]) {
        int c = getopt_long(argc, argv, parser->shorts, parser->longs, NULL);

        for (size_t i = 0; c > 0 && c != '?' && i < parser->n_table; i++)
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
