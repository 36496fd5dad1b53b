/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/status-group.h"

#include <assert.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/members.h"

void status_group_done(StatusGroup *status) {
        status_limits_done(&status->limits);
        for (size_t i = 0; i < status->n_groups; i++)
                free(status->groups[i]);
        free(status->groups);
        walk_skipped_done(&status->skipped);
        free(status->processes);
        free(status->unit);
        free(status->boundary);
}

/* A scope whose processes are gone: a manager would have ended it, had it seen that. */
static bool is_stale(const StatusGroup *status) {
        return status->n_processes == 0 && aim_is_unit(status->aim, NULL) && endswith(status->unit, ".scope");
}

/* "some avg10=1.25 …": parts of ten thousand. */
static uint64_t parse_average(const char *text, const char *key) {
        const char *line = strstr(text, key), *value = line ? strstr(line, "avg10=") : NULL;
        unsigned whole, hundredths;

        return value && sscanf(value, "avg10=%u.%2u", &whole, &hundredths) == 2 ? whole * 100 + hundredths
                                                                                : STATISTIC_ABSENT;
}

/* One file has the two of each kind. */
static void read_pressure(StatusGroup *status) {
        static const char *const files[] = { "cpu.pressure", "memory.pressure", "io.pressure" };

        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                char text[512] = "";

                (void) fd_read_file(status->aim->target.fd, files[i], text, sizeof(text));
                status->pressure[2 * i] = parse_average(text, "some ");
                status->pressure[2 * i + 1] = parse_average(text, "full ");
        }
}

static int add_group(StatusGroup *status, const char *path) {
        char **groups = reallocarray(status->groups, status->n_groups + 1, sizeof(*groups));

        if (!groups)
                return -ENOMEM;

        status->groups = groups;
        groups[status->n_groups] = strdup(path);
        if (!groups[status->n_groups])
                return -ENOMEM;

        status->n_groups++;
        return 0;
}

static int add_members(int fd, const char *path, unsigned depth, void *userdata) {
        StatusGroup *status = userdata;
        _cleanup_free_ pid_t *pids = NULL;
        StatusProcess *processes;
        ssize_t n;
        int r;

        n = group_members(fd, &pids);
        if (n == -EOPNOTSUPP) /* a threaded group: its processes are listed above it */
                n = depth > 0 ? 0 : group_thread_owners(fd, &pids);
        if (n <= 0)
                return (int) n;

        r = add_group(status, path);
        if (r < 0)
                return r;

        processes = reallocarray(status->processes, status->n_processes + (size_t) n, sizeof(*processes));
        if (!processes)
                return -ENOMEM;

        status->processes = processes;
        for (ssize_t i = 0; i < n; i++)
                processes[status->n_processes++] = (StatusProcess) { pids[i], status->n_groups - 1 };
        return 0;
}

static int find_place(StatusGroup *status) {
        const Boundary *target = &status->aim->target;
        struct stat st;
        int r;

        r = unit_of_path(target->path, &status->unit, NULL);
        if (r < 0 && r != -ENODATA)
                return r;

        if (target->length > 0) {
                status->boundary = boundary_path(target);
                if (!status->boundary)
                        return -ENOMEM;
        }

        if (fstat(target->fd, &st) < 0)
                return -errno;

        status->owner = st.st_uid;
        return 0;
}

int status_group_read(StatusGroup *status, const Aim *aim) {
        bool raw = aim->options->json || aim->options->bytes;
        int group = aim->target.fd, r;

        assert(status && aim);

        status->aim = aim;
        r = find_place(status);
        if (r < 0)
                return r;
        r = group_controllers(group, &status->controllers);
        if (r < 0)
                return r;
        (void) group_enabled(group, &status->enabled);
        r = statistics_read(group, STATISTIC_BIT(_STATISTIC_MAX) - 1, &status->statistics);
        if (r < 0)
                return r;
        r = status_limits_read(&aim->target, raw, &status->limits);
        if (r < 0)
                return r;

        read_pressure(status);
        return group_walk_all(
                group, &(const Walk) { .function = add_members, .userdata = status, .skipped = &status->skipped });
}

const char *status_group_state(const StatusGroup *status) {
        if (status->statistics.values[STATISTIC_FROZEN] == 1)
                return "frozen";

        return status->n_processes > 0 ? "active" : is_stale(status) ? "stale" : "empty";
}
