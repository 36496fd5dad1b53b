/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* After doctor_way_look(): why controllers come no further on the way, and what helps. */

#include "diagnosis/way.h"

/* Fills in the controllers once the levels are known. Fails for want of memory alone. */
int doctor_way_judge(const Doctor *doctor, Way *way);
