/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc/stat.h"

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>

#include "basic/fd.h"

/* Two names' length and 52 numbers, each far below its 20 digits. */
#define STAT_SIZE 2048

/* The kernel's include/linux/sched.h. */
#define PF_EXITING 0x00000004UL
#define PF_KTHREAD 0x00200000UL
#define PF_NO_SETAFFINITY 0x04000000UL

/* proc_pid_stat(5); the state is field 3. */
enum {
        FIELD_PARENT = 4,
        FIELD_FLAGS = 9,
        FIELD_THREADS = 20,
        FIELD_POLICY = 41,
        _FIELD_END,
};

static void copy_name(const char *begin, const char *end, char name[static PROC_NAME_MAX]) {
        size_t length = (size_t) (end - begin);

        if (length >= PROC_NAME_MAX)
                length = PROC_NAME_MAX - 1;
        *(char *) mempcpy(name, begin, length) = '\0';
}

int proc_stat_parse(const char *text, ProcStat *ret) {
        const char *begin = strchr(text, '('), *p = strrchr(text, ')'); /* anything can stand in between */
        uint64_t values[_FIELD_END] = {};
        ProcStat stat = {};
        char *end;

        if (!begin || !p || p < begin || p[1] != ' ' || !p[2])
                return -EBADMSG;

        copy_name(begin + 1, p, stat.name);
        stat.state = p[2];
        p += 3;
        for (unsigned field = FIELD_PARENT; field < _FIELD_END; field++, p = end) {
                values[field] = strtoull(p, &end, 10);
                if (end == p)
                        return -EBADMSG;
        }

        stat.parent = (pid_t) values[FIELD_PARENT];
        stat.kernel = values[FIELD_FLAGS] & PF_KTHREAD;
        stat.bound = values[FIELD_FLAGS] & PF_NO_SETAFFINITY;
        stat.exiting = values[FIELD_FLAGS] & PF_EXITING;
        stat.n_threads = values[FIELD_THREADS];
        stat.policy = (unsigned) values[FIELD_POLICY];
        *ret = stat;
        return 0;
}

static int read_at(int directory, const char *path, ProcStat *ret) {
        char text[STAT_SIZE];
        ssize_t n = fd_read_file(directory, path, text, sizeof(text));

        return n < 0 ? (int) n : proc_stat_parse(text, ret);
}

int proc_stat_read(int proc, ProcStat *ret) {
        assert(proc >= 0 && ret);

        return read_at(proc, "stat", ret);
}

static bool has_ended(const ProcStat *stat) {
        return strchr("ZX", stat->state);
}

bool proc_stat_is_dead(const ProcStat *stat) {
        return stat->n_threads <= 1 && has_ended(stat);
}

bool proc_stat_stays(const ProcStat *stat) {
        return stat->bound || (stat->kernel && stat->parent == 0);
}

int proc_open_live_thread(int proc) {
        _cleanup_close_ int tasks = -EBADF;
        int found = -ENODATA, fd;
        ProcStat stat;
        DIR *directory;

        if (proc_stat_read(proc, &stat) < 0 || !has_ended(&stat) || stat.n_threads <= 1)
                return -ENODATA;

        tasks = openat(proc, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fd = tasks < 0 ? -1 : fcntl(tasks, F_DUPFD_CLOEXEC, 0);
        directory = fd < 0 ? NULL : fdopendir(fd);
        if (!directory) {
                (void) fd_close(fd);
                return -ENODATA;
        }

        for (struct dirent *entry; found < 0 && (entry = readdir(directory));) {
                if (!isdigit((unsigned char) entry->d_name[0]))
                        continue;

                found = openat(tasks, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (found >= 0 && (proc_stat_read(found, &stat) < 0 || has_ended(&stat)))
                        found = fd_close(found);
        }

        (void) closedir(directory);
        return found < 0 ? -ENODATA : found;
}

static bool thread_has_policy(int tasks, const char *name, unsigned policies) {
        char path[64];
        ProcStat stat;

        (void) snprintf(path, sizeof(path), "%.32s/stat", name);
        return read_at(tasks, path, &stat) >= 0 && stat.policy < 32 && policies & 1U << stat.policy;
}

bool proc_has_policy(int proc, unsigned policies) {
        int fd = openat(proc, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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

uint64_t proc_status_number(const char *text, const char *name, unsigned index, int base) {
        char key[32], *end;
        uint64_t value = 0;

        (void) snprintf(key, sizeof(key), "\n%s:", name);
        end = strstr(text, key);
        if (!end)
                return 0;

        end += strlen(key);
        for (unsigned i = 0; i <= index; i++)
                value = strtoull(end, &end, base);
        return value;
}
