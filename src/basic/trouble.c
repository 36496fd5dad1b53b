/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/trouble.h"

#include <stdarg.h>

void trouble_done(Trouble *trouble) {
        free(trouble->cause);
        free(trouble->remedy);
        *trouble = (Trouble) {};
}

/* Formats the arguments behind @format into @text, which is NULL without memory. */
#define FORMAT(text, format)                                    \
        do {                                                    \
                va_list _arguments;                             \
                                                                \
                va_start(_arguments, format);                   \
                if (vasprintf(&(text), format, _arguments) < 0) \
                        (text) = NULL;                          \
                va_end(_arguments);                             \
        } while (false)

int trouble_set(Trouble *trouble, int error, const char *format, ...) {
        char *text;

        if (!trouble)
                return error;

        FORMAT(text, format);
        if (!text)
                return -ENOMEM;

        trouble_done(trouble);
        *trouble = (Trouble) { .error = error, .cause = text };
        return error;
}

int trouble_help(Trouble *trouble, int error, const char *format, ...) {
        char *text;

        if (!trouble)
                return error;

        FORMAT(text, format);
        if (!text)
                return -ENOMEM;

        free(trouble->remedy);
        trouble->error = error;
        trouble->remedy = text;
        return error;
}

int trouble_wrap(Trouble *trouble, int error, const char *format, ...) {
        _cleanup_free_ char *words = NULL;
        char *text;

        if (!trouble || error >= 0)
                return error;

        FORMAT(words, format);
        if (!words || asprintf(&text, "%s: %s", words, trouble->cause ?: strerror(-error)) < 0)
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
