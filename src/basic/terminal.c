/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/terminal.h"

bool terminal_is_output(void) {
        return false;
}

unsigned terminal_width(void) {
        return 0;
}

bool terminal_has_colors(void) {
        return false;
}
