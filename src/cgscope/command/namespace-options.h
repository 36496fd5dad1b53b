/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --cgroup-namespace of `run` and `exec`, and what goes with it. */

#include "cgscope/cli/common-options.h"

typedef struct NamespaceOptions {
        bool wanted;
        bool leaf; /* it begins at the command's group, not at the boundary */
        bool root_given;
        bool map_root;
} NamespaceOptions;

/* Ids beside those of a verb's own. */
enum {
        OPTION_CGROUP_NAMESPACE = OPTION_OWN + 0x100,
        OPTION_NAMESPACE_ROOT,
        OPTION_MAP_ROOT,
};

/* clang-format off */
#define NAMESPACE_OPTIONS \
        { "cgroup-namespace",  0,  NULL,      "Let the command see this subtree alone",        OPTION_CGROUP_NAMESPACE }, \
        { "root",              0,  "WHERE",   "It begins at the boundary or leaf [boundary]",  OPTION_NAMESPACE_ROOT }, \
        { "map-root",          0,  NULL,      "Let the command be root in it",                 OPTION_MAP_ROOT }
/* clang-format on */

/* An option of these, its value in optarg. 0; -EINVAL: said; -ENOENT: it is none of these. */
int namespace_options_parse(NamespaceOptions *options, int id);

/* What only makes sense beside another option. -EINVAL: said. */
int namespace_options_check(const NamespaceOptions *options);
