/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Does what was asked for and authorised, and looks what is true then: the drop-in, PID 1's reload, the running user
 * managers. Runs in a worker (worker.h), where it may wait. */

#include "delegation/delegation.h"

/* All of it on this system. *ret is released by delegation_state_done(). On failure *ret_message may get one line, to be
 * freed by the caller. */
int operation_run(const DelegationRequest *request, DelegationState *ret, char **ret_message);
