/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/scope/run-state.h"

/* Takes on the command's user: for good, or where root's rights are needed later, for a while. */
int run_assume(Run *run);

/* --cgroup-namespace. These are for a process that is in the scope's own group, and in the leaf: each does something
 * where the namespace is to begin there. Afterwards the user is the command's for good, but not while a supervised
 * command is yet to be started. */
int run_confine_at_boundary(Run *run);
int run_confine_at_leaf(Run *run);

/* What is left of that for a supervised command, and for who supervises; userdata is the Run. */
int run_confine_command(void *userdata);
int run_confine_supervisor(void *userdata);
