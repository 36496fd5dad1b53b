/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Does what was asked for and authorised, in two parts: what everybody has to wait for, the drop-in and PID 1's reload,
 * and what one user can delay, his manager that has to look again. They run in workers (worker.h), where they may wait.
 *
 * On failure *trouble may get one line, to be freed by the caller. */

#include "basic/trouble.h"
#include "delegation/delegation.h"

/* The first part. ret->effect says what was done, also where something failed after that; there is nothing else in
 * *ret. Where nothing was changed here and PID 1 has not loaded what was asked for, it reads its files again, unless
 * request->spare: that may be for another file's sake, and would be so after each call. */
int operation_change(const DelegationRequest *request, DelegationState *ret, Trouble *trouble);

/* After a first part that nobody knows the end of: has PID 1 read its files again, whatever they say. */
int operation_repair(const DelegationRequest *request, DelegationState *ret, Trouble *trouble);

/* The second part: has the managers look again that have to, and says what is true then. Of DELEGATION_GET that alone.
 * *ret is released by delegation_state_done(). */
int operation_finish(const DelegationRequest *request, DelegationState *ret, Trouble *trouble);
