/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What /proc says of one process or thread in its files "stat" and "status" (proc_pid_stat(5), proc_pid_status(5)). */

#include <sys/types.h>

#include "basic/macros.h"

#define PROC_NAME_MAX 64 /* with its NUL; of kernel threads, others have 15 */

typedef struct ProcStat {
        char name[PROC_NAME_MAX]; /* anything can stand in it */
        char state;
        pid_t parent;
        bool kernel;  /* a kernel thread */
        bool bound;   /* to its processors for good: some kernel threads */
        bool exiting; /* it is about to end */
        uint64_t n_threads;
        unsigned policy; /* SCHED_FIFO and its like */
} ProcStat;

/* Takes it from @text, the contents of "stat". -EBADMSG: it is not. */
int proc_stat_parse(const char *text, ProcStat *ret);

/* Reads it of the process or thread whose directory @proc is. */
int proc_stat_read(int proc, ProcStat *ret);

/* Whether nothing is left of it but what its parent waits for. */
bool proc_stat_is_dead(const ProcStat *stat);

/* Whether the kernel lets nobody move it to another group: kthreadd, and threads that are bound to their processors. */
bool proc_stat_stays(const ProcStat *stat);

/* Whether one of its threads has one of the scheduling policies @policies, a bit each. */
bool proc_has_policy(int proc, unsigned policies);

/* Of a process whose first thread has ended while others live, opens the directory of one of these: what /proc says of
 * the process itself is of the first, which has no namespaces any more and stays in its group for good. Returns the
 * descriptor; -ENODATA: it is no such process. */
int proc_open_live_thread(int proc);

/* The number of @base in the column @index behind "NAME:" in @text, the contents of "status"; 0 where there is none. */
uint64_t proc_status_number(const char *text, const char *name, unsigned index, int base);
