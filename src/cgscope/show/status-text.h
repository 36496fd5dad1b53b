/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `status` for people. */

#include "cgscope/show/status-group.h"

/* Prints it on standard output. Negative errno where that failed. */
int status_text_print(const StatusGroup *status);

/* The same of a unit that has no group, of which its manager says that it is in @state. */
int status_text_groupless(const char *unit, const char *state, bool locked);
