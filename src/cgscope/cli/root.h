/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Opens the hierarchy that everything is looked for in: cgroup_open_root(), and in words why there is none to work on.
 * @read_only: what cannot be done where it is mounted read-only, and what helps; NULL where that does not matter.
 * Returns the descriptor, or a negative errno when it has said what is wrong. */
int root_open(const char *read_only);
