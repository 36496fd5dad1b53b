/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Adds to the answer what the managers have to do with the move: units left behind, and whether a manager would do what
 * the kernel does not let the mover do. -ENOMEM: said. */

#include "cgscope/process/can-move.h"

int can_move_note_units(CanMove *can_move);
