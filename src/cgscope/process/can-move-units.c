/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/process/can-move.h"

#include "basic/log.h"

/* What systemd's managers have to do with a move. The kernel knows nothing of them. */

/* systemd keeps its units in the hierarchy of v2, and where it runs on v1 also in one of its own. */
static bool is_of_units(const CanMove *can_move) {
        return can_move->mount->unified || cgroup_mount_has_option(can_move->mount, "name=systemd");
}

/* A path that leads upwards has no units that could be known. 1, or 0: it has none; -ENOMEM. */
static int find_unit(const char *path, char **ret_unit, size_t *ret_length) {
        int r = startswith(path, "/..") ? -ENODATA : unit_of_path(path, ret_unit, ret_length);

        return r == -ENOMEM ? r : r >= 0;
}

static const char *manager_title(const char *path, char buffer[static 64]) {
        uid_t uid = manager_of_path(path);

        if (uid == UID_INVALID)
                return "the system manager";

        (void) snprintf(buffer, 64, "the user manager of uid %u", (unsigned) uid);
        return buffer;
}

/* Who is taken out of a unit is lost to its manager, which counts, stops and limits what is in the unit's groups. */
static int note_unit(CanMove *can_move) {
        const char *source = can_move->process.path;
        _cleanup_free_ char *unit = NULL, *other = NULL;
        size_t length, other_length = 0;
        char title[64];
        int r;

        r = can_move->process.ended ? 0 : find_unit(source, &unit, &length);
        if (r <= 0)
                return r;

        r = find_unit(can_move->target, &other, &other_length);
        if (r < 0)
                return r;
        if (other && length == other_length && strncmp(source, can_move->target, length) == 0)
                return 0;

        if (streq(unit, "init.scope"))
                return move_findings_note(
                        &can_move->answer, MOVE_NOTE_UNIT,
                        "%s itself is in %s, and would afterwards start no unit any more; cgscope move "
                        "refuses that",
                        manager_title(source, title), unit);
        return move_findings_note(&can_move->answer, MOVE_NOTE_UNIT,
                                  "it leaves %s, whose manager, %s, loses track of it", unit,
                                  manager_title(source, title));
}

/* Whether the right to the common ancestor is all that lacks. */
static bool lacks_ancestor(const MoveFindings *answer) {
        for (size_t i = 0; i < answer->n; i++)
                if (answer->findings[i].result == MOVE_VIOLATED && answer->findings[i].rule != MOVE_RULE_ANCESTOR)
                        return false;

        return answer->reason && answer->reason->rule == MOVE_RULE_ANCESTOR;
}

/* AttachProcessesToUnit(): a manager moves its own user's processes into its delegated units, and PID 1 does what the
 * user's manager may not. */
static int note_manager(CanMove *can_move) {
        const Migrant *process = &can_move->process;
        uid_t uid = can_move->mover.uid;
        _cleanup_free_ char *unit = NULL;
        int r;

        if (!can_move->mount->unified || process->ended || !lacks_ancestor(&can_move->answer) ||
            manager_of_path(can_move->target) != uid)
                return 0;

        r = find_unit(can_move->target, &unit, NULL);
        if (r <= 0)
                return r;

        if (process->uid != uid)
                return move_findings_note(&can_move->answer, MOVE_NOTE_MANAGER,
                                          "nor would the manager do it: it moves its own user's processes alone, and "
                                          "this one is uid %u's",
                                          (unsigned) process->uid);
        return move_findings_note(&can_move->answer, MOVE_NOTE_MANAGER,
                                  "the user manager would do it where %s is delegated (AttachProcessesToUnit): cgscope "
                                  "move %s %d",
                                  unit, can_move->text, (int) can_move->pid);
}

int can_move_note_units(CanMove *can_move) {
        if ((is_of_units(can_move) && note_unit(can_move) < 0) || note_manager(can_move) < 0)
                return log_oom();

        return 0;
}
