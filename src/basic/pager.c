/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/terminal.h"

void pager_open(Pager *pager) {
        (void) pager;
}

void pager_close(Pager *pager) {
        (void) pager;
}
