/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/members.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "cgroup/group.h"
#include "proc/proc.h"
#include "proc/stat.h"

/* Of one that was listed and is reaped before its number is printed the kernel prints 0 as well. So many of them one
 * after the other are none. */
#define LOOKS 4

/* Who forks faster than that is not moved. */
#define ROUNDS_MAX 100

typedef struct Members {
        pid_t *pids;
        size_t n, n_allocated;
} Members;

static void members_done(Members *members) {
        free(members->pids);
}

static int members_add(Members *members, pid_t pid) {
        if (members->n == members->n_allocated) {
                size_t larger = members->n_allocated ? 2 * members->n_allocated : 64;
                pid_t *pids = reallocarray(members->pids, larger, sizeof(pid_t));

                if (!pids)
                        return -ENOMEM;
                members->pids = pids;
                members->n_allocated = larger;
        }

        members->pids[members->n++] = pid;
        return 0;
}

/* Whose thread the thread @tid is; 0: it has ended, or is outside of our PID namespace. */
static pid_t process_of_thread(pid_t tid) {
        _cleanup_close_ int proc = tid > 0 ? proc_open_number(tid) : -EBADF;
        _cleanup_free_ char *status = NULL;

        return proc < 0 || proc_read(proc, "status", &status) < 0 ? 0
                                                                  : (pid_t) proc_status_number(status, "Tgid", 0, 10);
}

static int read_numbers(int group, const char *file, Members *members) {
        _cleanup_close_ int fd = fd_open_beneath(group, file, O_RDONLY);
        _cleanup_free_ char *text = NULL;
        ssize_t length = fd < 0 ? fd : fd_read_all(fd, &text);
        char *end;

        if (length < 0)
                return (int) length;

        for (char *p = text; *p; p = end + (*end == '\n')) {
                long pid = strtol(p, &end, 10);
                int r;

                if (end == p)
                        return -EIO;

                r = members_add(members, (pid_t) pid);
                if (r < 0)
                        return r;
        }

        return 0;
}

static ssize_t members_take(Members *members, int r, pid_t **ret) {
        if (r < 0)
                return r;

        *ret = TAKE_PTR(members->pids);
        return (ssize_t) members->n;
}

int group_thread_owners(int group, pid_t **ret) {
        _cleanup_(members_done) Members threads = {}, owners = {};
        int r = read_numbers(group, "cgroup.threads", &threads);

        for (size_t i = 0; r >= 0 && i < threads.n; i++) {
                pid_t pid = process_of_thread(threads.pids[i]);

                /* Threads of one process mostly follow each other. */
                if (pid > 0 && (owners.n == 0 || owners.pids[owners.n - 1] != pid))
                        r = members_add(&owners, pid);
        }

        return (int) members_take(&owners, r, ret);
}

/* The kernel does not list a process in the group of its threads where the first one ended before the others were
 * moved. */
static int members_read(int group, Members *members) {
        _cleanup_free_ pid_t *owners = NULL;
        size_t before = members->n;
        int r = read_numbers(group, "cgroup.procs", members), n;

        if (r < 0 || members->n > before)
                return r;

        n = group_thread_owners(group, &owners);
        for (int i = 0; r >= 0 && i < n; i++)
                r = members_add(members, owners[i]);

        return r;
}

/* The processes of a threaded group are listed by the domain above it. */
static int read_below(int fd, const char *path, unsigned depth, void *userdata) {
        int r = members_read(fd, userdata);

        (void) path;
        return r == -EOPNOTSUPP && depth > 0 ? 0 : r;
}

ssize_t group_members(int group, pid_t **ret) {
        _cleanup_(members_done) Members members = {};

        return members_take(&members, members_read(group, &members), ret);
}

ssize_t group_members_below(int group, pid_t **ret, WalkSkipped *skipped) {
        _cleanup_(members_done) Members members = {};
        const Walk walk = { .function = read_below, .userdata = &members, .skipped = skipped };

        return members_take(&members, group_walk_all(group, &walk), ret);
}

static int has_zero(int group, bool below) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n = below ? group_members_below(group, &pids, NULL) : group_members(group, &pids);

        for (ssize_t i = 0; i < n; i++)
                if (pids[i] == 0)
                        return 1;

        return n < 0 ? (int) n : 0;
}

int group_holds_outsiders(int group, bool below) {
        int r = 1;

        for (unsigned i = 0; r > 0 && i < LOOKS; i++)
                r = has_zero(group, below);

        return r;
}

int group_move_members(int from, int to) {
        int moved = 0;

        for (unsigned round = 0; round < ROUNDS_MAX; round++) {
                _cleanup_free_ pid_t *pids = NULL;
                ssize_t n = group_members(from, &pids);
                bool any = false;

                if (n <= 0)
                        return n < 0 ? (int) n : moved;

                for (ssize_t i = 0; i < n; i++) {
                        int r = pids[i] > 0 ? group_attach(to, pids[i]) : -ESRCH;

                        if (r < 0 && r != -ESRCH)
                                return r;
                        moved += r >= 0;
                        any = any || pids[i] > 0;
                }

                if (!any && group_holds_outsiders(from, false) > 0)
                        return -EXDEV;
        }

        return -ELOOP;
}

int group_evacuate(int group, const char *leaf, bool *ret_made) {
        _cleanup_close_ int fd = group_make(group, leaf, 0755, ret_made);
        int r;

        if (fd < 0)
                return fd;

        r = group_move_members(group, fd);
        if (r < 0)
                group_return(group, leaf, *ret_made);
        return r;
}

void group_return(int group, const char *leaf, bool made) {
        _cleanup_close_ int fd = group_open(group, leaf);

        /* Those that were in there before are not ours to move. */
        if (fd < 0 || !made)
                return;

        (void) group_move_members(fd, group);
        (void) unlinkat(group, leaf, AT_REMOVEDIR);
}
