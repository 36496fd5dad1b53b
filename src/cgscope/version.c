/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/version.h"

#include "config.h"

const char *version_text(void) {
        return CGSCOPE_VERSION;
}
