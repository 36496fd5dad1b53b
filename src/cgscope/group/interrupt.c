/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/group/interrupt.h"

/* What people, terminals, managers and broken pipes send. One that is ignored does not become pending. */
static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2 };

void interrupt_hold(sigset_t *ret_before) {
        sigset_t set;

        (void) sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTSOF(ending); i++)
                (void) sigaddset(&set, ending[i]);

        (void) sigprocmask(SIG_BLOCK, &set, ret_before);
}

/* What the caller holds himself stays held. */
bool interrupt_is_pending(const sigset_t *before) {
        sigset_t pending;

        if (sigpending(&pending) < 0)
                return false;

        for (size_t i = 0; i < ELEMENTSOF(ending); i++)
                if (sigismember(&pending, ending[i]) > 0 && sigismember(before, ending[i]) == 0)
                        return true;

        return false;
}

void interrupt_release(const sigset_t *before) {
        (void) sigprocmask(SIG_SETMASK, before, NULL);
}
