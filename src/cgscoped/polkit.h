/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One question to polkit, and its answer, without waiting for it: an interactive one takes as long as somebody needs to
 * type a password. Whatever is no clear yes is a no. */

#include <systemd/sd-bus.h>

#include "basic/macros.h"

typedef struct PolkitCheck PolkitCheck;

typedef enum PolkitAnswer {
        POLKIT_AUTHORIZED,
        POLKIT_CHALLENGE, /* somebody has to authenticate, and nobody could be asked */
        POLKIT_DISMISSED, /* somebody was asked, and did not want to */
        POLKIT_DENIED,
        POLKIT_ABSENT,    /* it does not run, or died meanwhile */
        POLKIT_TIMEOUT,
        POLKIT_FAILED,    /* it answered with an error, or with what is no answer */
} PolkitAnswer;

/* What is asked. Borrowed during the call. */
typedef struct PolkitQuestion {
        const char *sender; /* unique name on the bus: whom it is about */
        const char *action;
        const char *const *details; /* keys and values by turns, then NULL */
        bool interactive;           /* polkit may ask the user */
        uint64_t timeout;           /* microseconds */
} PolkitQuestion;

/* @text: the error of POLKIT_FAILED, else NULL; borrowed. */
typedef void (*PolkitFunction)(PolkitAnswer answer, const char *text, void *userdata);

/* Asks. @done is called once, later; then *ret is to be freed. Needs to run as root: polkit takes details from nobody
 * else. */
int polkit_check(sd_bus *bus, const PolkitQuestion *question, PolkitFunction done, void *userdata, PolkitCheck **ret);

/* Takes the question back where it is not answered yet: a dialog that is on somebody's screen goes away. */
void polkit_check_free(PolkitCheck *check);
