/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/process/remainder.h"

#include <sys/syscall.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/members.h"
#include "move/migrant.h"

/* How long a process that was killed may take to leave the kernel after its manager has reported the end. */
#define MOMENT_USEC (2 * USEC_PER_SEC)

typedef struct Remainder {
        pid_t pid;
        uid_t uid;         /* UID_INVALID: it cannot be seen */
        const char *below; /* the path of its group below the target; borrowed from the migrant */
} Remainder;

/* -ESRCH: it has ended. What /proc hides is another's. */
static int look_at(const Aim *aim, pid_t pid, Migrant *migrant, Remainder *ret) {
        _cleanup_close_ int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
        int r = pidfd < 0 ? -errno : migrant_read(pid, pidfd, "", migrant);
        const char *below;

        *ret = (Remainder) { .pid = pid, .uid = UID_INVALID, .below = "" };
        if (r < 0)
                return r == -ESRCH ? r : 0;
        if (migrant->ended)
                return -ESRCH;

        below = startswith(migrant->path, aim->target.path);
        ret->uid = migrant->uid;
        ret->below = below ?: "";
        return 0;
}

/* 1: *ret is one; it is read into @migrant, which the caller releases. */
static int find(const Aim *aim, bool foreign, Migrant *migrant, Remainder *ret) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n = group_members_below(aim->target.fd, &pids, NULL);

        for (ssize_t i = 0; i < n; i++) {
                if (pids[i] > 0 && look_at(aim, pids[i], migrant, ret) >= 0 && !(foreign && ret->uid == geteuid()))
                        return 1;
                migrant_done(migrant);
        }

        return 0;
}

/* "it belongs to uid 1001, you are uid 1000". @size of 80 is enough. */
static const char *owner_text(const Remainder *remainder, char *text, size_t size) {
        if (remainder->uid == UID_INVALID)
                (void) snprintf(text, size, "it belongs to another user");
        else
                (void) snprintf(text, size, "it belongs to uid %u, you are uid %u", (unsigned) remainder->uid,
                                (unsigned) geteuid());
        return text;
}

static int report_left(const Aim *aim, const Remainder *remainder, const char *done) {
        char owner[80];

        return log_refuse(-EBUSY, "%s %s, but process %d is still in it: %s; cgscope kill -s KILL %s%s ends it",
                          aim->text, done, (int) remainder->pid,
                          remainder->uid == geteuid() ? "the unit spares it (KillMode=, SendSIGKILL=)"
                                                      : owner_text(remainder, owner, sizeof(owner)),
                          aim->text, remainder->below);
}

/* The waits fail also where the group has gone, and then nobody is in it. */
int remainder_check(const Aim *aim, bool foreign, const char *done) {
        _cleanup_(migrant_done) Migrant migrant = MIGRANT_INIT;
        Remainder remainder;

        if (group_wait_event(aim->target.fd, "populated 0", deadline_after(0)) != -ETIMEDOUT)
                return 0;
        if (foreign && remainder_find_foreign(aim) == 0)
                return 0;
        if (group_wait_event(aim->target.fd, "populated 0", deadline_after(MOMENT_USEC)) != -ETIMEDOUT)
                return 0;

        if (find(aim, foreign, &migrant, &remainder) > 0)
                return report_left(aim, &remainder, done);
        if (!foreign && group_holds_outsiders(aim->target.fd, true) > 0)
                return log_refuse(-EBUSY,
                                  "%s %s, but processes outside of this PID namespace are still in it; cgscope "
                                  "kill -s KILL %s ends them",
                                  aim->text, done, aim->text);

        return 0;
}

int remainder_report_refused(const Aim *aim, pid_t pid) {
        _cleanup_(migrant_done) Migrant migrant = MIGRANT_INIT;
        Remainder remainder;
        char owner[80];

        (void) look_at(aim, pid, &migrant, &remainder);
        return log_refuse(-EPERM, "process %d in %s did not get the signal: %s; cgscope kill -s KILL %s%s ends it",
                          (int) pid, aim->text, owner_text(&remainder, owner, sizeof(owner)), aim->text,
                          remainder.below);
}

pid_t remainder_find_foreign(const Aim *aim) {
        _cleanup_(migrant_done) Migrant migrant = MIGRANT_INIT;
        Remainder remainder;

        return find(aim, true, &migrant, &remainder) > 0 ? remainder.pid : 0;
}
