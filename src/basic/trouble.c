/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/trouble.h"

#include <stdarg.h>

void trouble_done(Trouble *trouble) {
        free(trouble->cause);
        free(trouble->remedy);
        *trouble = (Trouble) {};
}

int trouble_set(Trouble *trouble, int error, const char *format, ...) {
        va_list arguments;
        char *text;
        int n;

        if (!trouble)
                return error;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n < 0)
                return -ENOMEM;

        trouble_done(trouble);
        *trouble = (Trouble) { .error = error, .cause = text };
        return error;
}

int trouble_help(Trouble *trouble, int error, const char *format, ...) {
        va_list arguments;
        char *text;
        int n;

        if (!trouble)
                return error;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n < 0)
                return -ENOMEM;

        free(trouble->remedy);
        trouble->error = error;
        trouble->remedy = text;
        return error;
}

int trouble_wrap(Trouble *trouble, int error, const char *format, ...) {
        _cleanup_free_ char *words = NULL;
        va_list arguments;
        char *text;
        int n;

        if (!trouble || error >= 0)
                return error;

        va_start(arguments, format);
        n = vasprintf(&words, format, arguments);
        va_end(arguments);
        if (n < 0)
                words = NULL;
        if (n < 0 || asprintf(&text, "%s: %s", words, trouble->cause ?: strerror(-error)) < 0)
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
