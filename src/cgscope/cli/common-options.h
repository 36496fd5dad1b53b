/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options that several verbs share. A verb lists those it takes in its table by the macros below; ids of its own
 * begin at OPTION_OWN, and what only sets a member needs none (OPTION_FLAG, OPTION_TEXT). */

#include "cgscope/cli/options.h"
#include "systemd/asking.h"

typedef struct CommonOptions {
        /* Who is asked, and how */
        ManagerKind manager;
        bool manager_given;
        uint64_t timeout;  /* microseconds */
        uint64_t deadline; /* of all targets together; 0: the time of each begins when it is worked on */
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
        OPTION_TEXT_FIRST = 0x20000,
};

/* The ids of options that do no more than set a member of the verb's own @type, which is what verb_parse() gets: a
 * bool, or a string that becomes the value. A member of another type does not compile. */
#define OPTION_FLAG(type, member) (OPTION_FLAG_FIRST + OPTION_MEMBER(type, member, bool))
#define OPTION_TEXT(type, member) (OPTION_TEXT_FIRST + OPTION_MEMBER(type, member, const char *))
#define OPTION_MEMBER(type, member, kind) \
        ((int) offsetof(type, member) + 0 * (int) sizeof(&((type *) NULL)->member == (kind *) NULL))

/* clang-format off */
/* For verbs that take a target: which manager's units are meant, and how it is asked where that is needed. */
#define MANAGER_OPTIONS \
        { "system", 0, NULL, "A unit of the system manager (default for root)", OPTION_SYSTEM_MANAGER }, \
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

/* The last ones of each table, which they end. */
#define GENERAL_OPTIONS \
        { "quiet",             'q', NULL,     "Print nothing but errors and warnings",         OPTION_QUIET }, \
        { "help",              'h', NULL,     "Show this help",                                OPTION_HELP }, \
        { "version",           0,  NULL,      "Show the version",                              OPTION_VERSION }, \
        {}

/* What most verbs end with that change a target, or list what is in one. */
#define CHANGING_OPTIONS MANAGER_OPTIONS, ASKING_OPTIONS, GENERAL_OPTIONS
#define LISTING_OPTIONS MANAGER_OPTIONS, TABLE_OPTIONS, GENERAL_OPTIONS
/* clang-format on */

void common_options_init(CommonOptions *options);

/* What is left of the time that there is. */
uint64_t common_options_left(const CommonOptions *options);

/* One of them, its value in optarg. Returns 0, or a negative errno when it has said what is wrong. */
int common_options_parse(CommonOptions *options, int id);
