/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/options.h"

#include <assert.h>

#include "basic/log.h"
#include "basic/nearest.h"

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

/* What other tools call an option of ours. */
static const char *known_elsewhere(const char *name) {
        static const struct {
                const char *elsewhere, *ours;
        } names[] = {
                { "name", "unit" },            /* podman(1) */
                { "format", "json" },          /* podman(1) */
                { "legend", "noheadings" },    /* systemctl(1) */
                { "no-legend", "noheadings" }, /* systemctl(1) */
                { "force", "recursive" },      /* rm(1) */
                { "procs", "processes" },      /* the verb */
                { "user-id", "uid" },          /* enable */
                { "memory", "property" },      /* podman(1) and the like: MemoryMax= */
                { "cpus", "property" },        /* CPUQuota= */
                { "pids-limit", "property" },  /* TasksMax= */
        };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq(names[i].elsewhere, name))
                        return names[i].ours;

        return "";
}

static const char *nearest_name(const OptionParser *parser, const char *name) {
        const char *elsewhere = known_elsewhere(name);
        Nearest nearest = nearest_begin(name);

        OPTIONS_FOREACH(o, parser->table)
        if (o->help) {
                if (streq(o->name, elsewhere))
                        return o->name;
                nearest_offer(&nearest, o->name);
        }

        return nearest.name;
}

/* The word with the letter @c that is no option: getopt(3) goes on to the next word with the last letter of one. */
static const char *word_with_letter(int c, char *argv[]) {
        const char *word = argv[optind - 1];

        return word[0] == '-' && word[1] == c && !word[2] ? word : argv[optind];
}

/* "-9" and "-TERM", as kill(1) has them. */
static bool is_signal(const OptionParser *parser, const char *word) {
        size_t length = word && *word == '-' ? strspn(word + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") : 0;

        OPTIONS_FOREACH(o, parser->table)
        if (streq(o->name, "signal"))
                return length > 0 && !word[1 + length];

        return false;
}

static void report_letter(const OptionParser *parser, char *argv[]) {
        const char *word = word_with_letter(optopt, argv);

        if (is_signal(parser, word))
                log_error("unknown option '%s'; a signal is written --signal=%s", word, word + 1);
        else
                log_error("unknown option '-%c'; see %s --help", optopt, argv[0]);
}

static void report_unknown(const OptionParser *parser, const char *word, size_t length, char *argv[]) {
        const char *nearest;
        char name[64];

        (void) snprintf(name, sizeof(name), "%.*s", (int) length, word + 2);
        nearest = nearest_name(parser, name);
        if (nearest)
                log_error("unknown option '--%.*s', did you mean --%s?", (int) length, word + 2, nearest);
        else
                log_error("unknown option '--%.*s'; see %s --help", (int) length, word + 2, argv[0]);
}

/* Of an abbreviation that more than one option begins with. */
static void report_ambiguous(const OptionParser *parser, const char *word, size_t length, char *argv[]) {
        char names[512] = "", *end = names;

        OPTIONS_FOREACH(o, parser->table)
        if (strncmp(o->name, word + 2, length) == 0 && o->help)
                end += snprintf(end, sizeof(names) - (size_t) (end - names), "%s--%s", end > names ? ", " : "",
                                o->name);

        log_error("'--%.*s' may be any of %s; see %s --help", (int) length, word + 2, names, argv[0]);
}

/* Ours and not getopt's, which would show the word as it was typed: one that looks like an option may be a name that
 * somebody else chose, and the log escapes it. */
static void report_bad(const OptionParser *parser, int c, char *argv[]) {
        const Option *option = find_by_id(parser, optopt);
        const char *word = argv[optind - 1];
        size_t length = startswith(word, "--") ? strcspn(word + 2, "=") : 0;

        OPTIONS_FOREACH(o, parser->table)
        if (c == ':' && o->letter && o->letter == optopt)
                option = o;

        if (c == ':' && option)
                log_error("--%s needs a value, as --%s=%s; see %s --help", option->name, option->name, option->metavar,
                          argv[0]);
        else if (option)
                log_error("--%s takes no value; see %s --help", option->name, argv[0]);
        else if (optopt)
                report_letter(parser, argv);
        else if (is_ambiguous(parser, word + 2, length))
                report_ambiguous(parser, word, length, argv);
        else
                report_unknown(parser, word, length, argv);
}

/* The kernel would say of an empty path that there is no such file, and the message would not name any. */
static int check_value(const Option *option, char *argv[]) {
        const char *kind = option_value_kind(option) ?: "";

        if (!optarg || *optarg || !(streq(kind, "directory") || streq(kind, "file")))
                return 0;

        return log_refuse(-EINVAL, "--%s: the value is empty; see %s --help", option->name, argv[0]);
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

        return option && check_value(option, argv) < 0 ? '?' : c;
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
