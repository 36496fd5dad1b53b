/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/diagnosis.h"

#include <assert.h>

#include "diagnosis/check-host.h"
#include "diagnosis/check-kernel.h"
#include "diagnosis/check-session.h"
#include "diagnosis/way-reason.h"

/* The exit status where nothing is known to be wrong, but not all is known. */
#define STATUS_UNKNOWN 2

static int make_checks(const Doctor *doctor, const Check *checks, Diagnosis *diagnosis) {
        for (const Check *check = checks; check->name; check++) {
                CheckedFinding *more = realloc(diagnosis->checks, (diagnosis->n_checks + 1) * sizeof(*more));
                int r;

                if (!more)
                        return -ENOMEM;

                diagnosis->checks = more;
                more += diagnosis->n_checks++;
                *more = (CheckedFinding) { .name = check->name };

                r = check->look(doctor, &more->finding);
                if (r < 0)
                        return r;
                if (!more->finding.found)
                        diagnosis->n_checks--;
        }

        return 0;
}

int diagnosis_make(const Doctor *doctor, Diagnosis *ret) {
        static const Check *const tables[] = { host_checks, kernel_checks, session_checks };
        int r;

        assert(doctor && ret);

        *ret = (Diagnosis) { .doctor = doctor };

        r = doctor_way_look(doctor, &ret->way);
        if (r >= 0 && ret->way.reach.n_levels > 0)
                r = doctor_way_judge(doctor, &ret->way);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(tables); i++)
                r = make_checks(doctor, tables[i], ret);

        return r;
}

void diagnosis_done(Diagnosis *diagnosis) {
        doctor_way_done(&diagnosis->way);
        for (size_t i = 0; i < diagnosis->n_checks; i++)
                finding_done(&diagnosis->checks[i].finding);
        free(diagnosis->checks);
}

int diagnosis_status(const Diagnosis *diagnosis) {
        const Way *way = &diagnosis->way;
        bool problem = false, unknown = way->unknown.cause;

        for (size_t i = 0; i < way->n_controllers; i++)
                if (way_controller_counts(way->controllers + i)) {
                        problem = problem || way->controllers[i].arrival == ARRIVAL_NO;
                        unknown = unknown || way->controllers[i].arrival == ARRIVAL_UNKNOWN;
                }

        for (size_t i = 0; i < diagnosis->n_checks; i++) {
                problem = problem || diagnosis->checks[i].finding.result == FINDING_PROBLEM;
                unknown = unknown || diagnosis->checks[i].finding.result == FINDING_UNKNOWN;
        }

        return problem ? EXIT_FAILURE : unknown ? STATUS_UNKNOWN : EXIT_SUCCESS;
}
