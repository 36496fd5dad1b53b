/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of the command that are loaded by the verbs that need them, as the libraries below them cost more to load
 * than a short verb does. */

#include "basic/trouble.h"

/* Loads @module ("cgscope-systemd.so") from where it is installed, or, where the program is not the installed one, from
 * beside it, as in the build directory, if nobody else could have written it than could have written the program; and
 * returns what it exports as @symbol. NULL: *trouble says why not, with @purpose ("the part that …"). */
const void *module_load(const char *module, const char *symbol, const char *purpose, Trouble *trouble);
