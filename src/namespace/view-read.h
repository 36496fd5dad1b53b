/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a view: processes are added one by one, then all that they are in is read together. */

#include "namespace/view.h"

/* -ENOSYS: /proc is not mounted, or is that of another PID namespace. */
int view_open(View *view);

/* Adds the process whose directory in /proc is @proc. -ESRCH: it has gone; -EACCES: it is hidden. */
int view_add_process(View *view, pid_t pid, int proc);

/* One of which nothing can be read. */
int view_add_unknown(View *view, pid_t pid, ViewReason reason);

/* Enters the other namespaces of all that was added, and finds out the rest. Fails for lack of memory alone. */
int view_read(View *view);
void view_done(View *view);

/* Why something is not known, as a clause. */
const char *view_reason_text(ViewReason reason);
