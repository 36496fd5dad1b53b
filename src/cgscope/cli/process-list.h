/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Processes that are to be moved: what a person types becomes a pidfd at once, and what is found out about the number
 * counts only while that process still lives. */

#include <sys/types.h>

#include "basic/macros.h"

typedef struct ProcessList {
        pid_t *pids;
        int *pidfds;
        size_t n;
} ProcessList;

/* One number. Says that it is none. */
int process_number_parse(const char *text, pid_t *ret);

/* Says what is wrong with a process that is to be looked at, as the errors of proc_open() and migrant_read() do.
 * Returns @error. */
int process_report(pid_t pid, int error);

/* Its pidfd. Says that there is no such process. */
int process_open(pid_t pid, int *ret);

/* The numbers at @texts, each once. Says which is none. */
int process_list_parse(ProcessList *list, char *const texts[]);

/* Opens them. Checks that each is no manager, no kernel thread that nobody may move, and where it has to be @owned, a
 * process of ours (any, for root) and no kernel thread at all: within a subtree of ours the kernel lets us move
 * anyone's. Says itself what is wrong with which. */
int process_list_open(ProcessList *list, bool owned);
void process_list_done(ProcessList *list);

bool process_has_ended(int pidfd);
