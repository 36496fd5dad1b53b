/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rules that only cgroup v2 has: the common ancestor, namespaces, threads, and no internal processes. */

#include "move/examination.h"

int move_rule_ancestor(const Examination *examination);
int move_rule_namespace(const Examination *examination);
int move_rule_domain(const Examination *examination);
int move_rule_inner(const Examination *examination);
