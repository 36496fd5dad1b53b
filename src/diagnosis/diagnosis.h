/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that `cgscope doctor` found out. */

#include "diagnosis/way.h"

typedef struct CheckedFinding {
        const char *name; /* of the check, borrowed */
        Finding finding;
} CheckedFinding;

typedef struct Diagnosis {
        const Doctor *doctor; /* borrowed */
        Way way;
        CheckedFinding *checks; /* owned */
        size_t n_checks;
} Diagnosis;

/* Fails for want of memory alone. */
int diagnosis_make(const Doctor *doctor, Diagnosis *ret);
void diagnosis_done(Diagnosis *diagnosis);

/* The exit status. 0: all is well; 1: something does not work; 2: nothing is known to, but not all could be looked
 * at. */
int diagnosis_status(const Diagnosis *diagnosis);
