/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "quote.h"

#include "basic/macros.h"
#include "basic/utf8.h"

#define ELLIPSIS "…"

/* U+0080 to U+009F are controls as well: a terminal may take U+009B for the beginning of a sequence. */
static bool is_control(const char *text, size_t length) {
        unsigned char first = (unsigned char) text[0], second = (unsigned char) text[1];

        return length == 1 ? first < ' ' || first == 0x7f : first == 0xc2 && second < 0xa0;
}

char *quote(const char *text, char buffer[static QUOTE_MAX]) {
        char *to = buffer, *end = buffer + QUOTE_MAX - sizeof(ELLIPSIS);

        while (*text) {
                size_t length = utf8_length(text);
                bool escape = length == 0 || is_control(text, length);
                size_t n = length ?: 1, size = escape ? n * strlen("\\xNN") : n;

                if (to + size > end) {
                        to = stpcpy(to, ELLIPSIS);
                        break;
                }

                for (size_t i = 0; i < n; i++)
                        if (escape)
                                to += snprintf(to, sizeof("\\xNN"), "\\x%02x", (unsigned char) text[i]);
                        else
                                *to++ = text[i];
                text += n;
        }

        *to = '\0';
        return buffer;
}
