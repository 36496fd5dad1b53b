/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/aim.h"

int aim_open(Aim *aim, const CommonOptions *options, const char *text, AimFlags flags) {
        (void) aim;
        (void) options;
        (void) text;
        (void) flags;
        return -ENOSYS;
}

void aim_done(Aim *aim) {
        (void) aim;
}

bool aim_is_unit(const Aim *aim, char **ret_unit) {
        (void) aim;
        (void) ret_unit;
        return false;
}

int aim_ask(Aim *aim) {
        (void) aim;
        return -ENOSYS;
}

int aim_report(const Aim *aim, int error, const char *tried) {
        (void) aim;
        (void) error;
        (void) tried;
        return -ENOSYS;
}

bool aim_holds_caller(const Aim *aim) {
        (void) aim;
        return false;
}
