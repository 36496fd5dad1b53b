/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a diagnosis is printed. */

#include "cgscope/cli/common-options.h"
#include "diagnosis/diagnosis.h"

/* "ok", "note", "problem", "unknown". */
const char *finding_result_to_string(FindingResult result);

/* Print it on standard output; what goes wrong with that is said. The former is in doctor-report-text.c. */
int diagnosis_print_text(const Diagnosis *diagnosis, const CommonOptions *options);
int diagnosis_print_json(const Diagnosis *diagnosis, const CommonOptions *options);
