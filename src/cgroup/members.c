/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/members.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "cgroup/group.h"

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

static int members_read(int group, Members *members) {
        _cleanup_close_ int fd = fd_open_beneath(group, "cgroup.procs", O_RDONLY);
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

/* The processes of a threaded group are listed by the domain above it. */
static int read_below(int fd, const char *path, unsigned depth, void *userdata) {
        int r = members_read(fd, userdata);

        (void) path;
        return r == -EOPNOTSUPP && depth > 0 ? 0 : r;
}

static ssize_t members_take(Members *members, int r, pid_t **ret) {
        if (r < 0)
                return r;

        *ret = TAKE_PTR(members->pids);
        return (ssize_t) members->n;
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
