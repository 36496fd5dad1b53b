/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "utf8.h"

#include <stdint.h>

size_t utf8_length(const char *text) {
        static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };
        const unsigned char *p = (const unsigned char *) text;
        size_t length = p[0] < 0x80 ? 1 : (p[0] & 0xe0) == 0xc0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : 4;
        uint32_t c;

        if (p[0] >= 0xf8)
                return 0;
        if (length == 1)
                return 1;

        c = p[0] & (0x7fU >> length);
        for (size_t i = 1; i < length; i++) {
                if ((p[i] & 0xc0) != 0x80) /* the NUL at the end, too */
                        return 0;
                c = c << 6 | (p[i] & 0x3fU);
        }

        return c < smallest[length - 1] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : length;
}
