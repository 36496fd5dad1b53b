/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/check-json.h"

#include <ctype.h>

#include "fuzz.h"

#define DEPTH_MAX 512

typedef struct Reader {
        const char *p, *end;
        char *const *strings;
        size_t n_strings, next;
} Reader;

static void skip_blanks(Reader *reader) {
        while (reader->p < reader->end && strchr(" \n", *reader->p))
                reader->p++;
}

static bool skip(Reader *reader, const char *text) {
        size_t length = strlen(text);

        if ((size_t) (reader->end - reader->p) < length || memcmp(reader->p, text, length) != 0)
                return false;

        reader->p += length;
        return true;
}

static uint32_t read_hexadecimal(Reader *reader) {
        uint32_t c = 0;

        for (unsigned i = 0; i < 4; i++) {
                const char *digits = "0123456789abcdef", *digit;

                promise(reader->p < reader->end && *reader->p);
                digit = strchr(digits, tolower((unsigned char) *reader->p++));
                promise(digit);
                c = c << 4 | (uint32_t) (digit - digits);
        }

        return c;
}

/* Behind a backslash. */
static uint32_t read_escape(Reader *reader) {
        uint32_t c;

        promise(reader->p < reader->end);
        if (*reader->p == '"' || *reader->p == '\\' || *reader->p == '/')
                return (unsigned char) *reader->p++;

        promise(skip(reader, "u"));
        c = read_hexadecimal(reader);
        promise(c < 0xdc00 || c > 0xdfff);
        if (c < 0xd800 || c > 0xdbff)
                return c;

        promise(skip(reader, "\\u"));
        c = 0x10000 + ((c - 0xd800) << 10);
        return c + (read_hexadecimal(reader) - 0xdc00);
}

/* The character that @expected is to begin with; U+FFFD for a byte that begins none. */
static void expect(const char **expected, uint32_t c) {
        uint32_t wanted = 0;
        size_t length = fuzz_character(*expected, strlen(*expected), &wanted);

        promise(**expected && c == (length > 0 ? wanted : 0xfffd));
        *expected += length > 0 ? length : 1;
}

static void read_string(Reader *reader) {
        const char *expected = NULL;

        promise(skip(reader, "\""));
        if (reader->strings) {
                promise(reader->next < reader->n_strings);
                expected = reader->strings[reader->next++];
        }

        while (!skip(reader, "\"")) {
                uint32_t c;
                size_t length = fuzz_character(reader->p, (size_t) (reader->end - reader->p), &c);

                promise(length > 0 && c >= 0x20);
                reader->p += length;
                if (c == '\\')
                        c = read_escape(reader);
                if (expected)
                        expect(&expected, c);
        }

        promise(!expected || !*expected);
}

static void read_number(Reader *reader) {
        const char *first = reader->p;

        while (reader->p < reader->end && isdigit((unsigned char) *reader->p))
                reader->p++;
        promise(reader->p > first && (*first != '0' || reader->p == first + 1));
        if (!skip(reader, "."))
                return;

        first = reader->p;
        while (reader->p < reader->end && isdigit((unsigned char) *reader->p))
                reader->p++;
        promise(reader->p > first);
}

static void read_value(Reader *reader, unsigned depth) {
        bool object = reader->p < reader->end && *reader->p == '{';

        promise(reader->p < reader->end && depth < DEPTH_MAX);
        if (*reader->p == '"')
                read_string(reader);
        else if (isdigit((unsigned char) *reader->p))
                read_number(reader);
        else if (!object && *reader->p != '[')
                promise(skip(reader, "true") || skip(reader, "false") || skip(reader, "null"));
        else {
                const char *close = object ? "}" : "]";

                reader->p++;
                skip_blanks(reader);
                if (skip(reader, close))
                        return;
                do {
                        skip_blanks(reader);
                        if (object) {
                                read_string(reader);
                                promise(skip(reader, ":"));
                                skip_blanks(reader);
                        }
                        read_value(reader, depth + 1);
                        skip_blanks(reader);
                } while (skip(reader, ","));
                promise(skip(reader, close));
        }
}

void check_json(const char *text, size_t length, char *const *strings, size_t n) {
        Reader reader = { text, text + length, strings, n, 0 };

        promise(length > 2 && text[0] == '{' && text[length - 1] == '\n');
        promise(fuzz_is_safe(text, length, true));
        read_value(&reader, 0);
        promise(reader.p == reader.end - 1);
        promise(!strings || reader.next == n);
}
