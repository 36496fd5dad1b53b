/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/control.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/members.h"
#include "cgroup/walk.h"

/* The files that belong to whom a group is handed to, one a line (Linux, cgroup-v2.rst, "Model of Delegation"). */
#define DELEGATE_LIST "/sys/kernel/cgroup/delegate"

/* A subtree that forks faster than signals reach it is given up after so many rounds. */
#define SIGNAL_ROUNDS 64

/* How many pidfds are open at once: well below RLIMIT_NOFILE as it usually is. */
#define SIGNAL_BATCH 256

/* What was killed is gone within a few milliseconds, unless it hangs in the kernel. */
#define END_TIMEOUT_USEC (2 * USEC_PER_SEC)
#define NAP_USEC (2 * USEC_PER_MSEC)

/* What is left after that is looked at. */
#define HEADLESS_USEC (100 * USEC_PER_MSEC)

int group_freeze(int group, bool freeze, uint64_t timeout) {
        char before[16];
        ssize_t n;
        int r;

        n = fd_read_file(group, "cgroup.freeze", before, sizeof(before));
        r = n < 0 ? (int) n : fd_write_file(group, "cgroup.freeze", freeze ? "1" : "0");
        if (r < 0)
                return r;

        r = group_wait_event(group, freeze ? "frozen 1" : "frozen 0", deadline_after(timeout));
        if (r == -ETIMEDOUT)
                (void) fd_write_file(group, "cgroup.freeze", before);

        return r;
}

/* Who is dealt with, by number and in order. A number that ends and is given out again within one call is taken for
 * the same process. */
typedef struct Sweep {
        int group, signal;
        bool own; /* not those in the groups below */
        pid_t *done;
        size_t n_done;
        int n_signalled;
        pid_t refused; /* the first that we may not signal; 0: none */
        bool self, outside;
        size_t n_skipped; /* groups that could not be looked into */
} Sweep;

static void sweep_done(Sweep *sweep) {
        free(sweep->done);
}

static int compare_pids(const void *a, const void *b) {
        pid_t x = *(const pid_t *) a, y = *(const pid_t *) b;

        return (x > y) - (x < y);
}

static ssize_t members_in_order(Sweep *sweep, pid_t **ret) {
        _cleanup_(walk_skipped_done) WalkSkipped skipped = {};
        ssize_t n = sweep->own ? group_members(sweep->group, ret) : group_members_below(sweep->group, ret, &skipped);

        sweep->n_skipped = skipped.n;
        if (n > 0)
                qsort(*ret, (size_t) n, sizeof(pid_t), compare_pids);
        return n;
}

static bool pids_contain(const pid_t *pids, size_t n, pid_t pid) {
        return n > 0 && bsearch(&pid, pids, n, sizeof(pid_t), compare_pids);
}

/* Keeps those of the @n in order at @pids that are new, each once. 0 stands for processes that we cannot name. They are
 * the first. */
static size_t keep_new(Sweep *sweep, pid_t *pids, size_t n) {
        size_t n_kept = 0;

        sweep->outside = n > 0 && pids[0] == 0;
        for (size_t i = 0; i < n; i++) {
                sweep->self |= pids[i] == getpid();
                if (pids[i] == 0 || pids[i] == getpid() || (n_kept > 0 && pids[n_kept - 1] == pids[i]) ||
                    pids_contain(sweep->done, sweep->n_done, pids[i]))
                        continue;

                pids[n_kept++] = pids[i];
        }

        return n_kept;
}

static int remember(Sweep *sweep, const pid_t *pids, size_t n) {
        pid_t *larger = reallocarray(sweep->done, sweep->n_done + n, sizeof(pid_t));

        if (!larger)
                return -ENOMEM;

        memcpy(larger + sweep->n_done, pids, n * sizeof(pid_t));
        sweep->done = larger;
        sweep->n_done += n;
        qsort(sweep->done, sweep->n_done, sizeof(pid_t), compare_pids);
        return 0;
}

static int send_signal(Sweep *sweep, pid_t pid, int pidfd) {
        if (syscall(SYS_pidfd_send_signal, pidfd, sweep->signal, NULL, 0) >= 0)
                sweep->n_signalled++;
        else if (errno == EPERM)
                sweep->refused = sweep->refused ?: pid;
        else if (errno != ESRCH)
                return -errno;

        return 0;
}

/* A number that is found in the subtree once more after its pidfd was opened is that very process, where the signal
 * still reaches it: nobody else can have had the number in between. */
static int signal_opened(Sweep *sweep, const pid_t *pids, const int *pidfds, size_t n) {
        _cleanup_free_ pid_t *now = NULL;
        ssize_t n_now = members_in_order(sweep, &now);

        if (n_now < 0)
                return (int) n_now;

        for (size_t i = 0; i < n; i++) {
                int r = 0;

                if (pidfds[i] >= 0 && pids_contain(now, (size_t) n_now, pids[i]))
                        r = send_signal(sweep, pids[i], pidfds[i]);
                if (r < 0)
                        return r;
        }

        return 0;
}

static int signal_batch(Sweep *sweep, const pid_t *pids, size_t n) {
        int pidfds[SIGNAL_BATCH], r = 0;
        size_t n_open = 0;

        for (; r >= 0 && n_open < n; n_open++) {
                pidfds[n_open] = (int) syscall(SYS_pidfd_open, pids[n_open], 0);
                if (pidfds[n_open] < 0 && errno != ESRCH && errno != EINVAL && errno != ENOENT)
                        r = -errno;
        }

        r = r < 0 ? r : signal_opened(sweep, pids, pidfds, n);
        for (size_t i = 0; i < n_open; i++)
                (void) fd_close(pidfds[i]);
        return r;
}

/* Returns how many new ones there were. */
static ssize_t signal_round(Sweep *sweep) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n = members_in_order(sweep, &pids);
        size_t n_new = n < 0 ? 0 : keep_new(sweep, pids, (size_t) n);

        for (size_t i = 0; i < n_new; i += SIGNAL_BATCH) {
                size_t left = n_new - i;
                int r = signal_batch(sweep, pids + i, left < SIGNAL_BATCH ? left : SIGNAL_BATCH);

                if (r < 0)
                        return r;
        }

        if (n < 0 || n_new == 0)
                return n < 0 ? n : 0;

        n = remember(sweep, pids, n_new);
        return n < 0 ? n : (ssize_t) n_new;
}

/* cgroup.kill is for first threads, and reaches no process of which only others are left. */
int group_kill(int group) {
        _cleanup_(sweep_done) Sweep sweep = { .group = group, .signal = SIGKILL };
        int r = fd_write_file(group, "cgroup.kill", "1");

        if (r >= 0 && group_wait_event(group, "populated 0", deadline_after(HEADLESS_USEC)) == -ETIMEDOUT)
                (void) signal_round(&sweep);

        return r;
}

/* The caller itself comes last, as it may not survive. */
int group_signal(int group, int signal, pid_t *ret_refused) {
        _cleanup_(sweep_done) Sweep sweep = { .group = group, .signal = signal };
        ssize_t n_new = 1;

        for (unsigned round = 0; n_new > 0 && round < SIGNAL_ROUNDS; round++)
                n_new = signal_round(&sweep);
        if (n_new < 0)
                return (int) n_new;

        if (sweep.self) {
                if (kill(getpid(), signal) < 0)
                        return -errno;
                sweep.n_signalled++;
        }

        if (sweep.refused && ret_refused)
                *ret_refused = sweep.refused;
        if (sweep.refused)
                return -EPERM;
        if (sweep.n_skipped > 0)
                return -EACCES;
        return sweep.outside && group_holds_outsiders(group, true) > 0 ? -EXDEV : sweep.n_signalled;
}

/* The group's own members but ourselves. */
static int kill_members(int group) {
        _cleanup_(sweep_done) Sweep sweep = { .group = group, .signal = SIGKILL, .own = true };
        ssize_t n = signal_round(&sweep);

        return n < 0 ? (int) n : 0;
}

static bool is_same(int fd, int other) {
        struct stat a, b;

        return other >= 0 && fstat(fd, &a) >= 0 && fstat(other, &b) >= 0 && a.st_ino == b.st_ino;
}

/* All but the process that does it: each group below is killed as a whole but the one it is in. */
static int kill_around(int group, int aside) {
        _cleanup_free_ char **names = NULL;
        size_t n;
        int r = group_children(group, &names, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                _cleanup_close_ int fd = group_open(group, names[i]);

                if (fd >= 0)
                        r = is_same(fd, aside) ? kill_around(fd, -EBADF) : group_kill(fd);
        }

        return r < 0 ? r : kill_members(group);
}

void group_signal_beside(int group, int aside, int signal) {
        _cleanup_free_ char **names = NULL;
        size_t n;
        int r = group_children(group, &names, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                _cleanup_close_ int fd = group_open(group, names[i]);

                if (fd >= 0 && !is_same(fd, aside))
                        (void) group_signal(fd, signal, NULL);
        }
}

/* How many there are besides the calling process. */
static ssize_t count(int group, int aside) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n = group_members_below(group, &pids, NULL);

        return n > 0 && aside >= 0 ? n - 1 : n;
}

ssize_t group_end(int group, int aside, bool end) {
        uint64_t deadline = deadline_after(END_TIMEOUT_USEC);
        ssize_t n, left;

        /* The usual case, at the price of one file. */
        if (aside < 0 && group_is_populated(group) == 0)
                return 0;

        n = left = count(group, aside);
        while (end && left > 0 && deadline_left(deadline) > 0) {
                int r = aside < 0 ? group_kill(group) : kill_around(group, aside);

                if (r < 0)
                        return r;
                (void) usleep(NAP_USEC);
                left = count(group, aside);
        }

        return n;
}

int group_chown(int group, uid_t uid, gid_t gid) {
        char names[4096];
        ssize_t n = fd_read_path(DELEGATE_LIST, names, sizeof(names));

        if (n < 0)
                return (int) n;
        if (fchown(group, uid, gid) < 0)
                return -errno;

        for (char *save, *name = strtok_r(names, "\n", &save); name; name = strtok_r(NULL, "\n", &save))
                if (fchownat(group, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
                        return -errno;

        return 0;
}
