/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the two ways of running a command in a new scope share: in our place, or supervised. */

#include "cgscope/command/confine.h"
#include "cgscope/command/scope-delegation.h"
#include "cgscope/command/identity.h"
#include "cgscope/command/report.h"

/* Of a supervised run (run-stop.h). Times are deadlines of basic/clock.h, or as long as that. */
typedef struct Stop {
        uint64_t runtime;      /* RuntimeMaxSec= */
        uint64_t timeout;      /* TimeoutStopSec= */
        uint64_t earliest;     /* when the manager may begin to stop it */
        uint64_t latest;       /* when we do */
        uint64_t deadline;     /* of what is next */
        int signal;            /* KillSignal= */
        bool hangs_up;         /* SendSIGHUP= */
        bool asks, kills;      /* first all get that signal; who does not end is killed */
        bool oom, oom_kills;   /* OOMPolicy= is not "continue"; it is "kill" */
        int events;            /* memory.events of the scope */
        uint64_t kills_before; /* by the kernel, in it */
        bool told;             /* the supervisor was sent the signal */
        const char *stopped_by;
} Stop;

#define STOP_INIT \
        { .runtime = USEC_INFINITY, .earliest = USEC_INFINITY, .latest = USEC_INFINITY, \
          .deadline = USEC_INFINITY, .events = -EBADF }

typedef struct Run {
        ScopeOptions options;
        PropertyList asked;      /* the properties with room for who supervises; shallow */
        PropertyList added;      /* what he needs beside them */
        PropertyList properties; /* both, shallow; empty where nobody supervises */
        Stop stop;
        Identity identity;
        bool borrowed; /* taken on for a while */
        Scope scope;
        Ask ask;
        Confinement confinement; /* made before the command, where that is supervised */
        Report report; /* of a supervised run */
        char **argv;
        char *path; /* of the command */
} Run;

/* What a supervised run is asked for in place of the properties of the options: first what can be said before there is
 * a manager, then, with one at hand, the rest. */
int run_prepare_supervised(Run *run);
int run_complete_request(Run *run);
void run_supervised_done(Run *run);

/* Takes on the command's user: for good, or where root's rights are needed later, for a while. */
int run_assume(Run *run);

/* --cgroup-namespace. These are for a process that is in the scope's own group, and in the leaf: each does something
 * where the namespace is to begin there. Afterwards the user is the command's for good, but not while a supervised
 * command is yet to be started. */
int run_confine_at_boundary(Run *run);
int run_confine_at_leaf(Run *run);

/* What is left of that for a supervised command, and for who supervises; userdata is the Run. */
int run_confine_command(void *userdata);
int run_confine_supervisor(void *userdata);

/* With the scope in order and this process in its supervisor's group: runs the command in the leaf until it ends.
 * Returns the exit status, or ends as the command did. */
int run_supervised(Run *run);
