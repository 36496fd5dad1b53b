/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/message.h"

#include <stdarg.h>

int message_set(int error, char **ret_message, const char *format, ...) {
        va_list arguments;
        char *message;
        int n;

        if (!ret_message)
                return error;

        va_start(arguments, format);
        n = vasprintf(&message, format, arguments);
        va_end(arguments);
        if (n < 0)
                return -ENOMEM;

        *ret_message = message;
        return error;
}
