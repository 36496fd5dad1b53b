/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/utf8.h"

/* RFC 3629, section 4: how long the sequence is that begins with @first, and between what its second byte lies, which
 * rules out overlong forms, surrogates and what is above U+10FFFF. 0: nothing begins so. */
static size_t sequence_length(unsigned char first, unsigned char *ret_lower, unsigned char *ret_upper) {
        *ret_lower = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        *ret_upper = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

        if (first < 0x80)
                return 1;
        if (first < 0xc2 || first > 0xf4)
                return 0;

        return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t utf8_character(const char *text, uint32_t *ret) {
        const unsigned char *p = (const unsigned char *) text;
        unsigned char lower, upper;
        size_t length = sequence_length(p[0], &lower, &upper);
        uint32_t c;

        if (length == 0)
                return 0;

        c = length == 1 ? p[0] : p[0] & (0x7fU >> length);
        for (size_t i = 1; i < length; i++) {
                if (p[i] < lower || p[i] > upper) /* the NUL at the end, too */
                        return 0;
                c = c << 6 | (p[i] & 0x3fU);
                lower = 0x80;
                upper = 0xbf;
        }

        *ret = c;
        return length;
}

size_t utf8_length(const char *text) {
        uint32_t c;

        return utf8_character(text, &c);
}

bool utf8_is_noncharacter(uint32_t c) {
        return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

bool utf8_is_valid(const char *text) {
        while (*text) {
                uint32_t c;
                size_t length = utf8_character(text, &c);

                if (length == 0 || utf8_is_noncharacter(c))
                        return false;
                text += length;
        }

        return true;
}
