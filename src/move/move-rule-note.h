/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What no answer depends on, but who moves a process there should know. */

#include "move/examination.h"

int move_rule_notes(const Examination *examination);
