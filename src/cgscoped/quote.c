/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/quote.h"

#include "basic/escape.h"
#include "basic/macros.h"

#define ELLIPSIS "…"

char *quote(const char *text, char buffer[static QUOTE_MAX]) {
        char *to = buffer, *end = buffer + QUOTE_MAX - sizeof(ELLIPSIS);

        while (*text) {
                char shown[ESCAPE_MAX + 1];
                size_t length = escape_character(&text, shown, NULL);

                if (to + length > end) {
                        to = stpcpy(to, ELLIPSIS);
                        break;
                }

                to = mempcpy(to, shown, length);
        }

        *to = '\0';
        return buffer;
}
