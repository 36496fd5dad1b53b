/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What went wrong, as a value: for functions that return an error and know more about it. It is filled where it
 * happened, may be wrapped on its way up, and is said once, at the top: log_trouble() of a verb, a finding of doctor's,
 * an error of the services on the bus. An error without words is possible: then there is nothing but strerror(3).
 *
 * All of them take NULL for a @trouble that nobody wants to know, and return @error; -ENOMEM where there was no memory
 * for the text, and then @trouble is as it was. */

#include "basic/macros.h"

typedef struct Trouble {
        int error;    /* negative errno; 0: nothing was filled in */
        char *cause;  /* one line without full stop; NULL: not known */
        char *remedy; /* what helps, likewise; NULL: not known, or @cause says it */
} Trouble;

void trouble_done(Trouble *trouble);

#define _cleanup_trouble_ _cleanup_(trouble_done)

/* The cause, in place of all that was there before. */
int trouble_set(Trouble *trouble, int error, const char *format, ...) _printf_(3, 4);

/* What helps, beside the cause. */
int trouble_help(Trouble *trouble, int error, const char *format, ...) _printf_(3, 4);

/* Where @error is one: "WORDS: CAUSE" in place of the cause, or of what @error means. */
int trouble_wrap(Trouble *trouble, int error, const char *format, ...) _printf_(3, 4);

/* Replaces @to by @from, which is empty then. */
int trouble_move(Trouble *to, int error, Trouble *from);

/* "CAUSE; REMEDY", or what @error means; to be freed. NULL: no memory. */
char *trouble_text(const Trouble *trouble, int error);
