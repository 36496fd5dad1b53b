/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/command-options.h"

#include "basic/log.h"

static int parse_root(NamespaceOptions *options) {
        options->root_given = true;
        options->leaf = streq(optarg, "leaf");
        if (!options->leaf && !streq(optarg, "boundary"))
                return log_refuse(-EINVAL, "--root: '%s' is none of boundary, leaf", optarg);

        return 0;
}

static int parse_nice(CommandOptions *options) {
        char *end;
        long level;

        errno = 0;
        level = strtol(optarg, &end, 10);
        if (!strchr("-0123456789", *optarg) || errno || end == optarg || *end || level < -20 || level > 19)
                return log_refuse(-EINVAL, "--nice: '%s' is no level from -20 to 19", optarg);

        options->nice = (int) level;
        options->nice_given = true;
        return 0;
}

/* NAME alone is what the caller has of it, also where something else would be set. */
static int parse_setenv(CommandOptions *options) {
        size_t length = strcspn(optarg, "=");
        char **larger, *assignment;

        if (length == 0 || (optarg[0] >= '0' && optarg[0] <= '9') ||
            strspn(optarg, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") < length)
                return log_refuse(-EINVAL, "--setenv: '%s' is no assignment NAME=VALUE", optarg);
        if (!optarg[length] && !getenv(optarg))
                return 0;

        larger = reallocarray(options->environment, options->n_environment + 1, sizeof(char *));
        if (!larger)
                return log_oom();
        options->environment = larger;

        assignment = optarg[length] ? strdup(optarg) : NULL;
        if (!optarg[length] && asprintf(&assignment, "%s=%s", optarg, getenv(optarg)) < 0)
                assignment = NULL;
        if (!assignment)
                return log_oom();

        options->environment[options->n_environment++] = assignment;
        return 0;
}

int command_options_parse(CommandOptions *options, int id) {
        switch (id) {
        case OPTION_NAMESPACE_ROOT:
                return parse_root(&options->cgroup_namespace);
        case OPTION_NICE:
                return parse_nice(options);
        case OPTION_SETENV:
                return parse_setenv(options);
        case OPTION_REPORT:
                options->report = true;
                options->report_file = optarg;
                return 0;
        default:
                return -ENOENT;
        }
}

int command_options_check(const CommandOptions *options) {
        const NamespaceOptions *namespace = &options->cgroup_namespace;

        if (!namespace->wanted && (namespace->root_given || namespace->map_root))
                return log_refuse(-EINVAL, "--%s: there is a namespace only with --cgroup-namespace",
                                  namespace->root_given ? "root" : "map-root");
        if (namespace->map_root && geteuid() == 0)
                return log_refuse(-EINVAL, "--map-root: root is root already, without a user namespace");

        return 0;
}

void command_options_done(CommandOptions *options) {
        for (size_t i = 0; i < options->n_environment; i++)
                free(options->environment[i]);
        free(options->environment);
}
