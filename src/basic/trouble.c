/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/trouble.h"

#include <stdarg.h>

void trouble_done(Trouble *trouble) {
        free(trouble->cause);
        free(trouble->remedy);
        *trouble = (Trouble) {};
}

/* Puts the text in the place of *member. */
static _printf_(4, 0) int put(Trouble *trouble, int error, char **member, const char *format, va_list args) {
        char *text;

        if (vasprintf(&text, format, args) < 0)
                return -ENOMEM;

        free(*member);
        *member = text;
        trouble->error = error;
        return error;
}

int trouble_set(Trouble *trouble, int error, const char *format, ...) {
        Trouble made = {};
        va_list args;
        int r;

        va_start(args, format);
        r = trouble ? put(&made, error, &made.cause, format, args) : error;
        va_end(args);
        return made.cause ? trouble_move(trouble, error, &made) : r;
}

int trouble_help(Trouble *trouble, int error, const char *format, ...) {
        va_list args;
        int r;

        va_start(args, format);
        r = trouble ? put(trouble, error, &trouble->remedy, format, args) : error;
        va_end(args);
        return r;
}

int trouble_wrap(Trouble *trouble, int error, const char *format, ...) {
        _cleanup_trouble_ Trouble words = {};
        va_list args;
        char *text;

        if (!trouble || error >= 0)
                return error;

        va_start(args, format);
        (void) put(&words, error, &words.cause, format, args);
        va_end(args);
        if (!words.cause || asprintf(&text, "%s: %s", words.cause, trouble->cause ?: strerror(-error)) < 0)
                return -ENOMEM;

        free(trouble->cause);
        trouble->error = error;
        trouble->cause = text;
        return error;
}

int trouble_move(Trouble *to, int error, Trouble *from) {
        if (!to)
                return error;

        trouble_done(to);
        *to = *from;
        *from = (Trouble) {};
        return error;
}

char *trouble_text(const Trouble *trouble, int error) {
        const char *cause = trouble->cause ?: strerror(-error);
        char *text;

        if (!trouble->remedy)
                return strdup(cause);

        return asprintf(&text, "%s; %s", cause, trouble->remedy) < 0 ? NULL : text;
}
