/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit's properties were, as the call that sets them so again; see Asking. */

#include "systemd/manager.h"

int unit_undo_prepare(Manager *manager, const char *unit, const PropertyList *properties, UnitUndo **ret,
                      Trouble *trouble);
int unit_undo_apply(Manager *manager, UnitUndo *undo, Trouble *trouble);
void unit_undo_free(UnitUndo *undo);
