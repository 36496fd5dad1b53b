/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Users in the user database, which can be in the network and slow: looked up in a worker. */

#include "basic/trouble.h"
#include "delegation/delegation.h"

/* A WorkerJob: its text is the name of the user that @request is for, and nothing is put into *ret. -ESRCH: there is no
 * such user. */
int user_look_up(const DelegationRequest *request, DelegationState *ret, Trouble *trouble);
