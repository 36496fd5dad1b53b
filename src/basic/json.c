/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

/* Length of the UTF-8 sequence at @s of at most @left bytes, 0 where it is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
static size_t utf8_length(const unsigned char *s, size_t left) {
        static const unsigned char second_low[] = { [0xe0 - 0xc0] = 0xa0, [0xf0 - 0xc0] = 0x90, [0xf4 - 0xc0] = 0x80 };
        size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

        if (n > left)
                return 0;
        for (size_t i = 1; i < n; i++)
                if ((s[i] & 0xc0) != 0x80)
                        return 0;
        if (n > 2 && s[1] < second_low[s[0] - 0xc0])
                return 0;
        if ((s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f))
                return 0;

        return n;
}

static void write_string(FILE *file, const char *text, size_t length) {
        const unsigned char *s = (const unsigned char *) text;

        fputc('"', file);
        while (length > 0) {
                size_t n = utf8_length(s, length);

                if (n == 0)
                        fputs("\\ufffd", file), n = 1;
                else if (*s == '"' || *s == '\\')
                        fprintf(file, "\\%c", *s);
                else if (*s < 0x20 || *s == 0x7f)
                        fprintf(file, "\\u%04x", *s);
                else
                        fwrite(s, 1, n, file);

                s += n;
                length -= n;
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
