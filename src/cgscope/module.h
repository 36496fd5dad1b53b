/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of the command that are loaded by the verbs that need them, as the libraries below them cost more to load
 * than a short verb does. */

/* Loads @module ("cgscope-systemd.so"), from beside the program, as in the build directory, or else from where it is
 * installed, and returns what it exports as @symbol. NULL: said, with @purpose ("the part that …"). */
const void *module_load(const char *module, const char *symbol, const char *purpose);
