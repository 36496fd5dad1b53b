/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/json.h"

#include <assert.h>
#include <inttypes.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/parse.h"
#include "basic/utf8.h"

/* The most that one byte of text becomes in a string: "\\u001b". */
#define BYTE_MAX 6

#define LEVELS_MAX 64

/* "\\u001b"; above U+FFFF two, as UTF-16 has it. */
static char *put_escape(char *end, uint32_t c) {
        if (c > 0xffff) {
                end = put_escape(end, 0xd800 + ((c - 0x10000) >> 10));
                c = 0xdc00 + (c & 0x3ff);
        }

        return end + snprintf(end, BYTE_MAX + 1, "\\u%04x", (unsigned) c);
}

/* Puts the character that *text begins with at @end, and moves *text behind it. Returns the new end. */
static char *put_character(char *end, const char **text) {
        const char *p = *text;
        uint32_t c;
        size_t length = utf8_character(p, &c);

        *text += length > 0 ? length : 1;
        if (length == 0)
                return put_escape(end, 0xfffd);
        if (character_is_unsafe(c))
                return put_escape(end, c);

        if (c == '"' || c == '\\')
                *end++ = '\\';
        return mempcpy(end, p, length);
}

static void write_string(FILE *file, const char *text, size_t length) {
        fputc('"', file);
        for (const char *end = text + length; text < end;) {
                char buffer[2 * BYTE_MAX + 1]; /* a noncharacter of four bytes is escaped as two */

                fwrite(buffer, 1, (size_t) (put_character(buffer, &text) - buffer), file);
        }
        fputc('"', file);
}

static void write_line(JsonWriter *writer) {
        if (!writer->pretty)
                return;

        fputc('\n', writer->file);
        for (unsigned i = 0; i < writer->depth; i++)
                fputs("        ", writer->file);
}

static void write_name(JsonWriter *writer, const char *name) {
        if (writer->more)
                fputc(',', writer->file);
        writer->more = true;

        write_line(writer);
        if (!name)
                return;

        write_string(writer->file, name, strlen(name));
        fputs(writer->pretty ? ": " : ":", writer->file);
}

static void open_level(JsonWriter *writer, bool array) {
        unsigned level = writer->depth++;

        assert(level < LEVELS_MAX || array == level % 2);

        if (level < LEVELS_MAX)
                writer->arrays = (writer->arrays & ~(UINT64_C(1) << level)) | (uint64_t) array << level;
        fputc(array ? '[' : '{', writer->file);
        writer->more = false;
}

void json_begin(JsonWriter *writer, FILE *file, bool pretty) {
        *writer = (JsonWriter) { .file = file, .pretty = pretty };
        open_level(writer, false);
}

void json_string(JsonWriter *writer, const char *name, const char *value) {
        write_name(writer, name);
        write_string(writer->file, value, strlen(value));
}

void json_number(JsonWriter *writer, const char *name, uint64_t value) {
        write_name(writer, name);
        fprintf(writer->file, "%" PRIu64, value);
}

void json_boolean(JsonWriter *writer, const char *name, bool value) {
        write_name(writer, name);
        fputs(value ? "true" : "false", writer->file);
}

void json_null(JsonWriter *writer, const char *name) {
        write_name(writer, name);
        fputs("null", writer->file);
}

void json_string_or_null(JsonWriter *writer, const char *name, const char *value) {
        if (value)
                json_string(writer, name, value);
        else
                json_null(writer, name);
}

void json_value(JsonWriter *writer, const char *name, const char *text) {
        uint64_t number;

        if (text && parse_unsigned(text, 0, UINT64_MAX, &number) >= 0)
                json_number(writer, name, number);
        else
                json_string_or_null(writer, name, text);
}

void json_hundredths(JsonWriter *writer, const char *name, uint64_t value) {
        write_name(writer, name);
        fprintf(writer->file, "%" PRIu64 ".%02u", value / 100, (unsigned) (value % 100));
}

void json_words(JsonWriter *writer, const char *name, const char *text, char separator) {
        const char separators[] = { separator, '\0' };
        bool more = false;

        write_name(writer, name);
        fputc('[', writer->file);
        for (const char *p = text; *p;) {
                size_t length = strcspn(p, separators);

                if (more)
                        fputc(',', writer->file);
                more = true;
                write_string(writer->file, p, length);
                p += length + (p[length] != '\0');
        }
        fputc(']', writer->file);
}

void json_open_object(JsonWriter *writer, const char *name) {
        write_name(writer, name);
        open_level(writer, false);
}

void json_open_array(JsonWriter *writer, const char *name) {
        write_name(writer, name);
        open_level(writer, true);
}

void json_close(JsonWriter *writer) {
        unsigned level;

        assert(writer->depth > 0);

        level = --writer->depth;
        if (writer->more)
                write_line(writer);
        fputc((level < LEVELS_MAX ? writer->arrays >> level & 1 : level % 2) ? ']' : '}', writer->file);
        writer->more = true;
}

int json_end(JsonWriter *writer) {
        while (writer->depth > 0)
                json_close(writer);
        fputc('\n', writer->file);

        return stream_end(writer->file);
}
