/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text for people beside a label, or from a column on, on a terminal of some width: what `status`, reports and findings
 * are made of. All that is printed here goes through basic/escape, so that text of others can be handed over as it is.
 *
 *         Unit: build.scope (user manager)          sheet_line(): one line, cut where the terminal ends
 *     Controllers: cpu memory pids
 *
 *      problem  io  stops at user.slice: the        sheet_wrap(): broken between its words, and the next lines
 *                   group above does not hand it    begin where the first one did
 *                   on
 *
 * Tables of several columns are cgscope/cli/table-view's. */

#include "basic/macros.h"

typedef struct Sheet {
        FILE *file;
        unsigned label_width; /* the labels are flush right in so many columns */
        unsigned width;       /* of a line, as terminal_width() says; 0: nothing is cut and nothing is broken */
        int error;            /* the first one, for sheet_end() */
} Sheet;

/* Prints "LABEL: TEXT", and no more of it than fits. @label is NULL where the one above goes on. */
void sheet_line(Sheet *sheet, const char *label, const char *format, ...) _printf_(3, 4);

/* The same of the path of a group, as escape_path() shows it. */
void sheet_path(Sheet *sheet, const char *label, const char *path);

/* Prints "LABEL: TEXT" in as many lines as it takes. */
void sheet_paragraph(Sheet *sheet, const char *label, const char *format, ...) _printf_(3, 4);

/* Prints @text from column @indent on, where the line stands now, and ends the line. @color is one of basic/terminal's
 * sequences; NULL: none. */
void sheet_wrap(Sheet *sheet, unsigned indent, const char *color, const char *text);

/* Flushes it. -ENOMEM: something is missing in it; else why it could not be written. */
int sheet_end(Sheet *sheet);

/* How wide text is that begins at column @indent of @width: where that leaves too little, the line becomes longer. 0:
 * any length. */
unsigned sheet_room(unsigned width, unsigned indent);

/* @text made safe, with newlines between its words in place of blanks, so that no line is longer than @width (0: any
 * length) unless a word is. UTF-8 counts a column for each character. Freed by the caller; NULL: no memory. */
char *sheet_fold(const char *text, unsigned width);
