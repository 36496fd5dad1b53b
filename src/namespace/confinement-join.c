/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "namespace/confinement.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/child.h"
#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/members.h"
#include "cgroup/walk.h"
#include "proc/proc.h"

void confinement_done(Confinement *confinement) {
        (void) fd_close(confinement->user);
        (void) fd_close(confinement->cgroup);
        *confinement = (Confinement) CONFINEMENT_INIT;
}

/* The namespaces of @pid, as long as it is there. */
static int open_namespaces(pid_t pid, ConfinementFlags flags, Confinement *ret) {
        _cleanup_(confinement_done) Confinement found = CONFINEMENT_INIT;
        _cleanup_close_ int process = -EBADF;

        process = proc_open_number(pid);
        if (process < 0)
                return process;

        found.cgroup = openat(process, "ns/cgroup", O_RDONLY | O_CLOEXEC);
        if (found.cgroup < 0)
                return -errno;

        found.user = flags & CONFINEMENT_USER ? openat(process, "ns/user", O_RDONLY | O_CLOEXEC) : -EBADF;
        if (flags & CONFINEMENT_USER && found.user < 0)
                return -errno;

        *ret = found;
        found = (Confinement) CONFINEMENT_INIT;
        return 0;
}

typedef struct Word {
        int error;
        ConfinementStep step;
} Word;

/* The child: says how it went, and holds what it made until the other end is closed. */
static _noreturn_ void hold(int socket, ConfinementFlags flags) {
        Word word;
        char end;

        word.error = confinement_unshare(flags, 0, &word.step);
        if (send(socket, &word, sizeof(word), MSG_NOSIGNAL) == sizeof(word))
                (void) read(socket, &end, 1);

        _exit(EXIT_SUCCESS);
}

int confinement_make(ConfinementFlags flags, Confinement *ret, ConfinementStep *ret_step) {
        Word word = { .error = -ECANCELED };
        int sockets[2], r = 0;
        pid_t pid;

        *ret_step = CONFINEMENT_UNSHARE;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
                return -errno;

        pid = fork();
        if (pid == 0) {
                (void) close(sockets[0]);
                hold(sockets[1], flags);
        }
        if (pid < 0)
                r = -errno;
        (void) close(sockets[1]);

        if (pid > 0 && recv(sockets[0], &word, sizeof(word), 0) == sizeof(word)) {
                *ret_step = word.step;
                r = word.error >= 0 ? open_namespaces(pid, flags, ret) : word.error;
        } else if (pid > 0)
                r = -ECANCELED;

        (void) close(sockets[0]);
        if (pid > 0)
                (void) child_wait(pid, NULL);
        return r;
}

static int enter(const Confinement *confinement) {
        if (confinement->user >= 0 && setns(confinement->user, CLONE_NEWUSER) < 0)
                return -errno;

        return setns(confinement->cgroup, CLONE_NEWCGROUP) < 0 ? -errno : 0;
}

int confinement_join(const Confinement *confinement, ConfinementStep *ret_step) {
        int r;

        *ret_step = CONFINEMENT_JOIN;
        r = enter(confinement);
        if (r < 0)
                return r;

        *ret_step = CONFINEMENT_UNSHARE;
        return unshare(CLONE_NEWNS) < 0 ? -errno : confinement_mount(ret_step);
}

/* Where a namespace begins only those inside of it can tell, and who got in with a user namespace does not get out: a
 * child looks. */
static bool is_at(const Confinement *confinement, const char *path, uid_t uid) {
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                char *own = NULL;

                _exit(enter(confinement) >= 0 && cgroup_of_process(0, &own) >= 0 && streq(own, path) && geteuid() == uid
                              ? EXIT_SUCCESS
                              : EXIT_FAILURE);
        }

        return pid > 0 && child_wait(pid, &status) >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

typedef struct Search {
        const char *path;
        ConfinementFlags flags;
        ino_t *seen; /* namespaces that are not it; the caller's first */
        size_t n_seen;
        Confinement *found;
} Search;

/* 1: it is new. */
static int remember(Search *search, ino_t inode) {
        for (size_t i = 0; i < search->n_seen; i++)
                if (search->seen[i] == inode)
                        return 0;

        return ARRAY_APPEND(search->seen, search->n_seen, inode) < 0 ? -ENOMEM : 1;
}

/* 1: it is in such a namespace, which is open now. Of a process that we may not look at, or that goes away meanwhile,
 * nothing is known. */
static int examine(Search *search, pid_t pid) {
        _cleanup_(confinement_done) Confinement confinement = CONFINEMENT_INIT;
        uid_t uid = search->flags & CONFINEMENT_MAP_ROOT ? 0 : geteuid();
        struct stat st;
        int r;

        if (open_namespaces(pid, search->flags, &confinement) < 0 || fstat(confinement.cgroup, &st) < 0)
                return 0;

        r = remember(search, st.st_ino);
        if (r <= 0 || !is_at(&confinement, search->path, uid))
                return r < 0 ? r : 0;

        *search->found = confinement;
        confinement = (Confinement) CONFINEMENT_INIT;
        return 1;
}

/* The walk ends with an error alone. */
static int search_group(int fd, const char *path, unsigned depth, void *userdata) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n = group_members(fd, &pids);

        (void) path;
        (void) depth;
        for (ssize_t i = 0; i < n; i++) {
                int r = pids[i] > 0 && pids[i] != getpid() ? examine(userdata, pids[i]) : 0;

                if (r != 0)
                        return r < 0 ? r : -EEXIST;
        }

        return 0;
}

int confinement_find(int group, const char *path, ConfinementFlags flags, Confinement *ret) {
        Search search = { .path = path, .flags = flags, .found = ret };
        struct stat st;
        int r;

        if (stat("/proc/self/ns/cgroup", &st) < 0)
                return -errno;

        r = remember(&search, st.st_ino);
        if (r >= 0)
                r = group_walk(group, WALK_BEFORE, search_group, &search);
        free(search.seen);

        return r == -EEXIST ? 0 : r < 0 ? r : -ENOENT;
}
