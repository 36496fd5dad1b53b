/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command to be run: found, and executed in place of this process. */

#include <sys/types.h>

#include "basic/macros.h"

/* The file that @name means, searched in $PATH where it has no '/', as execvp(3) does. *ret is freed by the caller.
 * -ENOENT: not found; -EACCES: found, but nothing that can be executed. */
int command_find(const char *name, char **ret);

/* Executes @path with @argv. Returns only on failure, a negative errno. A script without "#!" goes to the shell. */
int command_execute(const char *path, char *argv[]);

/* The exit status that env(1) gives for a command that could not be executed because of @error. */
int command_status(int error);
