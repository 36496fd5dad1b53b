/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For the tests of the checks: what they found. */

#include <glib.h>

#include "diagnosis/check.h"

/* What a finding has to be: words that are in it; without @remedy it has none. */
typedef struct Expected {
        FindingResult result;
        const char *found, *remedy;
} Expected;

/* That the check does not apply. */
#define NOTHING ((Expected) { _FINDING_MAX, NULL, NULL })

/* @r is what the check returned. Releases @finding. */
void assert_finding(int r, Finding *finding, const Expected *expected);
