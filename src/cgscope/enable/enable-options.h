/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/enable/enable.h"

/* The options of enable and disable, and what they and the controllers, @words, ask for together. */
extern const Option enable_options[];
int enable_check(Enable *enable, char *const words[]);
