/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a new scope is to be: what `run` is told, and for the most part `adopt`. */

#include <sys/types.h>

#include "cgscope/cli/verb.h"
#include "cgscope/command/command-options.h"
#include "unit/controller.h"
#include "unit/property.h"

#define LEAF_DEFAULT "main"

/* Where we sit while a supervised command runs in the leaf beside us. */
#define SUPERVISOR_GROUP "supervisor"

typedef struct ScopeOptions {
        const Verb *verb;
        CommonOptions common; /* json: what was made; with @report, the report */

        /* The scope */
        char *unit; /* complete; NULL: to be generated */
        char *slice;
        bool slice_inherit;
        const char *description;
        bool collect;
        PropertyList properties;
        const char **assignments; /* of them, as they were given: one for each. Borrowed */

        /* Delegation */
        bool delegate;
        bool all_controllers;
        ControllerMask controllers;
        const char *leaf; /* NULL: none */
        bool leaf_given;
        bool best_effort;

        uint64_t deadline; /* of the request: for what is asked when it is looked at what came of it */

        bool steal; /* adopt */

        /* The command: run */
        const char *user, *group;
        CommandOptions command;
} ScopeOptions;

/* Whether we stay beside the command until it has ended. */
static inline bool scope_options_supervise(const ScopeOptions *options) {
        return options->command.wait || options->command.report;
}

#define SCOPE_OPTIONS_INIT(v) \
        { .verb = v, .leaf = LEAF_DEFAULT, .collect = true }
