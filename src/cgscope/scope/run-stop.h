/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a supervised command is stopped, by its time limit or for want of memory. A manager does that to all in the
 * scope: it sends KillSignal=, and after TimeoutStopSec= kills, the supervisor included. So for the time limit it is
 * asked for a little more time than the options say, and when theirs is over the supervisor kills all but itself, and
 * can report. For want of memory the supervisor alone acts. */

#include "cgscope/command/supervise.h"
#include "cgscope/scope/run-state.h"

/* Before the request, with the manager at hand: plans it, and changes what it is asked for, in @run->asked and
 * @run->added. */
int run_plan_stop(Run *run);

/* The scope is there: the time begins. */
void run_begin_stop(Run *run);

/* Has @supervisor wait for it. */
void run_watch_stop(Run *run, Supervisor *supervisor);

/* The command has ended, with @status as waitpid(2) has it: the name of the setting that stopped it, or NULL. */
const char *run_stopped_by(Run *run, int status);
