/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `cgscope doctor` examines, and what it finds. */

#include <stdio.h>

#include "basic/trouble.h"
#include "cgroup/hierarchy.h"
#include "cgscope/cli/client.h"
#include "cgscope/cli/common-options.h"
#include "unit/controller.h"

typedef struct Doctor {
        const CommonOptions *options;
        uid_t uid;       /* whose way is looked at */
        const char *user; /* the name to that, borrowed; NULL: it has none */
        bool own;        /* it is the caller's */
        int root;        /* the unified hierarchy; -EMEDIUMTYPE: there is none, @mode says what is there */
        bool read_only;  /* it is mounted so */
        CgroupMode mode;
        const Asking *asking; /* NULL: the part that asks cannot be loaded, as @asking_message says */
        char *asking_message;
} Doctor;

typedef enum FindingResult {
        FINDING_OK,
        FINDING_NOTE,    /* works, and is worth knowing */
        FINDING_PROBLEM, /* something does not work */
        FINDING_UNKNOWN, /* cannot be told */
        _FINDING_MAX,
} FindingResult;

typedef struct Finding {
        FindingResult result;
        char *found;  /* a clause: what there is */
        char *remedy; /* the one thing that helps; NULL: there is none, or none is needed */
} Finding;

/* One thing that is examined. Looks, and fills in @ret; what cannot be looked at is FINDING_UNKNOWN with the reason.
 * Where there is nothing to say, as of a mount option where nothing is mounted, @ret is left as it was: empty, with
 * @found NULL, and is not printed. Fails for want of memory alone. */
typedef struct Check {
        const char *name; /* "hierarchy": also the name in JSON */
        int (*look)(const Doctor *doctor, Finding *ret);
} Check;

/* Sets all of @ret; @remedy may be NULL, @found is a format. */
int finding_set(Finding *ret, FindingResult result, const char *remedy, const char *found, ...) _printf_(4, 5);

/* What went wrong is what was found. */
int finding_take(Finding *ret, FindingResult result, int error, const Trouble *trouble);

void finding_done(Finding *finding);

/* The tables of the checks, in the order in which they are printed, ended by one without a name. */
extern const Check doctor_host_checks[];    /* check-host.c: hierarchies, mount options, container, WSL */
extern const Check doctor_kernel_checks[];  /* check-kernel.c: what the kernel can do, controllers without effect */
extern const Check doctor_session_checks[]; /* check-session.c: systemd, user manager, bus, environment, linger, sudo */
