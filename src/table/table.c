/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table.h"

extern const Tabling cgscope_tabling;

_public_ const Tabling cgscope_tabling = {};
