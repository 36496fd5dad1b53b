/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command to be run: found, and executed in place of this process. */

#include "cgscope/command/command-options.h"

/* What can fail for the command's own sake: enters its directory, sets its nice level, and finds the file that @name
 * means, searched in $PATH where it has no '/', as execvp(3) does; *ret is freed by the caller. Returns 0, or the exit
 * status where it has said what is wrong. */
int command_prepare(const CommandOptions *options, const char *name, char **ret);

/* Sets $CGSCOPE_UNIT to @unit (NULL: as it is), $CGSCOPE_ROOT to where the command sees the boundary @path, and what
 * the options say. Says what is wrong. */
int command_set_environment(const CommandOptions *options, const char *unit, const char *path);

/* Executes @path with @argv. Returns only on failure, a negative errno. A script without "#!" goes to the shell. */
int command_execute(const char *path, char *argv[]);

/* The exit status that env(1) gives for a command that could not be executed because of @error. */
int command_status(int error);
