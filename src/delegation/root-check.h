/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the root of the hierarchy lacks nobody can hand on. */

#include "basic/trouble.h"
#include "unit/controller.h"

/* Whether the root has all of @controllers, @available being what it has. @unified: there is such a hierarchy at all.
 * -EOPNOTSUPP: it lacks some. */
int root_check(ControllerMask controllers, bool unified, ControllerMask available, Trouble *trouble);
