/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/migrant.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "proc/proc.h"

/* proc_pid_stat(5), field 9, and the kernel's include/linux/sched.h. */
#define PF_EXITING 0x00000004UL
#define PF_KTHREAD 0x00200000UL
#define PF_NO_SETAFFINITY 0x04000000UL

/* How often a process is read that is moved meanwhile. */
#define READ_TRIES 10

#define DELETED " (deleted)"

int migrant_path(const char *text, const char *hierarchy, char **ret) {
        size_t length = strlen(hierarchy);

        /* "ID:CONTROLLERS:PATH"; a path can hold anything but a newline. */
        for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
                const char *name = line + strcspn(line, ":\n");

                if (*name != ':' || strncmp(name + 1, hierarchy, length) != 0 || name[1 + length] != ':')
                        continue;

                name += 1 + length + 1;
                *ret = strndup(name, strcspn(name, "\n"));
                return *ret ? 0 : -ENOMEM;
        }

        return -ENODATA;
}

int migrant_stat(const char *text, MigrantStat *ret) {
        MigrantStat stat = {};
        const char *p = strrchr(text, ')'); /* the name, in parentheses, can contain anything */
        char *end;

        if (!p || p[1] != ' ' || !p[2])
                return -EBADMSG;

        stat.state = p[2];
        p += 3;
        for (unsigned field = 4; field <= 41; field++, p = end) {
                unsigned long long value = strtoull(p, &end, 10);

                if (end == p)
                        return -EBADMSG;
                if (field == 4)
                        stat.parent = (pid_t) value;
                else if (field == 9)
                        stat.flags = (unsigned long) value;
                else if (field == 20)
                        stat.n_threads = value;
                else if (field == 41)
                        stat.policy = (unsigned) value;
        }

        *ret = stat;
        return 0;
}

/* The number of @base in the column @index of the line that begins with @name in /proc/PID/status. */
static uint64_t status_number(const char *text, const char *name, unsigned index, int base) {
        const char *line = strstr(text, name);
        char *end = line ? (char *) line + strlen(name) : NULL;
        uint64_t value = 0;

        for (unsigned i = 0; end && i <= index; i++)
                value = strtoull(end, &end, base);

        return value;
}

static void read_name(Migrant *migrant, const char *stat) {
        const char *begin = strchr(stat, '('), *end = strrchr(stat, ')');
        size_t length = begin && end > begin ? (size_t) (end - begin - 1) : 0;

        if (length >= sizeof(migrant->name))
                length = sizeof(migrant->name) - 1;
        if (begin)
                memcpy(migrant->name, begin + 1, length);
        migrant->name[length] = '\0';
}

static int read_facts(Migrant *migrant) {
        _cleanup_free_ char *text = NULL, *status = NULL;
        MigrantStat stat;
        int r;

        r = proc_read(migrant->proc, "stat", &text);
        if (r >= 0)
                r = proc_read(migrant->proc, "status", &status);
        if (r >= 0)
                r = migrant_stat(text, &stat);
        if (r < 0)
                return r;

        read_name(migrant, text);
        migrant->n_threads = stat.n_threads;
        migrant->ended = stat.n_threads <= 1 && (stat.flags & PF_EXITING || strchr("ZX", stat.state));
        migrant->kernel = stat.flags & PF_KTHREAD;
        migrant->bound = stat.flags & PF_NO_SETAFFINITY || (migrant->kernel && stat.parent == 0);
        migrant->uid = (uid_t) status_number(status, "\nUid:", 0, 10);
        migrant->saved_uid = (uid_t) status_number(status, "\nUid:", 2, 10);
        migrant->permitted = status_number(status, "\nCapPrm:", 0, 16);
        return 0;
}

static int read_path(const Migrant *migrant, const char *hierarchy, char **ret) {
        _cleanup_free_ char *text = NULL;
        int r = proc_read(migrant->proc, "cgroup", &text);

        return r < 0 ? r : migrant_path(text, hierarchy, ret);
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

static bool thread_has_policy(int tasks, const char *name, unsigned policies) {
        char path[64], text[1024];
        MigrantStat stat;

        (void) snprintf(path, sizeof(path), "%.32s/stat", name);
        return fd_read_file(tasks, path, text, sizeof(text)) > 0 && migrant_stat(text, &stat) >= 0 &&
               stat.policy < 32 && policies & 1U << stat.policy;
}

bool migrant_has_policy(const Migrant *migrant, unsigned policies) {
        int fd = openat(migrant->proc, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        bool found = false;

        if (!directory) {
                (void) fd_close(fd);
                return false;
        }

        for (struct dirent *entry; !found && (entry = readdir(directory));)
                found = isdigit((unsigned char) entry->d_name[0]) && thread_has_policy(fd, entry->d_name, policies);

        (void) closedir(directory);
        return found;
}

bool migrant_is_foreign(const Migrant *migrant) {
        struct stat ours, theirs;

        return stat("/proc/self/ns/user", &ours) >= 0 && fstatat(migrant->proc, "ns/user", &theirs, 0) >= 0 &&
               (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino);
}
