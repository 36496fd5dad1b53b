/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files that a request is about, beneath any root directory: what cgscoped does to its own system, and
 * `cgscope --root` to an image. */

#include "basic/trouble.h"
#include "delegation/delegation.h"

/* Enables or disables. Returns 1 where a file was changed, 0 where all was so already. Errors as those of place.h.
 * *ret_changed: whether a file was changed, also where something failed after that. */
int delegation_write(int root, const DelegationRequest *request, bool *ret_changed, Trouble *trouble);
