/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options that say what a scope is to be: those of `run`, most of which `adopt` takes too. Parsing checks all that
 * can be checked without speaking to anyone. */

#include <sys/types.h>

#include "cgscope/cli/verb.h"
#include "cgscope/command/command-options.h"
#include "unit/controller.h"
#include "unit/property.h"

#define LEAF_DEFAULT "main"

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

#define SCOPE_OPTIONS_INIT(v) { .verb = v, .leaf = LEAF_DEFAULT, .collect = true }

/* The tables of `run` and `adopt`, and how an option of theirs is parsed into the ScopeOptions at @userdata, which are
 * to be freed with scope_options_done() in every case. */
extern const Option run_options[], adopt_options[];
int scope_options_parse(void *userdata, int id);

/* What only makes sense together. A negative errno when it has said what is wrong. */
int scope_options_check(const ScopeOptions *options);

void scope_options_done(ScopeOptions *options);
