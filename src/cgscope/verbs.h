/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The verbs: one file each. A verb gets its own part of the command line, argv[0] being "cgscope VERB" for messages,
 * and returns the exit status. */

typedef struct Verb {
        const char *name;
        const char *arguments;
        const char *help;
        int (*run)(int argc, char *argv[]);
} Verb;

/* Exit statuses (the design's "Failure is part of the interface"). Those of `run` are env(1)'s and timeout(1)'s. */
enum {
        STATUS_FAILURE = 1,
        STATUS_USAGE = 2,
        STATUS_NOT_STARTED = 125,   /* cgscope failed before the command began */
        STATUS_NOT_EXECUTABLE = 126,
        STATUS_NOT_FOUND = 127,
};

int verb_run(int argc, char *argv[]);
int verb_adopt(int argc, char *argv[]);
int verb_exec(int argc, char *argv[]);
int verb_list(int argc, char *argv[]);
int verb_status(int argc, char *argv[]);
int verb_tree(int argc, char *argv[]);
int verb_create(int argc, char *argv[]);
int verb_remove(int argc, char *argv[]);
int verb_set(int argc, char *argv[]);
int verb_get(int argc, char *argv[]);
int verb_controllers(int argc, char *argv[]);
int verb_procs(int argc, char *argv[]);
int verb_move(int argc, char *argv[]);
int verb_can_move(int argc, char *argv[]);
int verb_ns(int argc, char *argv[]);
int verb_chown(int argc, char *argv[]);
int verb_freeze(int argc, char *argv[]);
int verb_thaw(int argc, char *argv[]);
int verb_kill(int argc, char *argv[]);
int verb_stop(int argc, char *argv[]);
int verb_enable(int argc, char *argv[]);
int verb_disable(int argc, char *argv[]);
int verb_doctor(int argc, char *argv[]);
