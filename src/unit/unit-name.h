/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of units, by systemd.unit(5): what is valid, and the name a scope of cgscope's gets. No bus. */

#include <stdbool.h>

/* Longest unit name that systemd takes, suffix included (UNIT_NAME_MAX in its sources). */
#define UNIT_NAME_MAX 255

/* @name is the full name of a unit of any type, with its suffix; an instance is one, a template ("a@.service") is
 * not. */
bool unit_name_is_valid(const char *name);

/* @name is a plain scope name that a manager takes for a transient scope: letters, digits and ":-_.\", the suffix
 * ".scope", no '@' (a transient scope can be no instance), at most UNIT_NAME_MAX bytes. */
bool scope_name_is_valid(const char *name);

/* From what a person types to the name of a unit that there may be: ".scope" is added where there is no suffix, as
 * systemctl(1) adds ".service". -EINVAL where the result is no valid one. *ret is freed by the caller. */
int unit_name_complete(const char *text, char **ret);

/* The same for the name of a new scope: ".scope" is added where there is no suffix. -EINVAL where the result is no
 * valid one; -EPERM where it is the manager's own init.scope, or a session's (session-3.scope, session-c1.scope), which
 * logind makes. A request for one of those would be taken for a change of it. *ret is freed by the caller. */
int scope_name_complete(const char *text, char **ret);

/* "app-cgscope-COMMAND-RANDOM.scope", as systemd.io/DESKTOP_ENVIRONMENTS wants it: COMMAND is the last part of the
 * path @command, escaped as systemd-escape does ('-' is \x2d) and cut so that the whole fits; RANDOM is 64 bits from
 * the kernel in hexadecimal. ret is freed by the caller. */
int scope_name_generate(const char *command, char **ret);

/* Like scope_name_complete() for a slice; "-.slice" and "system-foo.slice" are valid, "foo--bar.slice" is not. */
int slice_name_complete(const char *text, char **ret);

/* The slice "OUTER-INNER.slice" for --slice-inherit; "-.slice" for one of them gives the other. Both are full names of
 * slices; -EINVAL where one is not, or the result is too long. */
int slice_name_join(const char *outer, const char *inner, char **ret);

/* How systemd names the directory of the unit @name: as the unit, with a '_' before a name that the kernel could take
 * for a file of its own ("cpu.scope"). Compares @directory with that. */
bool unit_name_matches_directory(const char *name, const char *directory);
