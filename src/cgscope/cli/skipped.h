/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgroup/walk.h"

/* Says, once, which groups a walk had to leave out. @top stands before the path: what was walked, as it was typed, or
 * "". */
void skipped_report(const WalkSkipped *skipped, const char *top);
