/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "basic/macros.h"

/* What the process @pid was started as, its words divided by blanks and no longer than is sensible to show; of one
 * without a command line, as a kernel thread, the name in brackets. Anything may stand in it. 0 is one that has no
 * number here (cgroup/members.h), which is said, as it is of one that /proc hides (hidepid=). *ret is freed by the
 * caller. -ESRCH: no such process. */
int command_line_read(pid_t pid, char **ret);
