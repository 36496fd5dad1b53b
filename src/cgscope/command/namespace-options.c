/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/namespace-options.h"

#include "basic/log.h"

int namespace_options_parse(NamespaceOptions *options, int id) {
        switch (id) {
        case OPTION_CGROUP_NAMESPACE:
                options->wanted = true;
                return 0;
        case OPTION_MAP_ROOT:
                options->map_root = true;
                return 0;
        case OPTION_NAMESPACE_ROOT:
                options->root_given = true;
                options->leaf = streq(optarg, "leaf");
                if (!options->leaf && !streq(optarg, "boundary"))
                        return log_error("--root: '%s' is none of boundary, leaf", optarg), -EINVAL;
                return 0;
        default:
                return -ENOENT;
        }
}

int namespace_options_check(const NamespaceOptions *options) {
        if (!options->wanted && (options->root_given || options->map_root))
                return log_error("--%s: there is a namespace only with --cgroup-namespace",
                                 options->root_given ? "root" : "map-root"), -EINVAL;
        if (options->map_root && geteuid() == 0)
                return log_error("--map-root: root is root already, without a user namespace"), -EINVAL;

        return 0;
}
