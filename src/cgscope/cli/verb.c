/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/verb.h"

#include <assert.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/sheet.h"
#include "cgscope/version.h"
#include "proc/kernel.h"
#include "unit/unit-name.h"

/* The columns of the narrowest usual terminal. */
#define HELP_WIDTH 80

static void print_help(const Verb *verb) {
        Sheet sheet = { .file = stdout, .width = HELP_WIDTH };

        for (const char *line = verb->synopsis; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
                printf("cgscope %s %.*s\n", verb->name, (int) strcspn(line, "\n"), line);

        putchar('\n');
        sheet_wrap(&sheet, 0, NULL, verb->description);
        putchar('\n');
        options_help(verb->options);
        printf("\nSee cgscope(1) for details%s%s.\n", verb->see ? ", " : "", verb->see ?: "");
}

int verb_parse_option(const Verb *verb, CommonOptions *options, void *userdata, int id) {
        if (id >= OPTION_TEXT_FIRST) {
                *(const char **) ((char *) userdata + (id - OPTION_TEXT_FIRST)) = optarg;
                return 0;
        }
        if (id >= OPTION_FLAG_FIRST) {
                *(bool *) ((char *) userdata + (id - OPTION_FLAG_FIRST)) = true;
                return 0;
        }

        return id >= OPTION_OWN ? verb->parse(userdata, id) : common_options_parse(options, id);
}

/* Up to the first word that is no option: optind is its index. Returns 1 to go on; 0 when all is done; a negative errno
 * when it has said what is wrong. */
static int parse_options(const Verb *verb, OptionParser *parser, CommonOptions *options, void *userdata, int argc,
                         char *argv[]) {
        int id, r;

        while ((id = options_next(parser, argc, argv)) != -1) {
                if (id == OPTION_HELP)
                        return print_help(verb), 0;
                if (id == OPTION_VERSION)
                        return printf("cgscope %s\n", version_text()), 0;

                r = verb_parse_option(verb, options, userdata, id);
                if (r < 0)
                        return r;
        }

        return 1;
}

/* Where a command follows a target, options may stand between the two. The target is then moved next to the command,
 * over an option that has been dealt with. */
static int parse_behind_target(const Verb *verb, OptionParser *parser, CommonOptions *options, void *userdata, int argc,
                               char *argv[]) {
        char *target;
        int r;

        if (optind >= argc)
                return 1;

        target = argv[optind];
        if (!streq(argv[optind - 1], "--")) {
                optind++;
                r = parse_options(verb, parser, options, userdata, argc, argv);
                if (r <= 0)
                        return r;
                optind--;
        }
        if (optind + 1 < argc && streq(argv[optind + 1], "--"))
                optind++;

        argv[optind] = target;
        return 1;
}

/* Certainly a target, and nothing else that a verb takes. */
static bool is_plainly_target(const char *word) {
        char unit[UNIT_NAME_MAX + 1];

        (void) snprintf(unit, sizeof(unit), "%.*s", (int) strcspn(word, "/"), word);
        return *word == '/' || streq(unit, ".") || unit_name_is_valid(unit);
}

/* Where one of two words of different kinds is a target, whether they stand the other way round. */
static bool words_are_swapped(const Verb *verb, char *const words[], size_t n) {
        const char *first = verb->words[0] ?: "", *second = verb->words[1] ?: "";

        if (n < 2 || !*second || streq(second, "command"))
                return false;
        if (streq(first, "target"))
                return is_plainly_target(words[1]) && !is_plainly_target(words[0]);
        return streq(second, "target") && is_plainly_target(words[0]) && !is_plainly_target(words[1]);
}

static int check_words(const Verb *verb, char *const words[], size_t n) {
        size_t last = 0;

        if (n > verb->most)
                return log_refuse(-EINVAL, "%s: '%s' is a word too many; see cgscope %s --help", verb->name,
                                  words[verb->most], verb->name);
        if (words_are_swapped(verb, words, n))
                return log_refuse(-EINVAL, "%s: the %s comes before the %s: cgscope %s %s", verb->name, verb->words[0],
                                  verb->words[1], verb->name, verb->synopsis);
        if (n >= verb->least)
                return 0;

        while (last < n && last + 1 < VERB_WORDS_MAX && verb->words[last + 1])
                last++;
        if (streq(verb->words[last], "setting"))
                return log_refuse(-EINVAL, "%s: nothing to set; see cgscope %s --help", verb->name, verb->name);

        return log_refuse(-EINVAL, "%s: no %s given; see cgscope %s --help", verb->name, verb->words[last], verb->name);
}

static int check_kernel(const Verb *verb) {
        const char *call;
        int r = verb->any_kernel ? 0 : kernel_check_calls(&call);

        if (r == 0)
                return 0;

        return log_refuse(r,
                          "%s(2) is refused: the kernel is too old, or a filter of system calls is in the way; "
                          "cgscope doctor looks at both",
                          call);
}

int verb_refusal_status(const Verb *verb, int error) {
        return error == -ENOMEM ? verb->failure_status ?: STATUS_FAILURE : verb->usage_status ?: STATUS_USAGE;
}

char **verb_parse(const Verb *verb, CommonOptions *options, void *userdata, int argc, char *argv[], int *ret_status) {
        bool has_command = streq(verb->words[0] ?: "", "command"), has_target = streq(verb->words[1] ?: "", "command");
        OptionParser parser;
        int r;

        assert(verb && options && argc > 0 && argv && ret_status);

        common_options_init(options);
        if (verb->timeout > 0)
                options->timeout = verb->timeout;
        options_init(&parser, verb->options, has_command || has_target);

        r = parse_options(verb, &parser, options, userdata, argc, argv);
        if (r > 0 && has_target)
                r = parse_behind_target(verb, &parser, options, userdata, argc, argv);
        if (r > 0 && check_words(verb, argv + optind, (size_t) (argc - optind)) < 0)
                r = -EINVAL;

        *ret_status = r == 0 ? EXIT_SUCCESS : verb_refusal_status(verb, r);
        if (r <= 0)
                return NULL;

        if (options->quiet)
                log_set_quiet();
        if (check_kernel(verb) >= 0)
                return argv + optind;

        *ret_status = verb->failure_status ?: STATUS_FAILURE;
        return NULL;
}

static int act(Aim *aim, const VerbAction *action, const void *userdata) {
        _cleanup_free_ char *unit = NULL;
        int r = action->spares ? aim_spare_caller(aim, action->spares) : 0;

        if (r < 0)
                return r;

        return action->unit && aim_is_unit(aim, &unit) ? action->unit(aim, unit, userdata)
                                                       : action->group(aim, userdata);
}

int verb_for_targets(const Verb *verb, const CommonOptions *options, char *const targets[], const VerbAction *action,
                     const void *userdata) {
        CommonOptions shared = *options;
        int status = EXIT_SUCCESS;

        assert(verb && options && targets && action && action->group);

        shared.deadline = deadline_after(options->timeout);
        for (; *targets; targets++) {
                _cleanup_(aim_done) Aim aim = AIM_INIT;
                int r = aim_open(&aim, &shared, *targets, verb->targets);

                if (aim.gone)
                        continue;
                if (r < 0 || act(&aim, action, userdata) < 0)
                        status = STATUS_FAILURE;
        }

        return status;
}
