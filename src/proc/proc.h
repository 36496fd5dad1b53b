/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The directory of one process in /proc. As long as it is open, what is read through it is of that process, also when
 * its number has become another one's.
 *
 * A number means a process in one PID namespace only (pid_namespaces(7)). What a person types and what cgroup.procs
 * lists are numbers of our own; /proc has those of the namespace that it was mounted in, and a manager those of its
 * own. These functions tell them apart. */

#include <sys/types.h>

#include "basic/macros.h"

/* Opens that of the process @pidfd, whatever its number is there. Returns the descriptor. -ESRCH: it has gone; -EACCES:
 * it is there, but /proc does not show it (hidepid=); -ENOSYS: /proc is not mounted, or is that of another PID
 * namespace, in which the process is not to be seen. */
int proc_open(int pidfd);

/* Opens that of the process, or thread, that has the number @pid in our own PID namespace, whatever its number is in
 * /proc. The errors are the same. */
int proc_open_number(pid_t pid);

/* Whether the numbers in /proc are those of our own PID namespace. 0: they are; -ENOSYS: they are not, or /proc is not
 * mounted. */
int proc_check_own(void);

/* Whether the process @pid, a number of ours, has its own number in our PID namespace: then it reads numbers as we do.
 * 1; 0: it is in one further down; -ESRCH: there is none; -ENOSYS: /proc does not tell. */
int proc_reads_numbers_as_we(pid_t pid);

/* Reads the file @name of it, of any length. *ret is freed by the caller. -EACCES: /proc hides it, or it has gone. */
int proc_read(int proc, const char *name, char **ret);

/* Also one that has ended is there until somebody waits for it; and only until then is its number its own. */
bool proc_has_gone(int pidfd);
