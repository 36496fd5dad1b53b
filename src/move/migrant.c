/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/migrant.h"

#include <assert.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "proc/cgroup-file.h"
#include "proc/proc.h"

/* How often a process is read that is moved meanwhile. */
#define READ_TRIES 10

#define DELETED " (deleted)"

static int read_facts(Migrant *migrant) {
        _cleanup_free_ char *status = NULL;
        ProcStat stat;
        int r;

        r = proc_read(migrant->proc, "status", &status);
        if (r < 0)
                return r;
        r = proc_stat_read(migrant->proc, &stat);
        if (r < 0)
                return r == -ENOENT ? -EACCES : r; /* as proc_read() */

        memcpy(migrant->name, stat.name, sizeof(stat.name));
        migrant->n_threads = stat.n_threads;
        migrant->ended = proc_stat_is_dead(&stat) || (stat.n_threads <= 1 && stat.exiting);
        migrant->kernel = stat.kernel;
        migrant->bound = proc_stat_stays(&stat);
        migrant->uid = (uid_t) proc_status_number(status, "Uid", 0, 10);
        migrant->saved_uid = (uid_t) proc_status_number(status, "Uid", 2, 10);
        migrant->permitted = proc_status_number(status, "CapPrm", 0, 16);
        return 0;
}

static int read_path(const Migrant *migrant, const char *hierarchy, char **ret) {
        _cleanup_free_ char *text = NULL;
        int r = proc_read(migrant->proc, "cgroup", &text);

        return r < 0 ? r : cgroup_file_find(text, hierarchy, ret);
}

/* Until the process is found in the same group before and after the rest was read. */
static int read_at_once(Migrant *migrant, const char *hierarchy) {
        for (unsigned i = 0; i < READ_TRIES; i++) {
                _cleanup_free_ char *before = NULL, *after = NULL;
                int r = read_path(migrant, hierarchy, &before);

                if (r >= 0)
                        r = read_facts(migrant);
                if (r >= 0)
                        r = read_path(migrant, hierarchy, &after);
                if (r < 0)
                        return r;

                if (streq(before, after)) {
                        migrant->path = TAKE_PTR(before);
                        return 0;
                }
        }

        return -EAGAIN;
}

/* A group may be called so, but only what has ended is in one that is gone. */
static void note_deleted(Migrant *migrant) {
        char *mark = (char *) endswith(migrant->path, DELETED);

        if (!migrant->ended || !mark)
                return;

        migrant->deleted = true;
        *mark = '\0';
}

int migrant_read(pid_t pid, int pidfd, const char *hierarchy, Migrant *ret) {
        _cleanup_(migrant_done) Migrant migrant = MIGRANT_INIT;
        int r;

        assert(hierarchy && ret);

        migrant.pid = pid;
        migrant.pidfd = pidfd;
        migrant.proc = r = proc_open(pidfd);
        if (r >= 0)
                r = read_at_once(&migrant, hierarchy);
        if (proc_has_gone(pidfd))
                return -ESRCH;
        if (r < 0)
                return r;

        note_deleted(&migrant);
        *ret = migrant;
        migrant = (Migrant) MIGRANT_INIT;
        return 0;
}

void migrant_done(Migrant *migrant) {
        (void) fd_close(migrant->proc);
        free(migrant->path);
        *migrant = (Migrant) MIGRANT_INIT;
}

bool migrant_is_foreign(const Migrant *migrant) {
        struct stat ours, theirs;

        return stat("/proc/self/ns/user", &ours) >= 0 && fstatat(migrant->proc, "ns/user", &theirs, 0) >= 0 &&
               (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino);
}
