/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The directory of one process in /proc. As long as it is open, what is read through it is of that process, also when
 * its number has become another one's. */

#include "basic/macros.h"

/* Opens that of the process @pidfd, whatever its number is there. Returns the descriptor. -ESRCH: it has gone; -EACCES:
 * it is there, but /proc does not show it (hidepid=); -ENOSYS: /proc is not mounted, or is that of another PID
 * namespace. */
int proc_open(int pidfd);

/* Reads the file @name of it, of any length. *ret is freed by the caller. -EACCES: /proc hides it, or it has gone. */
int proc_read(int proc, const char *name, char **ret);

/* Also one that has ended is there until somebody waits for it; and only until then is its number its own. */
bool proc_has_gone(int pidfd);
