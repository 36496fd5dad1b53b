/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/cli/aim.h"

/* The groups below @aim's that can hold processes, as a target is typed, divided by ", ", the first few of them: for
 * messages about one that hands controllers on and cannot. "" where there is none. *ret is freed by the caller. */
int places_list(const Aim *aim, char **ret);
