/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `cgscope enable` and `cgscope disable`: one question to cgscoped (or, in an image, the files themselves), and what is
 * true afterwards. Functions that return an error have said what is wrong. */

#include "cgscope/cli/client.h"
#include "cgscope/cli/table-view.h"
#include "delegation/verdict.h"

/* The default of --timeout: somebody has to find out a password and type it. */
#define ENABLE_TIMEOUT_USEC (300 * USEC_PER_SEC)

typedef struct Enable {
        CommonOptions common;
        Tabular tabular;
        const char *verb; /* "enable" */

        /* As typed */
        const char *user, *root;
        bool all_users, runtime, restart, no_apply;

        DelegationRequest request;
        bool image; /* no system runs there: files alone */
        char *prefix; /* of the image's files: "/srv/image"; NULL: none */
        Client client;

        DelegationState before, state; /* before anything was asked for, and now */

        /* What a new scope of the caller's got, where that was found out. */
        bool probed;
        ControllerMask probe;
} Enable;

/* enable-options.c: the options, and what they and the controllers, @words, ask for together. */
extern const Option enable_options[];
int enable_check(Enable *enable, char *const words[]);

/* enable-image.c: whether there is no system to ask, only files; and what is done with them. */
bool enable_is_image(const Enable *enable);
int enable_write_image(Enable *enable);

/* enable-restart.c: restarts the managers in which something is not as it should be, after saying what ends. @own: that
 * in which this process lives, else the others. Returns how many were restarted, or a negative errno. */
int enable_restart(Enable *enable, bool own);

/* enable-list.c: the table. */
extern const TableColumn enable_columns[];
int enable_choose_columns(Enable *enable);
int enable_show(Enable *enable);

/* enable-text.c: what was written and what still asks for it; and for each manager where something is not as it should
 * be, the one step that is left. */
void enable_say_changes(const Enable *enable);
void enable_say_steps(const Enable *enable);

/* enable-verdict.c */

/* The controllers that the row of @manager is about: those asked for, or else those that somebody had handed on to it
 * beyond the default. */
ControllerMask enable_concern(const Enable *enable, const DelegationManager *manager);

/* The verdict on them, and those of them that a verdict is true of. */
Verdict enable_judge(const Enable *enable, const DelegationManager *manager);
ControllerMask enable_judged(const Enable *enable, const DelegationManager *manager, Verdict verdict);

/* Those that are not as they were asked to be. */
ControllerMask enable_missing(const Enable *enable, const DelegationManager *manager);

/* What drop-ins of our name ask for, for that user; DELEGATION_EVERYBODY: those for all. */
ControllerMask enable_asked(const DelegationState *state, uint64_t uid);

/* "tester (1000)", "1000", "all users". Returns @buffer. */
#define ENABLE_USER_MAX 320
char *enable_user(const Enable *enable, uint64_t uid, char buffer[static ENABLE_USER_MAX]);

/* The path of a drop-in, with the prefix. Returns @buffer. */
#define ENABLE_PATH_MAX 4352
char *enable_path(const Enable *enable, const DelegationDropIn *drop_in, char buffer[static ENABLE_PATH_MAX]);
