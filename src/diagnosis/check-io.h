/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "diagnosis/check.h"

int check_io_weight(const Doctor *doctor, Finding *ret);

/* @block is /sys/block, @cost the io.cost.qos of the root group, "" where that is not to be seen. */
int judge_io_weight(int block, const char *cost, Finding *ret);
