/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files that the checks read say. Pure functions of their text, which may be anything. */

#include "basic/macros.h"

/* 1 or 2 where @release, that of the kernel, is of the Windows Subsystem for Linux; else 0. */
unsigned kernel_wsl(const char *release);

/* The scheduler in use of those that queue/scheduler lists: "none [mq-deadline] bfq" is mq-deadline, and a line that
 * marks none is a whole name itself. Returns @buffer, empty where there is none. */
char *scheduler_in_use(const char *text, char *buffer, size_t size);

/* Whether io.cost.qos of the root group, in @text, says that the model is in use for the device MAJOR:MINOR in
 * @device. */
bool io_cost_is_enabled(const char *text, const char *device);
