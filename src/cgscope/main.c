/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "cgscope/verbs.h"
#include "cgscope/version.h"
#include "config.h"

static const Verb verbs[] = {
        { "run", "[--delegate [CONTROLLERS]] [OPTIONS…] [--] COMMAND…", "Run a command in a new scope", verb_run },
        { "adopt", "[OPTIONS…] PID…", "Make a new scope around running processes", verb_adopt },
        { "exec", "TARGET [OPTIONS…] [--] COMMAND…", "Start a command inside a group", verb_exec },
        { "list", "[OPTIONS…]", "List delegated scopes with what they use", verb_list },
        { "status", "[OPTIONS…] [TARGET]", "Show all of a scope or group", verb_status },
        { "tree", "[OPTIONS…] [TARGET]", "Show groups as a tree, with usage and limits", verb_tree },
        { "create", "[OPTIONS…] TARGET [KEY=VALUE…]", "Make a group", verb_create },
        { "remove", "[OPTIONS…] TARGET…", "Remove a group", verb_remove },
        { "set", "[OPTIONS…] TARGET KEY=VALUE…", "Set limits of a scope or group", verb_set },
        { "get", "[OPTIONS…] TARGET [KEY…]", "Show settings of a scope or group", verb_get },
        { "controllers", "[OPTIONS…] [TARGET]", "Show which controllers a group has", verb_controllers },
        { "procs", "[OPTIONS…] [TARGET]", "List the processes in a group", verb_procs },
        { "move", "[OPTIONS…] TARGET PID…", "Move processes into a group", verb_move },
        { "can-move", "[OPTIONS…] PID TARGET", "Say whether a process may be moved into a group, and why not",
          verb_can_move },
        { "ns", "[OPTIONS…] [PID…]", "Show how processes see their control groups", verb_ns },
        { "chown", "[OPTIONS…] TARGET USER[:GROUP]", "Hand a group over to somebody", verb_chown },
        { "freeze", "[OPTIONS…] TARGET…", "Stop all processes in a scope or group for a while", verb_freeze },
        { "thaw", "[OPTIONS…] TARGET…", "Let them go on", verb_thaw },
        { "kill", "[OPTIONS…] TARGET…", "Send a signal to all processes in a scope or group", verb_kill },
        { "stop", "[OPTIONS…] TARGET…", "Stop a scope, or end a group", verb_stop },
        { "enable", "[OPTIONS…] [CONTROLLER…]", "Have more controllers handed on to users", verb_enable },
        { "disable", "[OPTIONS…] CONTROLLER…", "Take that back", verb_disable },
        { "doctor", "[OPTIONS…]", "Show which controllers reach a user, and what helps", verb_doctor },
};

void version_print(void) {
        printf("cgscope %s\n", CGSCOPE_VERSION);
}

static int print_help(void) {
        printf("cgscope VERB [OPTIONS…]\n\n"
               "Ask systemd for delegated scopes, and work in what it hands over.\n\n");

        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                printf("  %s %s\n        %s\n", verbs[i].name, verbs[i].arguments, verbs[i].help);

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
        return verb->run(argc, argv);
}

int main(int argc, char *argv[]) {
        const char *name = argc > 1 ? argv[1] : NULL;

        if (!name)
                return log_refuse(STATUS_USAGE, "no verb given; see cgscope --help");
        if (streq(name, "-h") || streq(name, "--help") || streq(name, "help"))
                return print_help();
        if (streq(name, "--version")) {
                version_print();
                return EXIT_SUCCESS;
        }

        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                if (streq(name, verbs[i].name))
                        return run_verb(verbs + i, argc - 1, argv + 1);

        return log_refuse(STATUS_USAGE, "unknown %s '%s'; see cgscope --help", name[0] == '-' ? "option" : "verb",
                          name);
}
