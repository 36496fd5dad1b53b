/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/scope/run-state.h"

/* What a supervised run is asked for in place of the properties of the options: first what can be said before there is
 * a manager, then, with one at hand, the rest. */
int run_prepare_supervised(Run *run);
int run_complete_request(Run *run);
void run_supervised_done(Run *run);

/* With the scope in order and this process in its supervisor's group: runs the command in the leaf until it ends.
 * Returns the exit status, or ends as the command did. */
int run_supervised(Run *run);
