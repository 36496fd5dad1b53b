/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/enable/enable.h"
#include "delegation/verdict.h"

/* What is true of a manager, and for whom. */

/* The controllers that the row of @manager is about: those asked for, or else those that somebody had handed on to it
 * beyond the default. */
ControllerMask enable_concern(const Enable *enable, const DelegationManager *manager);

/* The verdict on them, and those of them that a verdict is true of. */
Verdict enable_judge(const Enable *enable, const DelegationManager *manager);
ControllerMask enable_judged(const Enable *enable, const DelegationManager *manager, Verdict verdict);

/* Those that are not as they were asked to be. */
ControllerMask enable_missing(const Enable *enable, const DelegationManager *manager);

/* What drop-ins of our name ask for, for that user; DELEGATION_EVERYBODY: those for all. */
ControllerMask enable_asked(const DelegationState *state, uint64_t uid);
