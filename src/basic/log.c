/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"

#include <stdarg.h>
#include <sys/stat.h>

#include "basic/escape.h"

/* Long enough for two paths of PATH_MAX; what is longer is cut. */
#define LINE_SIZE 10240

static const char *log_program = "cgscope";
static int log_level = -1;
static bool log_quiet, log_journal;

static int parse_level(const char *text) {
        static const char *const names[] = {
                [LOG_EMERG] = "emerg",     [LOG_ALERT] = "alert",   [LOG_CRIT] = "crit", [LOG_ERR] = "err",
                [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice", [LOG_INFO] = "info", [LOG_DEBUG] = "debug",
        };

        if (!text)
                return LOG_INFO;

        for (int level = 0; level < (int) ELEMENTSOF(names); level++)
                if (streq(text, names[level]) || (text[0] == '0' + level && !text[1]))
                        return level;

        return LOG_INFO;
}

static bool wanted(int level) {
        if (log_level < 0)
                log_level = parse_level(secure_getenv("SYSTEMD_LOG_LEVEL"));

        return level <= log_level && !(log_quiet && level > LOG_WARNING);
}

void log_set_program(const char *name) {
        log_program = name;
}

void log_set_quiet(void) {
        log_quiet = true;
}

void log_set_service(void) {
        const char *stream = secure_getenv("JOURNAL_STREAM");
        char own[64];
        struct stat st;

        if (!stream || fstat(STDERR_FILENO, &st) < 0)
                return;

        (void) snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long) st.st_dev, (unsigned long long) st.st_ino);
        log_journal = streq(stream, own);
}

/* The text of @from, safe to be shown, cut where @size ends. Returns its length. */
static size_t escape_into(char *to, size_t size, const char *from) {
        size_t n = 0;

        while (*from && n + ESCAPE_MAX < size)
                n += escape_character(&from, to + n, NULL);

        to[n] = '\0';
        return n;
}

int log_full(int level, int error, const char *format, ...) {
        char text[LINE_SIZE], line[LINE_SIZE + 256];
        va_list arguments;
        size_t n;

        if (!wanted(level))
                return error;

        va_start(arguments, format);
        (void) vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);

        n = log_journal            ? (size_t) snprintf(line, 128, "<%d>", level)
            : level <= LOG_WARNING ? (size_t) snprintf(line, 128, "%.100s: ", log_program)
                                   : 0;
        n += escape_into(line + n, sizeof(line) - n - 128, text);
        if (error < 0)
                n += (size_t) snprintf(line + n, 100, ": %s", strerror(-error));
        line[n++] = '\n';

        /* A lost message must not change what the program does. */
        if (write(STDERR_FILENO, line, n) < 0)
                return error;

        return error;
}

int log_trouble_full(int level, int error, Trouble *trouble) {
        if (error < 0 && trouble->cause)
                (void) log_full(level, 0, "%s%s%s", trouble->cause, trouble->remedy ? "; " : "", trouble->remedy ?: "");
        else if (error < 0)
                (void) log_full(level, error, "cannot go on");

        trouble_done(trouble);
        return error < 0 ? error : 0;
}

int log_oom(void) {
        return log_full(LOG_ERR, -ENOMEM, "cannot go on");
}
