/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks cgscoped. See Asking. */

#include "delegation/delegation.h"
#include "systemd/manager.h"

int delegation_ask(Manager *manager, const DelegationRequest *request, DelegationState *ret, Trouble *trouble);
