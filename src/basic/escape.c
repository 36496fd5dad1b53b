/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/escape.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>

#include "basic/macros.h"
#include "basic/utf8.h"

#define ELLIPSIS "…"
#define QUOTE_BEGIN "$'"

bool character_is_unsafe(uint32_t c) {
        return c < 0x20 || (c >= 0x7f && c < 0xa0) ||                          /* C0, DEL, C1 */
               c == 0x061c || c == 0x200e || c == 0x200f ||                    /* marks of direction */
               (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || /* separators, embedding, isolates */
               utf8_is_noncharacter(c);
}

/* The length of the character that @text begins with; *ret_unsafe: it, or the byte that begins none, is unsafe. */
static size_t next_character(const char *text, bool *ret_unsafe) {
        uint32_t c;
        size_t length = utf8_character(text, &c);

        *ret_unsafe = length == 0 || character_is_unsafe(c);
        return length ?: 1;
}

size_t escape_character(const char **text, char buffer[static ESCAPE_MAX + 1], unsigned *ret_width) {
        char *end = buffer;
        bool unsafe;
        size_t length = next_character(*text, &unsafe);

        for (const char *p = *text; p < *text + length; p++)
                if (unsafe)
                        end += snprintf(end, sizeof("\\xNN"), "\\x%02x", (unsigned char) *p);
                else
                        *end++ = *p;
        *end = '\0';

        *text += length;
        if (ret_width)
                *ret_width = unsafe ? (unsigned) (end - buffer) : 1;
        return (size_t) (end - buffer);
}

bool text_is_safe(const char *text) {
        while (*text) {
                bool unsafe;

                text += next_character(text, &unsafe);
                if (unsafe)
                        return false;
        }

        return true;
}

char *escape_text(const char *text) {
        char *escaped, *end;

        if (text_is_safe(text))
                return strdup(text);

        escaped = end = malloc(strlen("\\xNN") * strlen(text) + 1 + ESCAPE_MAX);
        if (!escaped)
                return NULL;

        while (*text)
                end += escape_character(&text, end, NULL);
        *end = '\0';
        return escaped;
}

char *escape_short(const char *text, char buffer[static ESCAPE_SHORT_MAX]) {
        char *end = buffer;

        while (*text) {
                char shown[ESCAPE_MAX + 1];
                size_t length = escape_character(&text, shown, NULL);

                if (end + length + sizeof(ELLIPSIS) > buffer + ESCAPE_SHORT_MAX) {
                        end = stpcpy(end, ELLIPSIS);
                        break;
                }
                end = mempcpy(end, shown, length);
        }

        *end = '\0';
        return buffer;
}

void escape_print(FILE *file, const char *text) {
        while (*text) {
                char buffer[ESCAPE_MAX + 1];

                fwrite(buffer, 1, escape_character(&text, buffer, NULL), file);
        }
}

/* --- names that can be typed --- */

/* Whether @p, of which @left bytes are left, begins one of the escapes in names of units: "\\x2d". */
static bool is_unit_escape(const char *p, size_t left) {
        return left >= strlen("\\xNN") && p[0] == '\\' && p[1] == 'x' && isxdigit((unsigned char) p[2]) &&
               isxdigit((unsigned char) p[3]);
}

/* What no shell takes for more than itself, and what is @allowed besides; a backslash only as units have it. */
static bool is_plain_byte(const char *p, size_t left, const char *allowed) {
        if (isalnum((unsigned char) *p) || strchr("@%+=:,.-_", *p))
                return true;

        return strchr(allowed, *p) && (*p != '\\' || is_unit_escape(p, left));
}

static bool is_plain(const char *part, size_t length, const char *allowed) {
        for (const char *p = part; p < part + length;) {
                bool unsafe;
                size_t n = next_character(p, &unsafe);

                if (unsafe || (n == 1 && !is_plain_byte(p, (size_t) (part + length - p), allowed)))
                        return false;
                p += n;
        }

        return true;
}

static char *write_quoted(char *to, const char *part, size_t length) {
        const char *end = part + length;

        to = stpcpy(to, QUOTE_BEGIN);
        while (part < end) {
                if (*part == '\\' || *part == '\'') {
                        *to++ = '\\';
                        *to++ = *part++;
                } else
                        to += escape_character(&part, to, NULL);
        }
        return stpcpy(to, "'");
}

/* And may be shown so: what is unsafe can be typed in quotes as well. */
static bool is_quoted(const char *part, size_t length) {
        char buffer[NAME_MAX + 1];
        const char *end = part;
        bool unsafe = false;

        if (!startswith(part, QUOTE_BEGIN) || unescape_part(&end, buffer, sizeof(buffer)) < 0 || end != part + length)
                return false;

        for (const char *p = part; p < end && !unsafe;)
                p += next_character(p, &unsafe);
        return !unsafe;
}

/* @typed: what is quoted stays so. */
static char *quote_parts(const char *path, const char *allowed, bool typed) {
        char *escaped, *end;

        /* For each byte four, and for each part the quotes and the slash. */
        escaped = end = malloc(8 * strlen(path) + sizeof(QUOTE_BEGIN "'") + ESCAPE_MAX);
        if (!escaped)
                return NULL;

        while (*path) {
                size_t length = strcspn(path, "/");

                end = is_plain(path, length, allowed) || (typed && is_quoted(path, length))
                              ? mempcpy(end, path, length)
                              : write_quoted(end, path, length);
                path += length;
                while (*path == '/')
                        *end++ = *path++;
        }

        *end = '\0';
        return escaped;
}

/* The backslash stands in names of units. */
char *escape_path(const char *path) {
        return quote_parts(path, "\\", false);
}

char *escape_word(const char *typed) {
        return quote_parts(typed, "", true);
}

char *escape_process_group(const char *path) {
        static const char deleted[] = " (deleted)";
        _cleanup_free_ char *copy = strdup(path), *shown = NULL;
        bool is_deleted = endswith(path, deleted);
        char *whole;

        if (copy && is_deleted)
                copy[strlen(copy) - strlen(deleted)] = '\0';
        shown = copy ? escape_path(copy) : NULL;

        return shown && asprintf(&whole, "%s%s", shown, is_deleted ? deleted : "") >= 0 ? whole : NULL;
}

static int hexadecimal(char c) {
        const char *digits = "0123456789abcdef", *digit = c ? strchr(digits, tolower((unsigned char) c)) : NULL;

        return digit ? (int) (digit - digits) : -1;
}

/* Behind a backslash. Returns what it means; 0: nothing that we write. */
static char read_escape(const char **text) {
        const char *p = *text;
        int high, low;

        if (*p == '\\' || *p == '\'') {
                *text = p + 1;
                return *p;
        }
        if (*p != 'x')
                return 0;

        high = hexadecimal(p[1]);
        low = high >= 0 ? hexadecimal(p[2]) : -1;
        if (low < 0)
                return 0;

        *text = p + 3;
        return (char) (high << 4 | low);
}

static int unquote(const char **part, char *buffer, size_t size) {
        const char *p = *part + strlen(QUOTE_BEGIN);
        size_t n = 0;

        while (*p && *p != '\'') {
                char c = *p++;

                if (c == '\\')
                        c = read_escape(&p);
                if (c == '\0' || c == '/')
                        return -EINVAL;
                if (n + 1 >= size)
                        return -ENAMETOOLONG;
                buffer[n++] = c;
        }

        if (*p != '\'' || (p[1] && p[1] != '/'))
                return -EINVAL;

        buffer[n] = '\0';
        *part = p + 1;
        return 0;
}

int unescape_part(const char **part, char *buffer, size_t size) {
        size_t length;

        assert(part && *part && size > 0);

        if (startswith(*part, QUOTE_BEGIN))
                return unquote(part, buffer, size);

        length = strcspn(*part, "/");
        if (length >= size)
                return -ENAMETOOLONG;

        *(char *) mempcpy(buffer, *part, length) = '\0';
        *part += length;
        return 0;
}
