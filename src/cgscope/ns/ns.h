/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `cgscope ns`, while it finds out and prints. */

#include "cgscope/cli/common-options.h"
#include "namespace/view.h"

typedef struct Ns {
        CommonOptions options;
        bool tree, all_hierarchies;
        const char *unit;
        bool listed; /* a list, not some that were named */
        bool failed; /* one that was named cannot be shown */
        View view;
} Ns;
