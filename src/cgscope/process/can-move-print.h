/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Prints the answer, as a text with a table or as JSON. Says what went wrong. */

#include "cgscope/process/can-move.h"

int can_move_print(CanMove *can_move);
