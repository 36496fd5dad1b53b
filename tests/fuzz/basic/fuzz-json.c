/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON: whatever is written in whatever order is JSON, is safe to be shown, and means what was written. */

#include "basic/check-json.h"
#include "basic/json.h"
#include "basic/parse.h"
#include "fuzz.h"

#define STRINGS_MAX 512
#define DEPTH_MAX 80
#define LEVELS 64 /* of which the writer remembers each one's kind */

typedef struct Expected {
        char *strings[STRINGS_MAX];
        size_t n;
        bool arrays[DEPTH_MAX];
        unsigned depth; /* 0: the object that is always there */
} Expected;

static void expect(Expected *expected, char *text) {
        promise(expected->n < STRINGS_MAX);
        expected->strings[expected->n++] = text;
}

/* As an array of strings, each of which was divided off by a blank. */
static void write_words(JsonWriter *writer, Expected *expected, const char *name, char *text) {
        json_words(writer, name, text, ' ');
        for (const char *p = text; *p; p += p[strcspn(p, " ")] == ' ' ? strcspn(p, " ") + 1 : strcspn(p, " "))
                if (expected->n < STRINGS_MAX)
                        expect(expected, strndup(p, strcspn(p, " ")));
        free(text);
}

/* Takes @text over. */
static void write_member(JsonWriter *writer, Expected *expected, unsigned kind, const char *name, char *text,
                         FuzzInput *input) {
        uint64_t number;

        switch (kind) {
        case 0:
                json_string(writer, name, text);
                expect(expected, text);
                return;
        case 1:
                json_value(writer, name, text);
                if (parse_unsigned(text, 0, UINT64_MAX, &number) < 0) {
                        expect(expected, text);
                        return;
                }
                break;
        case 2:
                json_number(writer, name, fuzz_number(input));
                break;
        case 3:
                json_hundredths(writer, name, fuzz_number(input));
                break;
        case 4:
                json_boolean(writer, name, fuzz_byte(input) & 1);
                break;
        default:
                json_string_or_null(writer, name, NULL);
        }
        free(text);
}

static void write_one(JsonWriter *writer, Expected *expected, FuzzInput *input) {
        unsigned op = fuzz_byte(input);
        char *name = NULL;

        if (op % 16 == 15) {
                if (expected->depth > 0) {
                        json_close(writer);
                        expected->depth--;
                }
                return;
        }

        if (!expected->arrays[expected->depth]) {
                name = fuzz_line(input);
                expect(expected, name); /* freed with the others */
        }

        if (op % 16 >= 12 && expected->depth + 1 < DEPTH_MAX) {
                unsigned level = ++expected->depth;
                bool array = level < LEVELS ? op % 2 : level % 2;

                (array ? json_open_array : json_open_object)(writer, name);
                expected->arrays[level] = array;
        } else if (op % 16 == 11)
                write_words(writer, expected, name, fuzz_line(input));
        else
                write_member(writer, expected, op % 16 % 6, name, fuzz_line(input), input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FuzzInput input = { data, size };
        Expected expected = {};
        JsonWriter writer;
        char *text = NULL;
        size_t length;
        FILE *file = open_memstream(&text, &length);

        promise(file);
        json_begin(&writer, file, fuzz_byte(&input) & 1);
        while (input.size > 0 && expected.n < STRINGS_MAX / 2 && input.size < 4096)
                write_one(&writer, &expected, &input);
        promise(json_end(&writer) == 0 && fclose(file) == 0);

        check_json(text, length, expected.n < STRINGS_MAX ? expected.strings : NULL, expected.n);
        for (size_t i = 0; i < expected.n; i++)
                free(expected.strings[i]);
        free(text);
        return 0;
}
