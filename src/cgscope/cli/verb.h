/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A verb, as one constant in its own file: what the program, its help, its manual and its completions know of it. */

#include <limits.h>

#include "cgscope/cli/aim.h"
#include "table/table.h"

/* Exit statuses (the design's "Failure is part of the interface"). Those of `run` are env(1)'s and timeout(1)'s. */
enum {
        STATUS_FAILURE = 1,
        STATUS_USAGE = 2,
        STATUS_NOT_STARTED = 125, /* cgscope failed before the command began */
        STATUS_NOT_EXECUTABLE = 126,
        STATUS_NOT_FOUND = 127,
};

#define VERB_WORDS_MAX 2
#define VERB_ANY UINT_MAX

typedef struct Verb {
        const char *name;
        const char *synopsis;    /* "[OPTIONS…] TARGET [KEY=VALUE…]"; further lines are other forms of it */
        const char *summary;     /* one line, for the list of verbs */
        const char *description; /* sentences; broken into lines where they are printed */
        const char *see;         /* what follows "See cgscope(1) for details"; NULL: nothing */

        /* What each word beside the options is: "target", "process", "command", … The last one may be repeated. */
        const char *words[VERB_WORDS_MAX];
        unsigned least, most;
        AimFlags targets; /* what a target may be */
        bool changes;     /* whether it changes anything, as opposed to looking */

        /* Words that work in a delegated scope that has an empty group ./job, and where $$ is a process: for tests that
         * go through all verbs. */
        const char *example;

        const Option *options;      /* ends with a row without a name */
        const TableColumn *columns; /* of its table, for -o; likewise without a heading. NULL: it has no such table */
        uint64_t timeout;           /* microseconds: the default of --timeout; 0: that of most verbs */
        int usage_status;           /* of bad usage; 0: STATUS_USAGE */
        int failure_status;         /* where it fails altogether; 0: STATUS_FAILURE */
        bool any_kernel;            /* it works without the calls that cgscope cannot do without, and tells of them */

        /* An option of the verb's own, its value in optarg. Returns 0, or a negative errno: said. NULL where all its
         * options set a member. */
        int (*parse)(void *userdata, int id);

        /* Returns the exit status. @argv[0] is "cgscope VERB", for messages. */
        int (*run)(const struct Verb *verb, int argc, char *argv[]);
} Verb;

/* From @min to @max words beside the options. */
#define VERB_TAKES(min, max, ...) .words = { __VA_ARGS__ }, .least = min, .most = max

/* Parses the options into @options and into @userdata, which is the verb's own, and counts the other words. Returns
 * these, which end with NULL, *ret_status being that of bad usage for what else is wrong; or NULL when all is done:
 * --help, --version, or bad usage, which has been said. */
char **verb_parse(const Verb *verb, CommonOptions *options, void *userdata, int argc, char *argv[], int *ret_status);

/* Takes one option, its value in optarg, that is not from the command line. Returns 0, or a negative errno: said. */
int verb_parse_option(const Verb *verb, CommonOptions *options, void *userdata, int id);

/* The exit status where options or words were refused with @error: that of bad usage; or of a failure, where there was
 * no memory for them. */
int verb_refusal_status(const Verb *verb, int error);

/* What is done to a target. A negative errno: it failed, which has been said. */
typedef struct VerbAction {
        int (*group)(Aim *aim, const void *userdata);
        int (*unit)(Aim *aim, const char *unit,
                    const void *userdata); /* by its manager; NULL: it is a group as others */
        const char
                *spares; /* what would happen to the calling process (aim_spare_caller()); NULL: nothing, or it may */
} VerbAction;

/* Opens each target in turn, as verb->targets says, and does that to it. One that fails does not keep the others from
 * their turn; the returned exit status tells of it. One that is gone is passed over. */
int verb_for_targets(const Verb *verb, const CommonOptions *options, char *const targets[], const VerbAction *action,
                     const void *userdata);
