/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Users in the user database, which can be in the network and slow: looked up in a worker. */

#include "delegation/delegation.h"

/* A WorkerJob: *ret_name is the name of the user that @request is for; nothing is put into *ret. -ESRCH, with a text
 * there: there is no such user. */
int user_look_up(const DelegationRequest *request, DelegationState *ret, char **ret_name);
