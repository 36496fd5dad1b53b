/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rule.h"

#include "move/move-rule-access.h"
#include "move/move-rule-controllers.h"
#include "move/move-rule-note.h"
#include "move/move-rule-v1.h"
#include "move/move-rule-v2.h"

static int look_at_process(const Examination *examination) {
        const Migrant *process = examination->question->process;

        if (process->bound)
                return move_findings_add(examination->result, MOVE_RULE_PROCESS, MOVE_VIOLATED, -EINVAL,
                                         "%s is a kernel thread that stays where it is", process->name);

        return move_findings_add(examination->result, MOVE_RULE_PROCESS, MOVE_MET, 0, "%s is %s%s", process->name,
                                 process->kernel  ? "a kernel thread that may be moved"
                                 : process->ended ? "a process that has ended"
                                                  : "an ordinary process",
                                 process->deleted ? ", in a group that is gone" : "");
}

static const MoveRuleFunction rules_v1[] = {
        move_rule_target, look_at_process, move_rule_owner, move_rule_cpuset, move_rule_realtime, move_rule_notes, NULL,
};

static const MoveRuleFunction rules_v2[] = {
        move_rule_target, look_at_process,  move_rule_ancestor, move_rule_namespace, move_rule_domain,
        move_rule_inner,  move_rule_cpuset, move_rule_realtime, move_rule_notes,     NULL,
};

int move_examine(const MoveQuestion *question, MoveFindings *ret) {
        _cleanup_(move_findings_done) MoveFindings result = {};
        _cleanup_(examination_done) Examination examination = {};
        int r = examination_open(&examination, question, &result);

        for (const MoveRuleFunction *rule = question->mount->unified ? rules_v2 : rules_v1; r >= 0 && *rule; rule++)
                r = (*rule)(&examination);
        if (r < 0)
                return r;

        *ret = result;
        result = (MoveFindings){};
        return 0;
}
