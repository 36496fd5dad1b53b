/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finding out what there is to see: of the processes, and from other namespaces. */

#include "cgscope/cli/aim.h"
#include "cgscope/ns/ns.h"

/* ns-reading.c: finds the processes, and reads what we see of them. Says what is wrong. */
int ns_look_at_named(Ns *ns, char *const texts[]);
int ns_look_at_unit(Ns *ns, Aim *aim);
int ns_look_at_all(Ns *ns);
void ns_process_done(NsProcess *process);

/* ns-process.c: reads what we see of one. */

/* Adds the process whose directory in /proc is @proc. -ESRCH: it has gone; -EACCES: it is hidden; -EAGAIN: it is moved
 * about all the time; -ENOMEM: said. */
int ns_add_process(Ns *ns, pid_t pid, int proc);

/* One of which nothing can be read is shown all the same. */
int ns_add_unknown(Ns *ns, pid_t pid, NsReason reason);

/* ns-view.c: reads what is seen from the other namespaces. */
int ns_see(Ns *ns);
