/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rule-v1.h"

int move_rule_owner(const Examination *examination) {
        const Mover *mover = examination->question->mover;
        const Migrant *process = examination->question->process;
        bool own = mover->uid == process->uid, saved = mover->uid == process->saved_uid;

        if (mover_is_root(mover))
                return move_findings_add(examination->result, MOVE_RULE_OWNER, MOVE_MET, 0, "the mover is root");
        if (own || saved)
                return move_findings_add(examination->result, MOVE_RULE_OWNER, MOVE_MET, 0,
                                         "uid %u is the %s uid of the process", (unsigned) mover->uid,
                                         own ? "real" : "saved");

        return move_findings_add(examination->result, MOVE_RULE_OWNER, MOVE_VIOLATED, -EACCES,
                                 "the process has the real uid %u and the saved uid %u, and the mover is uid %u",
                                 (unsigned) process->uid, (unsigned) process->saved_uid, (unsigned) mover->uid);
}
