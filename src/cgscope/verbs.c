/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/verbs.h"

const Verb *const verbs[] = {
        &verb_run,    &verb_adopt,    &verb_exec,   &verb_list,    &verb_status,      &verb_tree,
        &verb_create, &verb_remove,   &verb_set,    &verb_get,     &verb_controllers, &verb_procs,
        &verb_move,   &verb_can_move, &verb_ns,     &verb_chown,   &verb_freeze,      &verb_thaw,
        &verb_kill,   &verb_stop,     &verb_enable, &verb_disable, &verb_doctor,      NULL,
};
