/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/drop-in.h"

#include "basic/parse.h"
#include "basic/escape.h"
#include "basic/utf8.h"

/* The syntax is that of systemd's config_parse(), parse_line() (src/shared/conf-parser.c) and config_parse_delegate()
 * (src/core/load-fragment.c), 252 to 257. */
#define WHITESPACE " \t\n\r"
#define COMMENTS "#;"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

#define FOR_USER "# For this user:"
#define FOR_EVERYBODY "# For every user:"

/* Of a line that is shown. */
#define OTHER_SIZE 160

typedef struct Parser {
        ControllerMask mask;     /* what is handed on, by all lines so far */
        char *other;
        bool in_service;
        bool stopped; /* systemd reads no further */
} Parser;

/* The beginning of @text, fit to be shown. */
static char *harmless(const char *text) {
        static const char more[] = "…";
        char buffer[OTHER_SIZE], *end = buffer;

        while (*text) {
                if ((size_t) (end - buffer) + ESCAPE_MAX + sizeof(more) > sizeof(buffer)) {
                        end = stpcpy(end, more);
                        break;
                }

                end += escape_character(&text, end, NULL);
        }

        *end = '\0';
        return strdup(buffer);
}

/* @line says what no file of ours does. The first one is kept. */
static int note_other(Parser *parser, const char *line) {
        if (!parser->other)
                parser->other = harmless(line);

        return parser->other ? 0 : -ENOMEM;
}

static char *strip(char *text) {
        size_t length;

        text += strspn(text, WHITESPACE);
        for (length = strlen(text); length > 0 && strchr(WHITESPACE, text[length - 1]); length--)
                ;

        text[length] = '\0';
        return text;
}

/* The list of a Delegate= line. 1: all of it is of our kind; 0: there are other names as well, or, where a quote is
 * not closed, systemd passes the whole line over. */
static int parse_list(const char *list, ControllerMask *ret) {
        ControllerMask mask = CONTROLLER_MASK_NONE;
        bool all = true;

        for (;;) {
                _cleanup_free_ char *word = NULL;
                Controller controller;
                int r;

                r = parse_word(&list, &word);
                if (r == -ENOMEM)
                        return r;
                if (r <= 0) {
                        *ret = r < 0 ? CONTROLLER_MASK_NONE : mask;
                        return all && r == 0;
                }

                controller = controller_from_name(word, strlen(word));
                if (controller != _CONTROLLER_INVALID && (controller_bit(controller) & CONTROLLER_MASK_MANAGED))
                        mask |= controller_bit(controller);
                else
                        all = false;
        }
}

/* Lists add up; "no" and nothing at all take away what was there before. */
static int read_delegate(Parser *parser, const char *value, const char *line) {
        ControllerMask mask = CONTROLLER_MASK_NONE;
        bool boolean = false;
        int r = 1;

        if (parse_boolean(value, &boolean) >= 0 || isempty(value)) {
                if (!boolean) {
                        parser->mask = CONTROLLER_MASK_NONE;
                        return note_other(parser, line);
                }
                mask = CONTROLLER_MASK_MANAGED;
        } else {
                r = parse_list(value, &mask);
                if (r < 0)
                        return r;
        }

        parser->mask |= mask;

        return r > 0 ? 0 : note_other(parser, line);
}

/* A section's name is nothing but printable, without quotes and backslashes; with another one systemd gives up the
 * rest of the file. */
static bool header_is_valid(const char *line) {
        size_t length = strlen(line);

        if (line[length - 1] != ']')
                return false;

        for (const char *p = line; *p; p++)
                if ((unsigned char) *p < 0x20 || strchr("\"\\'\x7f", *p))
                        return false;

        return true;
}

/* One line, put together from those that it was continued on. It may be written to. */
static int read_line(Parser *parser, char *line) {
        _cleanup_free_ char *copy = NULL;
        char *equals;

        line = strip(line);
        if (!*line)
                return 0;

        if (!utf8_is_valid(line) || (*line == '[' && !header_is_valid(line))) {
                parser->stopped = true;
                return note_other(parser, line);
        }

        if (*line == '[') {
                parser->in_service = streq(line, "[Service]");
                return parser->in_service ? 0 : note_other(parser, line);
        }

        equals = strchr(line, '=');
        if (!parser->in_service || !equals)
                return note_other(parser, line);

        copy = strdup(line);
        if (!copy)
                return -ENOMEM;

        *equals = '\0';
        if (!streq(strip(line), "Delegate"))
                return note_other(parser, copy);

        return read_delegate(parser, strip(equals + 1), copy);
}

/* Whether @text ends in a backslash that is not itself behind one. */
static bool is_continued(const char *text) {
        bool escaped = false;

        for (; *text; text++)
                escaped = !escaped && *text == '\\';

        return escaped;
}

/* The length of the line that @text begins with, and in *ret_next that with its end: each of "\n" and "\r" at most
 * once, or NUL. */
static size_t line_length(const char *text, size_t length, size_t *ret_next) {
        size_t n = 0, next;

        while (n < length && text[n] != '\n' && text[n] != '\r' && text[n] != '\0')
                n++;

        next = n;
        if (next < length && text[next] == '\0')
                next++;
        else if (next < length) {
                char other = text[next++] == '\n' ? '\r' : '\n';

                if (next < length && (text[next] == other || text[next] == '\0'))
                        next++;
        }

        *ret_next = next;
        return n;
}

static int read_text(Parser *parser, const char *text, size_t length) {
        _cleanup_free_ char *line = malloc(length + 1);
        size_t n = 0, next;
        bool marked = false;
        int r = 0;

        if (!line)
                return -ENOMEM;

        for (; length > 0 && r >= 0 && !parser->stopped; text += next, length -= next) {
                size_t part = line_length(text, length, &next), begin = 0;

                while (begin < part && strchr(WHITESPACE, text[begin]))
                        begin++;
                if (begin < part && strchr(COMMENTS, text[begin]))
                        continue; /* also between the parts of a line */

                begin = 0;
                if (!marked && part >= strlen(BYTE_ORDER_MARK) && memcmp(text, BYTE_ORDER_MARK, 3) == 0) {
                        marked = true;
                        begin = strlen(BYTE_ORDER_MARK);
                }

                memcpy(line + n, text + begin, part - begin);
                n += part - begin;
                line[n] = '\0';

                if (is_continued(line)) {
                        line[n - 1] = ' ';
                        continue;
                }

                r = read_line(parser, line);
                n = 0;
        }

        return r >= 0 && n > 0 && !parser->stopped ? read_line(parser, line) : r;
}

/* Whether a file of ours that hands on what was read is, byte for byte, this one. */
static int is_ours(const Parser *parser, const char *text, size_t length) {
        static const uint64_t uids[] = { 0, DELEGATION_EVERYBODY };

        if (parser->other)
                return false;

        for (size_t i = 0; i < ELEMENTSOF(uids); i++) {
                _cleanup_free_ char *ours = NULL;
                int r;

                r = drop_in_format(uids[i], parser->mask, &ours);
                if (r == -ENOMEM)
                        return r;
                if (r >= 0 && strlen(ours) == length && memcmp(ours, text, length) == 0)
                        return true;
        }

        return false;
}

int drop_in_parse(const char *text, size_t length, DropIn *ret) {
        static const char header[] = DROP_IN_HEADER "\n";
        bool headed = length >= strlen(header) && memcmp(text, header, strlen(header)) == 0;
        _cleanup_(freep) char *other = NULL;
        Parser parser = {};
        int r;

        r = read_text(&parser, text, length);
        if (r >= 0 && memchr(text, '\0', length)) {
                headed = false;
                r = note_other(&parser, "(a NUL byte)");
        }

        other = parser.other;
        if (r < 0)
                return r;

        r = headed ? is_ours(&parser, text, length) : false;
        if (r < 0)
                return r;

        *ret = (DropIn) {
                .kind = r > 0 ? DROP_IN_OURS : headed ? DROP_IN_EDITED : DROP_IN_FOREIGN,
                .own = parser.mask,
                .other = TAKE_PTR(other),
        };
        return 0;
}

void drop_in_done(DropIn *drop_in) {
        free(drop_in->other);
        *drop_in = (DropIn) {};
}

int drop_in_format(uint64_t uid, ControllerMask own, char **ret) {
        char names[CONTROLLER_MASK_TEXT_MAX];

        if (own == CONTROLLER_MASK_NONE || (own & ~CONTROLLER_MASK_MANAGED))
                return -EINVAL;

        return asprintf(ret, DROP_IN_HEADER "\n[Service]\n%s\nDelegate=%s\n",
                        uid == DELEGATION_EVERYBODY ? FOR_EVERYBODY : FOR_USER,
                        controller_mask_format(own, ' ', names)) < 0 ? -ENOMEM : 0;
}
