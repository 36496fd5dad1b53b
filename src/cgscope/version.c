/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/version.h"

#include <stdio.h>

#include "config.h"

void version_print(void) {
        printf("cgscope %s\n", CGSCOPE_VERSION);
}
