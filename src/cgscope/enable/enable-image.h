/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/enable/enable.h"

/* Whether there is no system to ask, only files; and what is done with them. */
bool enable_is_image(const Enable *enable);
int enable_write_image(Enable *enable);
