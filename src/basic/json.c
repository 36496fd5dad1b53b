/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/json.h"

#include <assert.h>
#include <inttypes.h>

#include "basic/escape.h"
#include "basic/utf8.h"

/* "\\u001b"; above U+FFFF two, as UTF-16 has it. */
static char *put_escape(char *end, uint32_t c) {
        if (c > 0xffff) {
                end = put_escape(end, 0xd800 + ((c - 0x10000) >> 10));
                c = 0xdc00 + (c & 0x3ff);
        }

        return end + snprintf(end, JSON_BYTE_MAX + 1, "\\u%04x", (unsigned) c);
}

char *json_put_character(char *end, const char **text) {
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
                char buffer[2 * JSON_BYTE_MAX + 1]; /* a noncharacter of four bytes is escaped as two */

                fwrite(buffer, 1, (size_t) (json_put_character(buffer, &text) - buffer), file);
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

static void open_level(JsonWriter *writer, char opener, char closer) {
        assert(writer->depth < JSON_DEPTH_MAX);

        fputc(opener, writer->file);
        writer->closers[writer->depth++] = closer;
        writer->more = false;
}

void json_begin(JsonWriter *writer, FILE *file, bool pretty) {
        *writer = (JsonWriter) { .file = file, .pretty = pretty };
        open_level(writer, '{', '}');
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
        open_level(writer, '{', '}');
}

void json_open_array(JsonWriter *writer, const char *name) {
        write_name(writer, name);
        open_level(writer, '[', ']');
}

void json_close(JsonWriter *writer) {
        assert(writer->depth > 0);

        writer->depth--;
        if (writer->more)
                write_line(writer);
        fputc(writer->closers[writer->depth], writer->file);
        writer->more = true;
}

int json_end(JsonWriter *writer) {
        while (writer->depth > 0)
                json_close(writer);
        fputc('\n', writer->file);

        return fflush(writer->file) == 0 && !ferror(writer->file) ? 0 : -EIO;
}
