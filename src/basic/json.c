/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

#include "basic/utf8.h"

static void write_string(FILE *file, const char *text, size_t length) {
        fputc('"', file);
        for (const char *end = text + length; text < end;) {
                unsigned char c = (unsigned char) *text;
                size_t n = utf8_length(text);

                if (n == 0)
                        fputs("\\ufffd", file), n = 1;
                else if (c == '"' || c == '\\')
                        fprintf(file, "\\%c", c);
                else if (c < 0x20 || c == 0x7f)
                        fprintf(file, "\\u%04x", c);
                else
                        fwrite(text, 1, n, file);
                text += n;
        }
        fputc('"', file);
}

static void write_name(JsonWriter *writer, const char *name) {
        if (writer->more)
                fputc(',', writer->file);
        writer->more = true;

        if (writer->pretty)
                fputs("\n        ", writer->file);
        write_string(writer->file, name, strlen(name));
        fputs(writer->pretty ? ": " : ":", writer->file);
}

void json_begin(JsonWriter *writer, FILE *file, bool pretty) {
        *writer = (JsonWriter) { .file = file, .pretty = pretty };
        fputc('{', file);
}

void json_string(JsonWriter *writer, const char *name, const char *value) {
        write_name(writer, name);
        write_string(writer->file, value, strlen(value));
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

int json_end(JsonWriter *writer) {
        fputs(writer->pretty ? "\n}\n" : "}\n", writer->file);

        return fflush(writer->file) == 0 && !ferror(writer->file) ? 0 : -EIO;
}
