/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/sheet.h"

#include <assert.h>
#include <stdarg.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/terminal.h"

/* What is indented leaves at least so much for the text. */
#define ROOM_MIN 20

unsigned sheet_room(unsigned width, unsigned indent) {
        return width == 0 ? 0 : width < indent + ROOM_MIN ? ROOM_MIN : width - indent;
}

char *sheet_fold(const char *text, unsigned width) {
        char *folded = escape_text(text), *blank = NULL;
        unsigned column = 0, since_blank = 0;

        assert(text);

        for (char *p = folded; width > 0 && p && *p; p++) {
                unsigned begins_character = ((unsigned char) *p & 0xc0) != 0x80;

                column += begins_character;
                since_blank += begins_character;
                if (*p == ' ') {
                        blank = p;
                        since_blank = 0;
                }
                if (column > width && blank) {
                        *blank = '\n';
                        column = since_blank;
                        blank = NULL;
                }
        }

        return folded;
}

void sheet_wrap(Sheet *sheet, unsigned indent, const char *color, const char *text) {
        _cleanup_free_ char *folded = sheet_fold(text, sheet_room(sheet->width, indent));
        const char *off = color ? TERMINAL_OFF : "";

        if (!folded) {
                sheet->error = -ENOMEM;
                return;
        }

        for (char *rest = folded, *line; (line = strsep(&rest, "\n"));)
                fprintf(sheet->file, "%*s%s%s%s\n", line > folded ? (int) indent : 0, "", color ?: "", line, off);
}

/* Prints @text up to @width columns. */
static void print_cut(FILE *file, const char *text, unsigned width) {
        unsigned column = 0;

        while (*text) {
                char shown[ESCAPE_MAX + 1];
                unsigned columns;
                size_t length = escape_character(&text, shown, &columns);

                column += columns;
                if (width > 0 && (column > width || (column == width && *text))) {
                        fputs(terminal_is_utf8() ? "…" : ">", file);
                        return;
                }

                fwrite(shown, 1, length, file);
        }
}

static void print_label(const Sheet *sheet, const char *label) {
        fprintf(sheet->file, "%*s%c ", (int) sheet->label_width, label ?: "", label ? ':' : ' ');
}

/* On a terminal that is hardly wider than the labels a line may be longer than it. */
static _printf_(4, 0) void print(Sheet *sheet, const char *label, bool wrap, const char *format, va_list args) {
        unsigned width = sheet->width > 2 * sheet->label_width ? sheet->width - sheet->label_width - 2 : sheet->width;
        _cleanup_free_ char *text = NULL;

        if (vasprintf(&text, format, args) < 0) {
                text = NULL;
                sheet->error = -ENOMEM;
                return;
        }

        print_label(sheet, label);
        if (wrap) {
                sheet_wrap(sheet, sheet->label_width + 2, NULL, text);
                return;
        }

        print_cut(sheet->file, text, width);
        fputc('\n', sheet->file);
}

void sheet_line(Sheet *sheet, const char *label, const char *format, ...) {
        va_list args;

        va_start(args, format);
        print(sheet, label, false, format, args);
        va_end(args);
}

void sheet_paragraph(Sheet *sheet, const char *label, const char *format, ...) {
        va_list args;

        va_start(args, format);
        print(sheet, label, true, format, args);
        va_end(args);
}

void sheet_path(Sheet *sheet, const char *label, const char *path) {
        _cleanup_free_ char *shown = escape_path(path);

        if (shown)
                sheet_line(sheet, label, "%s", shown);
        else
                sheet->error = -ENOMEM;
}

int sheet_end(Sheet *sheet) {
        assert(sheet && sheet->file);

        if (sheet->error < 0)
                return sheet->error;

        return stream_end(sheet->file);
}
