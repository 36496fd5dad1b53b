/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/process/can-move.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "cgscope/cli/process-list.h"
#include "cgscope/verbs.h"

/* `cgscope can-move`: predicts, and moves nothing. */

static const Option can_move_options[] = {
        { "as", 0, "USER", "Whether this user may, instead of the caller", OPTION_TEXT(CanMove, as) },
        { "hierarchy", 0, "HIERARCHY", "In this hierarchy of v1, as memory; or in unified",
          OPTION_TEXT(CanMove, hierarchy) },
        MANAGER_OPTIONS,
        JSON_OPTION,
        GENERAL_OPTIONS,
};

static bool other_version_is_mounted(const CanMove *can_move) {
        for (size_t i = 0; i < can_move->mounts.n; i++)
                if (can_move->mounts.mounts[i].unified != can_move->mount->unified)
                        return true;

        return false;
}

static int examine(CanMove *can_move) {
        const MoveQuestion question = {
                .root = can_move->root,
                .mount = can_move->mount,
                .process = &can_move->process,
                .target = can_move->target,
                .mover = &can_move->mover,
                .compare = other_version_is_mounted(can_move),
        };
        int r = move_examine(&question, &can_move->answer);

        return r < 0 ? log_oom() : can_move_note_units(can_move);
}

static int run(const Verb *verb, int argc, char *argv[]) {
        static const int statuses[] = {
                [MOVE_YES] = EXIT_SUCCESS,
                [MOVE_NO] = STATUS_FAILURE,
                [MOVE_PERHAPS] = STATUS_USAGE,
        };
        _cleanup_(can_move_done) CanMove can_move = CAN_MOVE_INIT;
        int status;
        char **words = verb_parse(verb, &can_move.options, &can_move, argc, argv, &status);

        if (!words)
                return status;

        can_move.text = words[1];
        if (process_number_parse(words[0] + (words[0][0] == '@'), &can_move.pid) < 0 || can_move_find(&can_move) < 0 ||
            examine(&can_move) < 0 || can_move_print(&can_move) < 0)
                return STATUS_USAGE;

        return statuses[can_move.answer.answer];
}

const Verb verb_can_move = {
        .name = "can-move",
        .synopsis = "[OPTIONS…] PID TARGET",
        .summary = "Say whether a process may be moved into a group, and why not",
        .description = "Say whether the kernel would let a process be moved into a group, by which rules, and if not, "
                       "with which error. Nothing is moved. The exit status is 0 for yes, 1 for no, and 2 where it "
                       "cannot be told.",
        VERB_TAKES(2, 2, "process", "target"),
        .targets = AIM_ANY,
        .example = "$$ ./job",
        .options = can_move_options,
        .failure_status = STATUS_USAGE,
        .run = run,
};
