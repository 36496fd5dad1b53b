/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/verb-find.h"

#include "basic/log.h"
#include "basic/nearest.h"

/* What other tools call the like of our verbs. */
static const char *known_elsewhere(const char *name) {
        static const struct {
                const char *elsewhere, *ours;
        } names[] = {
                /* coreutils, procps */
                { "cat", "get" },
                { "ls", "list" },
                { "mkdir", "create" },
                { "mv", "move" },
                { "pkill", "kill" },
                { "ps", "procs" },
                { "rm", "remove" },
                { "rmdir", "remove" },
                { "top", "tree" },

                /* systemctl, systemd-run, git, podman */
                { "add", "adopt" },
                { "attach", "move" },
                { "check", "doctor" },
                { "delete", "remove" },
                { "info", "status" },
                { "inspect", "status" },
                { "list-units", "list" },
                { "pause", "freeze" },
                { "resume", "thaw" },
                { "set-property", "set" },
                { "show", "status" },
                { "signal", "kill" },
                { "start", "run" },
                { "stats", "status" },
                { "terminate", "stop" },
                { "unfreeze", "thaw" },
                { "unpause", "thaw" },
                { "update", "set" },

                /* libcgroup, systemd-cgls, util-linux */
                { "cgclassify", "move" },
                { "cgcreate", "create" },
                { "cgdelete", "remove" },
                { "cgexec", "exec" },
                { "cgget", "get" },
                { "cgls", "tree" },
                { "cgset", "set" },
                { "cgtop", "tree" },
                { "lscgroup", "tree" },
                { "lsns", "ns" },
        };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq(names[i].elsewhere, name))
                        return names[i].ours;

        return NULL;
}

static const Verb *find_exactly(const Verb *const verbs[], const char *name) {
        for (size_t i = 0; verbs[i]; i++)
                if (streq(name, verbs[i]->name))
                        return verbs[i];

        return NULL;
}

const Verb *verb_by_name(const Verb *const verbs[], const char *name) {
        const Verb *verb = find_exactly(verbs, name);
        Nearest nearest = nearest_begin(name);
        const char *meant = known_elsewhere(name);

        if (verb)
                return verb;

        for (size_t i = 0; verbs[i]; i++)
                nearest_offer(&nearest, verbs[i]->name);
        meant = meant ?: nearest.name;

        if (meant)
                log_error("unknown verb '%s', did you mean %s?", name, meant);
        else
                log_error("unknown verb '%s'; see cgscope --help", name);
        return NULL;
}

/* The option of any verb that @word is. */
static const Option *find_option(const Verb *const verbs[], const char *word) {
        const char *name = startswith(word, "--");
        size_t length = name ? strcspn(name, "=") : 0;

        for (size_t i = 0; verbs[i]; i++)
                OPTIONS_FOREACH(o, verbs[i]->options)
        if (name ? strlen(o->name) == length && strncmp(o->name, name, length) == 0 : o->letter && o->letter == word[1])
                return o;

        return NULL;
}

/* Whether the word behind the option @word is its value. */
static bool takes_next(const Option *option, const char *word, const char *next) {
        bool is_whole = word[1] == '-' ? !strchr(word, '=') : !word[2];

        if (!is_whole || !option->metavar)
                return false;
        return option_value_is_optional(option) ? next && option->accepts && option->accepts(next) : true;
}

int verb_find(const Verb *const verbs[], int argc, char *argv[], const Verb **ret) {
        char *name;
        int i = 1;

        while (i < argc && argv[i][0] == '-' && argv[i][1]) {
                const Option *option = find_option(verbs, argv[i]);

                if (!option)
                        return log_refuse(-EINVAL, "unknown option '%.*s'; see cgscope --help",
                                          (int) strcspn(argv[i], "="), argv[i]);
                i += takes_next(option, argv[i], argv[i + 1]) ? 2 : 1;
        }
        if (i >= argc)
                return log_refuse(-EINVAL, "no verb given; see cgscope --help");

        name = argv[i];
        *ret = verb_by_name(verbs, name);
        if (!*ret)
                return -EINVAL;

        memmove(argv + 2, argv + 1, (size_t) (i - 1) * sizeof(*argv));
        argv[1] = name;
        return 0;
}
