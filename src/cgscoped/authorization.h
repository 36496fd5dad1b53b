/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which authorisation a request needs, and what is said where it is not given. */

#include "cgscoped/polkit.h"
#include "delegation/delegation.h"

#define ACTION_ENABLE_OWN "org.cgscope.delegation.enable-own" /* polkit/org.cgscope.policy */
#define ACTION_ENABLE_ANY "org.cgscope.delegation.enable-any"
#define ACTION_DISABLE "org.cgscope.delegation.disable"

/* Everything that an authorisation depends on. Borrowed. */
typedef struct Authorization {
        const DelegationRequest *request;
        uid_t sender;
        const char *sender_name; /* on the bus */
        const char *user;        /* name of the user that it is for; NULL for everybody */
        bool interactive;        /* the sender allows polkit to ask */
} Authorization;

/* Looking is free, and root may do all of it anyway. */
bool authorization_is_needed(const DelegationRequest *request, uid_t sender);

/* Asks polkit. See polkit_check(). */
int authorization_check(sd_bus *bus, const Authorization *authorization, uint64_t timeout, PolkitFunction done,
                        void *userdata, PolkitCheck **ret);

/* Sets @error from any @answer but POLKIT_AUTHORIZED, and returns its negative errno. @text: see PolkitFunction. */
int authorization_refuse(const Authorization *authorization, PolkitAnswer answer, const char *text,
                         sd_bus_error *error);
