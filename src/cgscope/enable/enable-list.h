/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/enable/enable.h"

/* The table. */
extern const TableColumn enable_columns[];
int enable_choose_columns(Enable *enable);
int enable_show(Enable *enable);
