/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files of a group in a temporary directory. A file there keeps what is written, whereas the kernel merges a line
 * of io.max with the others: what is seen here is the last line that was written. */

#include <glib.h>
#include <sys/types.h>

#include "cgroup/attribute-read.h"
#include "cgroup/attribute.h"

typedef struct Group {
        char *path;
        int fd;
} Group;

/* For g_test_add(). */
void group_setup(Group *group, const void *data);
void group_teardown(Group *group, const void *data);

/* Makes a file. */
void put(Group *group, const char *name, const char *text);
void put_mode(Group *group, const char *name, const char *text, mode_t mode);

/* Applies assignments divided by "; "; @ret_message and @ret_failed (the key) may be NULL. */
int apply(Group *group, const char *assignments, char **ret_failed, char **ret_message);

void assert_file(Group *group, const char *name, const char *expected);
void assert_applied(Group *group, const char *assignments);
void assert_read(Group *group, const char *key, bool raw, const char *expected);
