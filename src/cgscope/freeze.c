/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/macros.h"
#include "cgscope/verbs.h"

int verb_freeze(int argc, char *argv[]) {
        (void) argc;
        (void) argv;
        return STATUS_FAILURE;
}

int verb_thaw(int argc, char *argv[]) {
        (void) argc;
        (void) argv;
        return STATUS_FAILURE;
}
