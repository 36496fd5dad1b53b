/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The terminal on standard output: its width, and whether it shows colours. The environment is systemd's:
 * $SYSTEMD_COLORS, $NO_COLOR, $TERM, $COLUMNS. */

#include "basic/macros.h"

/* systemd's colours. */
#define TERMINAL_BOLD "\x1b[0;1;39m"
#define TERMINAL_RED "\x1b[0;1;31m"
#define TERMINAL_YELLOW "\x1b[0;1;33m"
#define TERMINAL_CYAN "\x1b[0;1;36m"
#define TERMINAL_GREEN "\x1b[0;1;32m"
#define TERMINAL_GREEN_PALE "\x1b[0;32m"
#define TERMINAL_GRAY "\x1b[0;90m"
#define TERMINAL_OFF "\x1b[0m"

/* Whether standard output is one. Also true while a pager of ours stands in front of it. */
bool terminal_is_output(void);

/* Columns, by $COLUMNS or the terminal's word; 0 where it is none. */
unsigned terminal_width(void);
bool terminal_has_colors(void);

/* Whether the locale ($LC_ALL, $LC_CTYPE, $LANG) says that text is UTF-8; it is set by that, for what else asks it. */
bool terminal_is_utf8(void);
