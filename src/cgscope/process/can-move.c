/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/process/can-move.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "cgscope/cli/process-list.h"
#include "cgscope/verbs.h"

/* `cgscope can-move`: predicts, and moves nothing. */

enum {
        OPTION_AS = OPTION_OWN,
        OPTION_HIERARCHY,
};

static const Option can_move_options[] = {
        { "as", 0, "USER", "Whether this user may, instead of the caller", OPTION_AS },
        { "hierarchy", 0, "NAME", "In this hierarchy of v1, as memory; or in unified", OPTION_HIERARCHY },
        MANAGER_OPTIONS,
        JSON_OPTION,
        GENERAL_OPTIONS,
};

static int parse_own(void *userdata, int id, int argc, char *argv[]) {
        CanMove *can_move = userdata;

        (void) argc;
        (void) argv;
        if (id == OPTION_AS)
                can_move->as = optarg;
        else
                can_move->hierarchy = optarg;
        return 0;
}

static const VerbUsage can_move_usage = {
        .synopsis = "cgscope can-move [OPTIONS…] PID TARGET",
        .summary = "Say whether the kernel would let a process be moved into a group, by which rules, and if not, "
                   "with which error. Nothing is moved. The exit status is 0 for yes, 1 for no, and 2 where it cannot "
                   "be told.",
        .table = can_move_options,
        .n_table = ELEMENTSOF(can_move_options),
        .own = parse_own,
};

void can_move_done(CanMove *can_move) {
        move_findings_done(&can_move->answer);
        migrant_done(&can_move->process);
        mover_done(&can_move->mover);
        free(can_move->target);
        (void) fd_close(can_move->root);
        free(can_move->hierarchy_name);
        cgroup_mounts_done(&can_move->mounts);
        aim_done(&can_move->aim);
        (void) fd_close(can_move->pidfd);
}

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

int verb_can_move(int argc, char *argv[]) {
        static const int statuses[] = {
                [MOVE_YES] = EXIT_SUCCESS,
                [MOVE_NO] = STATUS_FAILURE,
                [MOVE_PERHAPS] = STATUS_USAGE,
        };
        _cleanup_(can_move_done) CanMove can_move = CAN_MOVE_INIT;
        int rest, r;

        r = common_options_parse(&can_move.options, &can_move_usage, &can_move, argc, argv, &rest);
        if (r <= 0)
                return r < 0 ? STATUS_USAGE : EXIT_SUCCESS;
        if (argc - rest != 2)
                return log_refuse(STATUS_USAGE, "can-move: a process and a target are needed, not %d words; see "
                                  "cgscope can-move --help", argc - rest);

        can_move.text = argv[rest + 1];
        r = process_number_parse(argv[rest] + (argv[rest][0] == '@'), &can_move.pid);
        if (r >= 0)
                r = can_move_look(&can_move);
        if (r >= 0)
                r = examine(&can_move);
        if (r >= 0)
                r = can_move_print(&can_move);

        return r < 0 ? STATUS_USAGE : statuses[can_move.answer.answer];
}
