/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rules.h"

#include <sched.h>

#include "basic/parse.h"

#define TEXT_SIZE 1024

#define note(examination, ...) move_findings_note((examination)->result, __VA_ARGS__)

#ifndef SCHED_DEADLINE /* <linux/sched/types.h>, which does not go with <sched.h> */
#define SCHED_DEADLINE 6
#endif

static int note_ended(const Examination *examination) {
        const Migrant *process = examination->question->process;

        if (!process->ended)
                return 0;

        return note(examination, MOVE_NOTE_ENDED,
                    "it has ended and nobody has waited for it: nothing of it would be moved");
}

static int note_stays(const Examination *examination) {
        const MoveQuestion *question = examination->question;

        if (question->process->ended || !examination->source || !streq(examination->source, question->target))
                return 0;

        return note(examination, MOVE_NOTE_STAYS, "it is there already");
}

/* A process in a group whose controllers count threads makes a thread root of it. */
static int note_threads(const Examination *examination) {
        const MoveQuestion *question = examination->question;
        char type[TEXT_SIZE], enabled[TEXT_SIZE];

        if (!question->mount->unified || question->process->ended ||
            examination_read(examination, question->target, "cgroup.type", type, sizeof(type)) < 0 ||
            !streq(type, "domain") ||
            examination_read(examination, question->target, "cgroup.subtree_control", enabled, sizeof(enabled)) <= 0)
                return 0;

        return note(examination, MOVE_NOTE_THREADS,
                    "a process in the target makes the groups below it 'domain invalid': none could hold any");
}

static int note_pids(const Examination *examination) {
        const MoveQuestion *question = examination->question;
        char text[TEXT_SIZE];
        uint64_t limit, current;

        if (examination_read(examination, question->target, "pids.max", text, sizeof(text)) < 0 ||
            parse_unsigned(text, 0, UINT64_MAX, &limit) < 0 ||
            examination_read(examination, question->target, "pids.current", text, sizeof(text)) < 0 ||
            parse_unsigned(text, 0, UINT64_MAX, &current) < 0 || current + question->process->n_threads <= limit)
                return 0;

        return note(examination, MOVE_NOTE_PIDS,
                    "the target has %s of pids.max %ju tasks: that refuses no move, but the next fork", text,
                    (uintmax_t) limit);
}

/* 1: @group or one above it, as far as what is mounted goes, is frozen. *ret_where is what to call that one. */
static bool is_frozen(const Examination *examination, const char *group, char **ret_where) {
        const char *const file = examination->question->mount->unified ? "cgroup.freeze" : "freezer.state";
        _cleanup_free_ char *at = strdup(group);

        while (at && !streq(at, "/")) {
                char text[TEXT_SIZE];

                if (examination_read(examination, at, file, text, sizeof(text)) > 0 &&
                    (streq(text, "1") || startswith(text, "FR"))) {
                        *ret_where = TAKE_PTR(at);
                        return true;
                }

                examination_go_up(at);
        }

        return false;
}

static int note_freezer(const Examination *examination) {
        const MoveQuestion *question = examination->question;
        _cleanup_free_ char *to = NULL, *from = NULL;

        if (question->process->ended)
                return 0;
        if (is_frozen(examination, question->target, &to))
                return note(examination, MOVE_NOTE_FREEZER, "%s is frozen: so is what is moved into it", to);
        if (examination->source && is_frozen(examination, examination->source, &from))
                return note(examination, MOVE_NOTE_FREEZER, "it is frozen in %s, and goes on when it is moved out",
                            from);

        return 0;
}

static int note_deadline(const Examination *examination) {
        if (!proc_has_policy(examination->question->process->proc, 1U << SCHED_DEADLINE))
                return 0;

        return note(examination, MOVE_NOTE_DEADLINE,
                    "it has SCHED_DEADLINE threads: other processors (cpuset) have to have the bandwidth "
                    "left, else the kernel says EBUSY");
}

static int note_other_version(const Examination *examination) {
        const Mover *mover = examination->question->mover;
        const Migrant *process = examination->question->process;
        _cleanup_free_ char *found = NULL;
        bool own = mover_is_root(mover) || mover->uid == process->uid || mover->uid == process->saved_uid;
        int r;

        if (!examination->question->compare)
                return 0;

        if (examination->question->mount->unified)
                return note(examination, MOVE_NOTE_V1,
                            "cgroup v1 would not ask for the common ancestor, but whose process it is: "
                            "uid %u's, so %s",
                            (unsigned) process->uid, own ? "met" : "EACCES");
        if (!examination->ancestor)
                return 0;

        r = move_rule_may_write(examination, examination->ancestor, examination->result->ancestor, &found);
        if (r == -ENOMEM || !found)
                return r == -ENOMEM ? r : 0;

        return note(examination, MOVE_NOTE_V2,
                    "cgroup v2 would not ask whose process it is, but for the common ancestor: %s%s", found,
                    r == 0 ? "" : ", so EACCES");
}

int move_rule_notes(const Examination *examination) {
        static int (*const notes[])(const Examination *) = {
                note_ended, note_stays, note_threads, note_pids, note_freezer, note_deadline, note_other_version,
        };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(notes); i++)
                r = notes[i](examination);

        return r;
}
