/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character that @text, ended by NUL, begins with. Returns the length of its UTF-8 sequence; 0 where @text begins
 * with none (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). Reads no further than it has to. */
size_t utf8_character(const char *text, uint32_t *ret);

/* The same, for who needs the length alone. */
size_t utf8_length(const char *text);

/* U+FDD0 to U+FDEF and the last two of each plane: RFC 3629 has them, sd-bus and systemd refuse them. */
bool utf8_is_noncharacter(uint32_t c);

/* Whether @text is what the bus and systemd take for UTF-8: without noncharacters. */
bool utf8_is_valid(const char *text);
