/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `cgscope enable` and `cgscope disable`: one question to cgscoped (or, in an image, the files themselves), and what is
 * true afterwards. Functions that return an error have said what is wrong. */

#include "cgscope/cli/client.h"
#include "cgscope/cli/table-view.h"
#include "delegation/delegation.h"

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
        bool image;   /* no system runs there: files alone */
        char *prefix; /* of the image's files: "/srv/image"; NULL: none */
        Client client;

        DelegationState before, state; /* before what was asked for last, and now */
        bool asked;                    /* something was to be changed that was not so already */
        bool restart_failed;           /* of one manager or more, which has been said */

        /* What a new scope of the caller's got, where that was found out. */
        bool probed;
        ControllerMask probe;
} Enable;
