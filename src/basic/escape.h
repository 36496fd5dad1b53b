/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text of others (names of processes, groups, units and users, command lines, messages of the bus) on its way to a
 * terminal, a log or a message: the one place that knows what must not get there as it is. That is control characters
 * (C0, DEL and C1, U+0080 to U+009F), what is no UTF-8, what turns the direction of writing around or ends a line
 * (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069), and noncharacters. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The most that one character becomes: four bytes, each as "\xNN". */
#define ESCAPE_MAX 16

/* Whether the character @c must not be shown as it is. */
bool character_is_unsafe(uint32_t c);

/* Takes the next character off *text and writes it to @buffer as it is to be shown, each byte of an unsafe one as
 * "\xNN". Returns the length. *ret_width (may be NULL) is how many columns that is, with one for each character. */
size_t escape_character(const char **text, char buffer[static ESCAPE_MAX + 1], unsigned *ret_width);

/* Whether escape_text() would change nothing. */
bool text_is_safe(const char *text);

/* All of @text so. A backslash stays one: this is to be read. Freed by the caller; NULL: no memory. */
char *escape_text(const char *text);

/* The same in a buffer: what is too long is cut and ends with "…". Returns @buffer. */
#define ESCAPE_SHORT_MAX 128
char *escape_short(const char *text, char buffer[static ESCAPE_SHORT_MAX]);

/* Prints it so. */
void escape_print(FILE *file, const char *text);

/* The path of a group, or a part of it, to be read and to be typed: a part that holds anything unsafe or anything that
 * a shell could take for more than a name stands in $'…', as bash and zsh read it (and unescape_part() does): "\xNN"
 * are unsafe bytes, "\\" and "\'" these two. Names of units are as they are, with their backslashes, as systemctl shows
 * them. Freed by the caller; NULL: no memory. */
char *escape_path(const char *path);

/* The same for what /proc/PID/cgroup says: the kernel's " (deleted)" behind it is no part of a name. */
char *escape_process_group(const char *path);

/* A target as it was typed, or a name, as one word of a command that a message proposes: here backslashes are quoted,
 * too. What stands in $'…' already stays so. */
char *escape_word(const char *typed);

/* Takes the part that *part begins with, up to '/' or the end, back from what escape_path() makes of it; one that is no
 * $'…' is taken as it is. @buffer has room for @size bytes. Moves *part to its end. -EINVAL: it is not closed, has an
 * unknown escape, or means a '/' or NUL; -ENAMETOOLONG: it does not fit. */
int unescape_part(const char **part, char *buffer, size_t size);
