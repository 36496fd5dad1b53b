/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is half made is taken back before a signal ends this process: those that would are held while it is being
 * made. */

#include <signal.h>

#include "basic/macros.h"

/* *ret_before is what was held before, for interrupt_release(). */
void interrupt_hold(sigset_t *ret_before);

/* Whether one has come that will end this process when they are released. */
bool interrupt_is_pending(const sigset_t *before);

/* One that has come is delivered now. */
void interrupt_release(const sigset_t *before);
