/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/enable/enable.h"

/* What was written and what still asks for it; and for each manager where something is not as it should be, the one
 * step that is left. */
void enable_say_changes(const Enable *enable);
void enable_say_steps(const Enable *enable);

/* "tester (1000)", "1000", "all users". Returns @buffer. */
#define ENABLE_USER_MAX 320
char *enable_user(const Enable *enable, uint64_t uid, char buffer[static ENABLE_USER_MAX]);

/* The path of a drop-in, with the prefix. Returns @buffer. */
#define ENABLE_PATH_MAX 4352
char *enable_path(const Enable *enable, const DelegationDropIn *drop_in, char buffer[static ENABLE_PATH_MAX]);
