/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `cgscope doctor` examines, and what it finds. A check is a function check_NAME() that looks, and where there is
 * more to it than looking, judge_NAME(), which only decides by what was seen. */

#include "basic/escape.h"
#include "basic/trouble.h"
#include "cgroup/hierarchy.h"
#include "proc/kernel.h"
#include "systemd/asking.h"
#include "unit/controller.h"

/* In what the system runs. */
typedef struct Surroundings {
        char *arguments; /* the kernel command line, "" where it cannot be read */
        char release[KERNEL_RELEASE_SIZE];
        char container[ESCAPE_SHORT_MAX]; /* which kind of container this is; "" for none */
        unsigned wsl;                     /* the version of the Windows Subsystem for Linux; 0: it is none */
        bool systemd;                     /* it is process 1 */
} Surroundings;

typedef struct Doctor {
        uid_t uid;        /* whose way is looked at */
        const char *user; /* the name to that, borrowed; NULL: it has none */
        bool own;         /* it is the caller's */
        uint64_t timeout; /* for all questions to managers, which begin now */
        uint64_t deadline;
        int root;       /* the unified hierarchy; -EMEDIUMTYPE: there is none, @mode says what is there */
        bool read_only; /* it is mounted so */
        CgroupMode mode;
        ControllerMask there; /* the controllers of its root */
        Surroundings surroundings;
        const Asking *asking; /* NULL: the part that asks cannot be loaded, as @absence says */
        Trouble absence;

        /* Makes a scope like those of the verbs and calls @look with the path of its group while it is there: for
         * the caller's own way. */
        int (*probe)(const struct Doctor *doctor, int (*look)(void *userdata, const char *path), void *userdata,
                     Trouble *trouble);
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
 * @found NULL, and is not printed. Fails for want of memory alone. Tables of them end with one without a name. */
typedef struct Check {
        const char *name; /* "hierarchy": also the name in JSON */
        int (*look)(const Doctor *doctor, Finding *ret);
} Check;

/* Sets all of @ret; @remedy may be NULL, @found is a format. */
int finding_set(Finding *ret, FindingResult result, const char *remedy, const char *found, ...) _printf_(4, 5);

#define finding_ok(ret, ...) finding_set((ret), FINDING_OK, NULL, __VA_ARGS__)
#define finding_note(ret, remedy, ...) finding_set((ret), FINDING_NOTE, (remedy), __VA_ARGS__)
#define finding_problem(ret, remedy, ...) finding_set((ret), FINDING_PROBLEM, (remedy), __VA_ARGS__)
#define finding_unknown(ret, ...) finding_set((ret), FINDING_UNKNOWN, NULL, __VA_ARGS__)

/* What went wrong is what was found, or that @object could not be looked at. -ENOMEM is returned instead. */
int finding_take(Finding *ret, FindingResult result, int error, const Trouble *trouble);
int finding_cannot_look(Finding *ret, const char *object, int error);
void finding_done(Finding *finding);

int surroundings_read(Surroundings *ret);
void surroundings_done(Surroundings *surroundings);

/* Connects to a manager for one question, and lets go of it, where there is one. -ELIBACC: there is no way to ask. */
int check_ask(const Doctor *doctor, ManagerKind kind, Manager **ret, Trouble *trouble);
void check_asked(const Doctor *doctor, Manager *manager);
