/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/terminal.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <sys/ioctl.h>

#include "basic/parse.h"

/* Where a terminal does not know its own width, as a serial line. */
#define WIDTH_DEFAULT 80

/* Found out once: a pager takes the place of standard output later. */
bool terminal_is_output(void) {
        static int cached = -1;

        if (cached < 0)
                cached = isatty(STDOUT_FILENO) > 0;
        return cached;
}

static unsigned find_width(void) {
        const char *columns = secure_getenv("COLUMNS");
        struct winsize size = {};
        uint64_t n;

        if (columns && parse_unsigned(columns, 1, USHRT_MAX, &n) >= 0)
                return (unsigned) n;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) >= 0 && size.ws_col > 0)
                return size.ws_col;

        return WIDTH_DEFAULT;
}

unsigned terminal_width(void) {
        static unsigned cached;

        if (cached == 0 && terminal_is_output())
                cached = find_width();
        return cached;
}

bool terminal_is_utf8(void) {
        static int cached = -1;

        if (cached < 0)
                cached = setlocale(LC_CTYPE, "") && streq(nl_langinfo(CODESET), "UTF-8");
        return cached;
}

static bool is_dumb(void) {
        const char *term = secure_getenv("TERM");

        return isempty(term) || streq(term, "dumb");
}

/* $SYSTEMD_COLORS: a boolean or a number of colors, which for us is as much as "yes"; with "auto-" before it only where
 * colors would be shown anyway. */
bool terminal_has_colors(void) {
        static const char *const depths[] = { "16", "256", "24bit" };
        const char *colors = secure_getenv("SYSTEMD_COLORS");
        bool wanted;

        if (colors) {
                for (size_t i = 0; i < ELEMENTSOF(depths); i++)
                        if (streq(colors, depths[i]))
                                return true;
                if (parse_boolean(colors, &wanted) >= 0)
                        return wanted;
        }

        return isempty(secure_getenv("NO_COLOR")) && terminal_is_output() && !is_dumb();
}
