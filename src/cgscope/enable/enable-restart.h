/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/enable/enable.h"

/* Restarts the managers in which something is not as it should be, after saying what ends. @own: that in which this
 * process lives, else the others. Returns how many were restarted. Where one could not be, that is said, and
 * enable->restart_failed is set. */
int enable_restart(Enable *enable, bool own);
