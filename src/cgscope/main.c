/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "cgscope/cli/introspect.h"
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

int main(int argc, char *argv[]) {
        const char *name = argc > 1 ? argv[1] : NULL;

        if (!name)
                return log_refuse(STATUS_USAGE, "no verb given; see cgscope --help");
        if (streq(name, "-h") || streq(name, "--help") || streq(name, "help"))
                return print_help();
        if (streq(name, "--version")) {
                printf("cgscope %s\n", version_text());
                return EXIT_SUCCESS;
        }
        if (streq(name, "--introspect"))
                return introspect_print(verbs) < 0 ? STATUS_FAILURE : EXIT_SUCCESS;

        for (size_t i = 0; verbs[i]; i++)
                if (streq(name, verbs[i]->name))
                        return run_verb(verbs[i], argc - 1, argv + 1);

        return log_refuse(STATUS_USAGE, "unknown %s '%s'; see cgscope --help", name[0] == '-' ? "option" : "verb",
                          name);
}
