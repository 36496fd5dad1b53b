/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All verbs, in the order of --help; NULL ends them. Each is defined in the file of its own name. */

#include "cgscope/cli/verb.h"

extern const Verb *const verbs[];

extern const Verb verb_run, verb_adopt, verb_exec;
extern const Verb verb_list, verb_status, verb_tree;
extern const Verb verb_create, verb_remove, verb_set, verb_get, verb_controllers;
extern const Verb verb_procs, verb_move, verb_can_move, verb_ns, verb_chown;
extern const Verb verb_freeze, verb_thaw, verb_kill, verb_stop;
extern const Verb verb_enable, verb_disable, verb_doctor;
