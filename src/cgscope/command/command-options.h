/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `run` and `exec` are told about the command: how it begins, and whether somebody stays beside it. */

#include "cgscope/cli/common-options.h"

typedef struct NamespaceOptions {
        bool wanted;
        bool leaf; /* it begins at the command's group, not at the boundary */
        bool root_given;
        bool map_root;
} NamespaceOptions;

typedef struct CommandOptions {
        const char *working_directory;
        int nice;
        bool nice_given;
        char **environment; /* assignments NAME=VALUE, in the order given; not ended by NULL */
        size_t n_environment;
        NamespaceOptions cgroup_namespace;

        bool wait, keep;
        bool report;
        const char *report_file; /* NULL: standard error */
} CommandOptions;

/* Ids beside those of a verb's own. */
enum {
        OPTION_NAMESPACE_ROOT = OPTION_OWN + 0x100,
        OPTION_NICE,
        OPTION_SETENV,
        OPTION_REPORT,
};

/* clang-format off */
/* For a verb whose own options, of type T, have these as their member "command". */
#define COMMAND_OPTIONS(T) \
        { "cgroup-namespace", 0, NULL, "Let the command see this subtree alone", \
          OPTION_FLAG(T, command.cgroup_namespace.wanted) }, \
        { "root", 0, "WHERE", "It begins at the boundary or leaf [boundary]", OPTION_NAMESPACE_ROOT }, \
        { "map-root", 0, NULL, "Let the command be root in it", OPTION_FLAG(T, command.cgroup_namespace.map_root) }, \
        { "nice", 0, "LEVEL", "Run the command at this nice level", OPTION_NICE }, \
        { "working-directory", 0, "PATH", "Run the command there", OPTION_TEXT(T, command.working_directory) }, \
        { "setenv", 'E', "NAME[=VALUE]", "Set an environment variable (repeatable)", OPTION_SETENV }
/* clang-format on */

/* One of these with an id of its own, its value in optarg. 0; -EINVAL: said; -ENOENT: it is none of these. */
int command_options_parse(CommandOptions *options, int id);

/* What only makes sense beside another option. -EINVAL: said. */
int command_options_check(const CommandOptions *options);

void command_options_done(CommandOptions *options);
