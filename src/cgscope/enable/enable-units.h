/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What runs below a user manager, found in the hierarchy: nobody is asked. */

#include <sys/types.h>

#include "basic/macros.h"
#include "unit/controller.h"

typedef struct UserUnits {
        char **names; /* sorted, without the manager's own init.scope; owned */
        size_t n_units, n_processes;
        bool own; /* the calling process is in one of them */
} UserUnits;

/* All that run below the manager of @uid. *ret is released by user_units_done(). */
int user_units_all(uid_t uid, UserUnits *ret);

/* Those that keep @controllers there: that hand one of them on to groups of their own; or, where there is no such unit,
 * all that have one. */
int user_units_keeping(uid_t uid, ControllerMask controllers, UserUnits *ret);
void user_units_done(UserUnits *units);

/* "a.scope, b.service and 3 more", no more than five, into @buffer. Returns @buffer. */
#define USER_UNITS_TEXT_MAX 1500
char *user_units_format(const UserUnits *units, char buffer[static USER_UNITS_TEXT_MAX]);
