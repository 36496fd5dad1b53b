/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What controllers refuse. */

#include "move/examination.h"

int move_rule_cpuset(const Examination *examination);
int move_rule_realtime(const Examination *examination);
