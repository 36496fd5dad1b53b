/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-finding.h"

#include <assert.h>
#include <stdarg.h>

static const char *const rule_names[_MOVE_RULE_MAX] = {
        [MOVE_RULE_TARGET] = "target",
        [MOVE_RULE_PROCESS] = "process",
        [MOVE_RULE_OWNER] = "owner",
        [MOVE_RULE_ANCESTOR] = "ancestor",
        [MOVE_RULE_NAMESPACE] = "namespace",
        [MOVE_RULE_DOMAIN] = "domain",
        [MOVE_RULE_INNER] = "inner",
        [MOVE_RULE_CPUSET] = "cpuset",
        [MOVE_RULE_REALTIME] = "real-time",
        [MOVE_NOTE_ENDED] = "ended",
        [MOVE_NOTE_STAYS] = "stays",
        [MOVE_NOTE_THREADS] = "threads",
        [MOVE_NOTE_PIDS] = "pids",
        [MOVE_NOTE_FREEZER] = "freezer",
        [MOVE_NOTE_DEADLINE] = "deadline",
        [MOVE_NOTE_V1] = "v1",
        [MOVE_NOTE_V2] = "v2",
        [MOVE_NOTE_UNIT] = "unit",
        [MOVE_NOTE_MANAGER] = "manager",
};

const char *move_rule_name(MoveRule rule) {
        return rule_names[rule];
}

const char *move_result_name(MoveResult result) {
        static const char *const names[] = {
                [MOVE_MET] = "met",
                [MOVE_VIOLATED] = "violated",
                [MOVE_UNKNOWN] = "unknown",
                [MOVE_NOTE] = "note",
        };

        return names[result];
}

/* What is violated refuses the move, whatever else is unknown; but the first one has the say in why. */
static void decide(MoveFindings *findings) {
        const MoveFinding *unknown = NULL;

        findings->answer = MOVE_YES;
        findings->error = 0;
        findings->reason = NULL;

        for (size_t i = 0; i < findings->n; i++) {
                const MoveFinding *finding = findings->findings + i;

                if (finding->result == MOVE_UNKNOWN && !unknown)
                        unknown = finding;
                if (finding->result != MOVE_VIOLATED)
                        continue;

                findings->answer = MOVE_NO;
                findings->error = unknown && unknown->error != finding->error ? 0 : finding->error;
                findings->reason = finding;
                return;
        }

        if (unknown) {
                findings->answer = MOVE_PERHAPS;
                findings->reason = unknown;
        }
}

int move_findings_add(MoveFindings *findings, MoveRule rule, MoveResult result, int error, const char *format, ...) {
        _cleanup_free_ char *found = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&found, format, arguments);
        va_end(arguments);
        if (r < 0)
                return found = NULL, -ENOMEM;

        r = ARRAY_APPEND(findings->findings, findings->n,
                         (MoveFinding) { .rule = rule, .result = result, .error = error, .found = TAKE_PTR(found) });
        if (r >= 0)
                decide(findings); /* the findings may lie elsewhere now */
        return r;
}

void move_findings_done(MoveFindings *findings) {
        for (size_t i = 0; i < findings->n; i++)
                free(findings->findings[i].found);
        free(findings->findings);
        free(findings->target);
        free(findings->ancestor);
        *findings = (MoveFindings) {};
}
