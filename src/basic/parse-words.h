/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Parsers of words and of lists of them. As those of parse.h, they are strict. */

#include "basic/macros.h"

/* "0-3,6" or "0 1 2" to a bit mask, lowest byte first, no longer than its highest bit needs; "" is the empty mask with
 * a NULL pointer. *ret is freed by the caller. */
int parse_index_mask(const char *text, uint8_t **ret, size_t *ret_size);

/* "SIGTERM", "TERM", "15", "RTMIN+3", "RTMAX-1". */
int parse_signal(const char *text, int *ret);

/* Takes the next word off *text; words are divided by white space, quotes of either kind keep it together. 1: *ret is
 * the word, to be freed by the caller; 0: none left. -EINVAL: a quote is not closed. Moves *text on success only. */
int parse_word(const char **text, char **ret);

/* Whether @word is one of those in @text that any of @separators divide. */
bool text_has_word(const char *text, const char *separators, const char *word);

/* Whether @text is UTF-8 without noncharacters and without control characters but tabs: what D-Bus takes as a string
 * and one line can show. */
bool text_is_printable(const char *text);
