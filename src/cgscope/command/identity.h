/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who the command runs as: --uid and --gid. */

#include <sys/types.h>

#include "basic/macros.h"

typedef struct Identity {
        bool user_given, group_given;
        bool foreign; /* not who we are */
        uid_t uid;
        gid_t gid;
        char *name, *home, *shell;       /* the user's, NULL without one */
        char uid_text[16], gid_text[16]; /* decimal: User= and Group= of the scope */

        /* Who we were when it was borrowed */
        uid_t own_uid;
        gid_t own_gid;
        gid_t *own_groups;
        int n_own_groups;
} Identity;

/* Looks up @user and @group, names or numbers; either may be NULL. -ESRCH: no such user or group, which is in
 * *ret_unknown (borrowed from the arguments). A user's group is that user's own unless @group says otherwise. */
int identity_look_up(const char *user, const char *group, Identity *ret, const char **ret_unknown);
void identity_done(Identity *identity);

/* --user-id=@text: a user of this system, by number or name. Says what is wrong: -EINVAL. */
int identity_parse_user_id(const char *text, uid_t *ret);

/* Takes it on for a while: what is made is the user's. For root, which can return to its own: to the effective IDs that
 * it had, which need not be the real ones, and to all its supplementary groups. */
int identity_borrow(Identity *identity);
int identity_return(const Identity *identity);

/* Takes it on, for good: with all the supplementary groups of the user, with none where only a group was given, and,
 * being somebody else now, with a new session keyring. */
int identity_assume(const Identity *identity);

/* Sets HOME, USER, LOGNAME and SHELL as a login would, and takes away what leads to the caller's own bus, agents and
 * tickets, and tells of its sudo. */
int identity_set_environment(const Identity *identity);
