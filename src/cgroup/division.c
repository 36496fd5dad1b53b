/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/division.h"

int division_make(Division *division, Target *target, bool parents, DivisionTrouble *trouble) {
        (void) division;
        (void) target;
        (void) parents;
        (void) trouble;
        return -ENOSYS;
}

int division_enable(Division *division, const Target *target, const char *below, ControllerMask controllers, DivisionTrouble *trouble) {
        (void) division;
        (void) target;
        (void) below;
        (void) controllers;
        (void) trouble;
        return -ENOSYS;
}

void division_undo(Division *division) {
        (void) division;
}

void division_done(Division *division) {
        (void) division;
}

void division_trouble_done(DivisionTrouble *trouble) {
        (void) trouble;
}
