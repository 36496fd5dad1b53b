/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What changes units; see Asking for each. */

#include "systemd/manager.h"

int unit_stop(Manager *manager, const char *unit, Trouble *trouble);
int unit_stop_wait(Manager *manager, const char *unit, Trouble *trouble);
int unit_restart_wait(Manager *manager, const char *unit, Trouble *trouble);
int unit_set_properties(Manager *manager, const char *unit, const PropertyList *properties, Trouble *trouble);
int unit_undo_prepare(Manager *manager, const char *unit, const PropertyList *properties, UnitUndo **ret,
                      Trouble *trouble);
int unit_undo_apply(Manager *manager, UnitUndo *undo, Trouble *trouble);
void unit_undo_free(UnitUndo *undo);
int unit_freeze(Manager *manager, const char *unit, bool freeze, Trouble *trouble);
int unit_kill(Manager *manager, const char *unit, int signal, Trouble *trouble);
int unit_attach(Manager *manager, const char *unit, const char *subgroup, const pid_t *pids, size_t n_pids,
                Trouble *trouble);
