/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rule that only cgroup v1 has: whose process it is. */

#include "move/examination.h"

int move_rule_owner(const Examination *examination);
