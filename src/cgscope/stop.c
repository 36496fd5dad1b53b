/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/macros.h"
#include "cgscope/verbs.h"

int verb_stop(int argc, char *argv[]) {
        (void) argc;
        (void) argv;
        return STATUS_FAILURE;
}
