/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "cgroup/attribute-file.h"
#include "cgscope/verbs.h"
#include "unit/property.h"

/* fill SHELL TEMPLATE…: the completions for a shell (bash, zsh, fish): its template, with what the program's own
 * tables know in the place of the line "# @TABLES@", and the next template in that of "# @INCLUDE@". Runs where it is
 * built. */

static bool is_bash, is_fish;

/* Within single quotes, with a backslash before what means something to _arguments and _describe. */
static void put_quoted(const char *text) {
        bool is_zsh = !is_bash && !is_fish;

        for (const char *p = text; *p; p++)
                if (*p == '\'')
                        fputs("'\\''", stdout);
                else
                        printf("%s%c", is_zsh && strchr("[]:\\", *p) ? "\\" : "", *p);
}

static void begin_list(const char *name) {
        printf(is_fish ? "set -g __cgscope_%s" : "    %s=(", name);
}

static void end_list(void) {
        puts(is_fish ? "" : ")");
}

/* @list is what it belongs to: all are properties, those that a group has keys, those whose values are units
 * dependencies. */
static void put_property(const char *name, void *list) {
        const PropertyInfo *info = property_find(name);

        if (streq(list, "properties") || (streq(list, "keys") && property_info_file(info)) ||
            (streq(list, "dependencies") && property_info_takes_units(info)))
                printf(" %s", name);
}

static void put_properties(const char *list) {
        begin_list(list);
        property_foreach(put_property, (char *) list);
        end_list();
}

static void put_controllers(const char *name, ControllerMask mask) {
        char text[CONTROLLER_MASK_TEXT_MAX];

        begin_list(name);
        printf(" %s", controller_mask_format(mask, ' ', text));
        end_list();
}

/* A pattern is for the template to compare with, and no shell's to expand here. */
static void put_file(const char *name, void *userdata) {
        (void) userdata;
        printf(" '%s'", name);
}

/* Verbs that only look. */
static void put_looking(void) {
        begin_list("looking");
        for (size_t i = 0; verbs[i]; i++)
                if (!verbs[i]->changes)
                        printf(" %s", verbs[i]->name);
        end_list();
}

static void put_columns(const Verb *verb) {
        for (const TableColumn *c = verb->columns; c && c->heading; c++)
                if (c->field)
                        printf(" %s", c->heading);
}

static bool is_repeated(const Verb *verb, size_t word) {
        return verb->most == VERB_ANY && (word + 1 == VERB_WORDS_MAX || !verb->words[word + 1]);
}

static void bash_verb(const Verb *verb) {
        printf("        %s)\n            options=(", verb->name);
        OPTIONS_FOREACH(o, verb->options) {
                const char *kind = option_value_kind(o);

                if (!o->help)
                        continue;
                printf(" '--%s%s%s'", o->name, !kind ? "" : option_value_is_optional(o) ? "?" : "==", kind ?: "");
                if (o->letter)
                        printf(" -%c%s%s", o->letter, kind ? "=" : "", kind ?: "");
        }
        printf(")\n            columns=(");
        put_columns(verb);
        printf(")\n            kinds=(");
        for (size_t i = 0; i < VERB_WORDS_MAX && verb->words[i]; i++)
                printf("%s%s", is_repeated(verb, i) ? ") more=" : " ", verb->words[i]);
        puts(verb->most == VERB_ANY ? "\n            ;;" : ")\n            ;;");
}

static bool has_option(const Verb *verb, const char *name) {
        OPTIONS_FOREACH(o, verb->options)
        if (streq(o->name, name))
                return true;

        return false;
}

/* The option that @option excludes: --no-X and --X, --system and --user. "": none. */
static const char *opposite(const Verb *verb, const Option *option, char *text, size_t size) {
        const char *positive = startswith(option->name, "no-");

        (void) snprintf(text, size, "%s%s", positive ? "" : "no-", positive ?: option->name);
        if (streq(option->name, "system"))
                (void) snprintf(text, size, "user");
        else if (streq(option->name, "user"))
                (void) snprintf(text, size, "system");
        return has_option(verb, text) ? text : "";
}

static void zsh_option(const Verb *verb, const Option *option, const char *spelling) {
        const char *kind = option_value_kind(option);
        char text[64];
        const char *other = opposite(verb, option, text, sizeof(text));

        printf("            '");
        if (streq(option->name, "help") || streq(option->name, "version"))
                printf("(- *)");
        else if (strstr(option->help, "(repeatable)"))
                printf("*");
        else if (option->letter)
                printf("(-%c --%s)", option->letter, option->name);
        else if (*other)
                printf("(--%s)", other);

        printf("%s[", spelling);
        put_quoted(option->help);
        printf("]");
        if (kind)
                printf("%s:%s:_cgscope_value %s", option_value_is_optional(option) ? ":" : "", kind, kind);
        puts("'");
}

static void zsh_verb(const Verb *verb) {
        printf("        %s)\n            columns=(", verb->name);
        put_columns(verb);
        printf(")\n            specs=(\n");
        OPTIONS_FOREACH(o, verb->options) {
                char spelling[64];
                const char *kind = option_value_kind(o);

                if (!o->help)
                        continue;
                (void) snprintf(spelling, sizeof(spelling), "--%s%s", o->name,
                                !kind                         ? ""
                                : option_value_is_optional(o) ? "=-"
                                                              : "=");
                zsh_option(verb, o, spelling);
                if (!o->letter)
                        continue;
                (void) snprintf(spelling, sizeof(spelling), "-%c%s", o->letter, kind ? "+" : "");
                zsh_option(verb, o, spelling);
        }
        for (size_t i = 0; i < VERB_WORDS_MAX && verb->words[i]; i++) {
                if (streq(verb->words[i], "command"))
                        puts("            '(-):command: _command_names -e' '*::arguments:_normal'");
                else
                        printf("            '%s:%s:_cgscope_value %s'\n", is_repeated(verb, i) ? "*" : "",
                               verb->words[i], verb->words[i]);
        }
        puts("            )\n            ;;");
}

static void fish_verb(const Verb *verb) {
        printf("complete -c cgscope -n '__cgscope_in \"\"' -a %s -d '", verb->name);
        put_quoted(verb->summary);
        puts("'");

        OPTIONS_FOREACH(o, verb->options) {
                const char *kind = option_value_kind(o);

                if (!o->help)
                        continue;
                printf("complete -c cgscope -n '__cgscope_in %s' -l %s", verb->name, o->name);
                if (o->letter)
                        printf(" -s %c", o->letter);
                if (kind)
                        printf(" %s -a '(__cgscope_value %s)'", option_value_is_optional(o) ? "-f" : "-x", kind);
                printf(" -d '");
                put_quoted(o->help);
                puts("'");
                if (kind && !option_value_is_optional(o)) {
                        printf("set -ga __cgscope_valued %s:--%s\n", verb->name, o->name);
                        if (o->letter)
                                printf("set -ga __cgscope_valued %s:-%c\n", verb->name, o->letter);
                }
        }

        if (has_option(verb, "delegate"))
                printf("complete -c cgscope -n '__cgscope_in %s delegate' -a '(__cgscope_value controllers)'\n",
                       verb->name);
        for (size_t i = 0; i < VERB_WORDS_MAX && verb->words[i]; i++) {
                printf("complete -c cgscope -n '__cgscope_in %s ", verb->name);
                if (streq(verb->words[i], "command"))
                        printf("command");
                else
                        printf("%zu%s", i + 1, is_repeated(verb, i) ? "+" : "");
                printf("' -a '(__cgscope_value %s)'\n", verb->words[i]);
        }
        if (verb->columns) {
                printf("set -g __cgscope_columns_%s", verb->name);
                put_columns(verb);
                puts("");
        }
}

static void put_tables(void) {
        if (!is_fish)
                puts("_cgscope_tables() {");

        begin_list("verbs");
        for (size_t i = 0; verbs[i]; i++) {
                printf(is_bash || is_fish ? " %s" : " '%s:", verbs[i]->name);
                if (!is_bash && !is_fish) {
                        put_quoted(verbs[i]->summary);
                        printf("'");
                }
        }
        end_list();
        put_controllers("controllers", CONTROLLER_MASK_ALL);
        put_controllers("managed", CONTROLLER_MASK_MANAGED);
        put_properties("properties");
        put_properties("keys");
        put_properties("dependencies");
        begin_list("unset_files");
        attribute_file_foreach_unset(put_file, NULL);
        end_list();
        put_looking();

        if (!is_fish)
                puts("    case $1 in");
        for (size_t i = 0; verbs[i]; i++)
                (is_bash ? bash_verb : is_fish ? fish_verb : zsh_verb)(verbs[i]);
        if (!is_fish)
                puts("    esac\n}");
}

static int fill(char *templates[]) {
        FILE *file = *templates ? fopen(*templates, "re") : NULL;
        char line[1024];

        if (!file)
                return -1;

        while (fgets(line, sizeof(line), file))
                if (streq(line, "# @TABLES@\n"))
                        put_tables();
                else if (streq(line, "# @INCLUDE@\n")) {
                        if (fill(templates + 1) < 0)
                                return fclose(file), -1;
                } else
                        fputs(line, stdout);

        return fclose(file);
}

int main(int argc, char *argv[]) {
        if (argc < 3)
                return EXIT_FAILURE;

        is_bash = streq(argv[1], "bash");
        is_fish = streq(argv[1], "fish");
        return fill(argv + 2) < 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
