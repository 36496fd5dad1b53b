/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/fd.h"
#include "basic/log.h"
#include "cgscope/cli/introspect.h"
#include "cgscope/cli/output.h"
#include "cgscope/cli/verb-find.h"
#include "cgscope/verbs.h"
#include "cgscope/version.h"

static int print_help(void) {
        printf("cgscope VERB [OPTIONS…]\n\n"
               "Ask systemd for delegated scopes, and work in what it hands over.\n\n");

        for (size_t i = 0; verbs[i]; i++)
                printf("  %s %.*s\n        %s\n", verbs[i]->name, (int) strcspn(verbs[i]->synopsis, "\n"),
                       verbs[i]->synopsis, verbs[i]->summary);

        printf("\n  -h --help     Show this help; cgscope VERB --help shows the verb's options\n"
               "     --version  Show the version\n\n"
               "See cgscope(1) for details.\n");
        return EXIT_SUCCESS;
}

/* What getopt calls the program in its messages: "cgscope run". */
static int run_verb(const Verb *verb, int argc, char *argv[]) {
        char title[64];

        (void) snprintf(title, sizeof(title), "cgscope %s", verb->name);
        argv[0] = title;
        return verb->run(verb, argc, argv);
}

/* What was printed may not have arrived. A verb that has failed has said so itself. */
static int finish(int status, int failure) {
        int r = stream_end(stdout);

        return status == EXIT_SUCCESS && output_check(r) < 0 ? failure : status;
}

static bool is_help(const char *word) {
        return streq(word, "help") || streq(word, "--help") || streq(word, "-h");
}

/* "cgscope help run" is "cgscope run --help". */
static int help(const char *name) {
        const Verb *verb = name ? verb_by_name(verbs, name) : NULL;

        if (!name)
                return print_help();
        return verb ? run_verb(verb, 2, (char *[]) { NULL, (char[]) { "--help" }, NULL }) : STATUS_USAGE;
}

int main(int argc, char *argv[]) {
        const char *name = argc > 1 ? argv[1] : NULL;
        const Verb *verb;

        fd_limit_raise();
        if (!name)
                return log_refuse(STATUS_USAGE, "no verb given; see cgscope --help");
        if (is_help(name))
                return finish(help(argv[2] && argv[2][0] != '-' ? argv[2] : NULL), STATUS_FAILURE);
        if (streq(name, "--version")) {
                printf("cgscope %s\n", version_text());
                return finish(EXIT_SUCCESS, STATUS_FAILURE);
        }
        if (streq(name, "--introspect"))
                return introspect_print(verbs) < 0 ? STATUS_FAILURE : EXIT_SUCCESS;

        if (verb_find(verbs, argc, argv, &verb) < 0)
                return STATUS_USAGE;
        return finish(run_verb(verb, argc - 1, argv + 1), verb->usage_status ?: STATUS_FAILURE);
}
