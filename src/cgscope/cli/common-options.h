/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options that several verbs share, and how a verb parses its own beside them. A verb lists those it takes in its
 * table by the macros below; ids of its own begin at OPTION_OWN, and plain flags need none (OPTION_FLAG). */

#include "cgscope/cli/options.h"
#include "systemd/asking.h"

typedef struct CommonOptions {
        /* Who is asked, and how */
        ManagerKind manager;
        bool manager_given;
        uint64_t timeout; /* microseconds */
        bool ask_password;

        /* What is printed */
        bool quiet;
        bool json, json_pretty;
        const char *columns; /* -o; NULL: the verb's default */
        bool headings;
        bool bytes; /* numbers as they are */
        bool full;  /* no cell is cut */
        bool pager;
} CommonOptions;

enum {
        OPTION_SYSTEM_MANAGER = 0x100,
        OPTION_USER_MANAGER,
        OPTION_TIMEOUT,
        OPTION_NO_ASK_PASSWORD,
        OPTION_JSON,
        OPTION_QUIET,
        OPTION_OUTPUT,
        OPTION_NO_HEADINGS,
        OPTION_BYTES,
        OPTION_FULL,
        OPTION_NO_PAGER,
        OPTION_HELP,
        OPTION_VERSION,
        OPTION_OWN = 0x200,
        OPTION_FLAG_FIRST = 0x10000,
};

/* The id of an option that does no more than set the bool @member of the verb's own @type, which is the userdata of
 * common_options_parse(). */
#define OPTION_FLAG(type, member)                                                                       \
        (OPTION_FLAG_FIRST + (int) offsetof(type, member) +                                             \
         0 * (int) sizeof(&((type *) NULL)->member == (bool *) NULL)) /* of no other type */

/* clang-format off */
/* For verbs that take a target: which manager's units are meant, and how it is asked where that is needed. */
#define MANAGER_OPTIONS \
        { "system",            0,  NULL,      "A unit of the system manager (default for root)", OPTION_SYSTEM_MANAGER }, \
        { "user",              0,  NULL,      "A unit of your user manager (default for others)", OPTION_USER_MANAGER }

#define ASKING_OPTIONS \
        { "timeout",           0,  "TIME",    "Wait so long for the manager [30s]",            OPTION_TIMEOUT }, \
        { "no-ask-password",   0,  NULL,      "Do not ask for passwords",                      OPTION_NO_ASK_PASSWORD }

#define JSON_OPTION \
        { "json",              0,  "[=MODE]", "Print JSON (short, pretty, off)",               OPTION_JSON }

/* For verbs that print a table. */
#define TABLE_OPTIONS \
        { "output",            'o', "COLUMNS", "Print these columns, as A,B (+A: too)", OPTION_OUTPUT }, \
        { "noheadings",        'n', NULL,     "Print no headings",                             OPTION_NO_HEADINGS }, \
        { "bytes",             'b', NULL,     "Print numbers in base units",                   OPTION_BYTES }, \
        { "full",              'l', NULL,     "Do not shorten what is too wide",               OPTION_FULL }, \
        { "no-pager",          0,  NULL,      "Do not use a pager",                            OPTION_NO_PAGER }, \
        JSON_OPTION

#define GENERAL_OPTIONS \
        { "quiet",             'q', NULL,     "Print nothing but errors and warnings",         OPTION_QUIET }, \
        { "help",              'h', NULL,     "Show this help",                                OPTION_HELP }, \
        { "version",           0,  NULL,      "Show the version",                              OPTION_VERSION }
/* clang-format on */

/* What --help of a verb says, and its table. */
typedef struct VerbUsage {
        const char *synopsis; /* "cgscope create [OPTIONS…] TARGET [KEY=VALUE…]" */
        const char *summary;  /* sentences; broken into lines where it is printed */
        const char *see;      /* what follows "See cgscope(1) for details"; NULL: nothing */
        const Option *table;
        size_t n_table;
        bool in_order;        /* a command follows */
        bool target_first;    /* a target stands before it, and options may follow the target, too */
        uint64_t timeout;     /* microseconds: the default of --timeout; 0: that of most verbs */

        /* An option of the verb's own, its value in optarg; the words after it at argv[optind]. Returns 0, or a
         * negative errno when it has said what is wrong. NULL where it has only flags. */
        int (*own)(void *userdata, int id, int argc, char *argv[]);
} VerbUsage;

/* Parses up to the first word that is no option (or all of them, where no command follows), whose index is *ret_rest.
 * Returns 1 to go on; 0 when all is done (--help, --version); a negative errno when it has said what is wrong. */
int common_options_parse(CommonOptions *options, const VerbUsage *usage, void *userdata, int argc, char *argv[],
                         int *ret_rest);
