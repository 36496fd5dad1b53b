/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Waiting for a command as if it ran in our place. It is in our session and process group, so that what the terminal
 * sends reaches it without us; what somebody sends to us is handed on to it, we stop when it stops, and end as it
 * ended. */

#include <signal.h>
#include <sys/types.h>

#include "basic/macros.h"

typedef struct Supervisor {
        int signals;               /* signalfd(2) */
        sigset_t mask;             /* of the caller: the command's */
        struct sigaction on_child; /* likewise */

        int stop_signal; /* of the unit: handed on as the others are; 0: none */
        bool *stop_came; /* borrowed: set when that has come; NULL: nobody asks */

        /* To be called at @deadline, or when poll(2) says that the file @events has changed, which it has to read.
         * Returns the next deadline. NULL: never. */
        uint64_t (*wake)(void *userdata);
        void *userdata;
        uint64_t deadline;
        int events;
} Supervisor;

#define SUPERVISOR_INIT \
        { .signals = -EBADF, .deadline = USEC_INFINITY, .events = -EBADF }

typedef struct Child {
        pid_t pid;
        int pidfd;
} Child;

/* Takes over the signals, @stop_signal as well. To be done before the command is started. */
int supervisor_init(Supervisor *supervisor);
void supervisor_done(Supervisor *supervisor);

/* In the child: signals as they were. */
void supervisor_leave(const Supervisor *supervisor);

/* Returns when the child has ended, and is reaped; *ret_status is that of waitpid(2). */
int supervisor_wait(const Supervisor *supervisor, const Child *child, int *ret_status);

/* Ends this process as the command ended, by the same signal too, so that a shell sees what it would have seen. */
_noreturn_ void status_pass_on(int status);
