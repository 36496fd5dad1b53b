/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rule.h"

#include "move/move-rules.h"

static int look_at_process(const Examination *examination) {
        const Migrant *process = examination->question->process;

        if (process->bound)
                return move_rule_violated(examination, -EINVAL, "%s is a kernel thread that stays where it is",
                                          process->name);

        return move_rule_met(examination, "%s is %s%s", process->name,
                             process->kernel  ? "a kernel thread that may be moved"
                             : process->ended ? "a process that has ended"
                                              : "an ordinary process",
                             process->deleted ? ", in a group that is gone" : "");
}

/* Only cgroup v1: whose process it is. */
static int look_at_owner(const Examination *examination) {
        const Mover *mover = examination->question->mover;
        const Migrant *process = examination->question->process;
        bool own = mover->uid == process->uid, saved = mover->uid == process->saved_uid;

        if (mover_is_root(mover))
                return move_rule_met(examination, "the mover is root");
        if (own || saved)
                return move_rule_met(examination, "uid %u is the %s uid of the process", (unsigned) mover->uid,
                                     own ? "real" : "saved");

        return move_rule_violated(examination, -EACCES,
                                  "the process has the real uid %u and the saved uid %u, and the mover is uid %u",
                                  (unsigned) process->uid, (unsigned) process->saved_uid, (unsigned) mover->uid);
}

int move_rule_unreadable(const Examination *examination, int error, int cause, const char *what) {
        return cause == -ENOMEM ? cause : move_rule_unknown(examination, error, "%s: %s", what, strerror(-cause));
}

/* In the order of the kernel's. */
static const struct {
        MoveRule rule;
        bool v1, v2;
        int (*look)(const Examination *examination);
} rules[] = {
        { MOVE_RULE_TARGET, true, true, move_rule_target },
        { MOVE_RULE_PROCESS, true, true, look_at_process },
        { MOVE_RULE_OWNER, true, false, look_at_owner },
        { MOVE_RULE_ANCESTOR, false, true, move_rule_ancestor },
        { MOVE_RULE_NAMESPACE, false, true, move_rule_namespace },
        { MOVE_RULE_DOMAIN, false, true, move_rule_domain },
        { MOVE_RULE_INNER, false, true, move_rule_inner },
        { MOVE_RULE_CPUSET, true, true, move_rule_cpuset },
        { MOVE_RULE_REALTIME, true, true, move_rule_realtime },
};

int move_examine(const MoveQuestion *question, MoveFindings *ret) {
        _cleanup_(move_findings_done) MoveFindings result = {};
        _cleanup_(examination_done) Examination examination = {};
        int r = examination_open(&examination, question, &result);

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(rules); i++)
                if (question->mount->unified ? rules[i].v2 : rules[i].v1) {
                        examination.rule = rules[i].rule;
                        r = rules[i].look(&examination);
                }
        if (r >= 0)
                r = move_rule_notes(&examination);
        if (r < 0)
                return r;

        *ret = result;
        result = (MoveFindings) {};
        return 0;
}
