/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command that is to run in a new scope, in our place or supervised. */

#include "cgscope/command/confine.h"
#include "cgscope/command/identity.h"
#include "cgscope/command/report.h"
#include "cgscope/command/scope-delegation.h"

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

#define STOP_INIT                                                                             \
        {                                                                                     \
                .runtime = USEC_INFINITY, .earliest = USEC_INFINITY, .latest = USEC_INFINITY, \
                .deadline = USEC_INFINITY, .events = -EBADF                                   \
        }

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
        Report report;           /* of a supervised run */
        char **argv;
        char *path; /* of the command */
} Run;
