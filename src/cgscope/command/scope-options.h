/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options that say what a scope is to be: those of `run`, most of which `adopt` takes too. Parsing checks all that
 * can be checked without speaking to anyone. */

#include <sys/types.h>

#include "cgscope/command/command-options.h"
#include "unit/controller.h"
#include "unit/property.h"

#define LEAF_DEFAULT "main"

typedef enum ScopeVerb {
        SCOPE_VERB_RUN,
        SCOPE_VERB_ADOPT,
} ScopeVerb;

typedef struct ScopeOptions {
        ScopeVerb verb;
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

/* Parses up to the first word that is no option, whose index is *ret_rest. Returns 1 to go on; 0 when all is done
 * (--help, --version); a negative errno when it has said what is wrong. @options is to be freed with
 * scope_options_done() in every case. */
int scope_options_parse(ScopeOptions *options, ScopeVerb verb, int argc, char *argv[], int *ret_rest);

void scope_options_done(ScopeOptions *options);
