/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/status.h"

#include <sys/stat.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/members.h"
#include "cgroup/search.h"
#include "cgroup/walk.h"
#include "cgscope/verbs.h"

/* As systemctl(1) has them. */
enum {
        STATUS_ACTIVE = 0,
        STATUS_INACTIVE = 3,
        STATUS_UNKNOWN = 4,
};

static const Option status_options[] = {
        MANAGER_OPTIONS,
        ASKING_OPTIONS,
        { "bytes",             'b', NULL,     "Print numbers in base units",                   OPTION_BYTES },
        { "full",              'l', NULL,     "List all processes and shorten nothing",        OPTION_FULL },
        { "no-pager",          0,  NULL,      "Do not use a pager",                            OPTION_NO_PAGER },
        JSON_OPTION,
        GENERAL_OPTIONS,
};

static void status_done(Status *status) {
        for (size_t i = 0; i < status->n_limits; i++) {
                free(status->limits[i].value);
                free(status->limits[i].effective);
                free(status->limits[i].set_by);
        }
        for (size_t i = 0; i < status->n_groups; i++)
                free(status->groups[i]);
        free(status->groups);
        free(status->processes);
        free(status->unit);
        free(status->boundary);
}

Statistic status_pressure_total(StatusPressure pressure) {
        static const Statistic totals[_PRESSURE_MAX] = {
                [PRESSURE_CPU_SOME] = STATISTIC_CPU_SOME,       [PRESSURE_CPU_FULL] = STATISTIC_CPU_FULL,
                [PRESSURE_MEMORY_SOME] = STATISTIC_MEMORY_SOME, [PRESSURE_MEMORY_FULL] = STATISTIC_MEMORY_FULL,
                [PRESSURE_IO_SOME] = STATISTIC_IO_SOME,         [PRESSURE_IO_FULL] = STATISTIC_IO_FULL,
        };

        return totals[pressure];
}

bool status_is_stale(const Status *status) {
        return status->n_processes == 0 && aim_is_unit(status->aim, NULL) && endswith(status->unit, ".scope");
}

/* "some avg10=1.25 …": parts of ten thousand. */
static uint64_t parse_average(const char *text, const char *key) {
        const char *line = strstr(text, key), *value = line ? strstr(line, "avg10=") : NULL;
        unsigned whole, hundredths;

        return value && sscanf(value, "avg10=%u.%2u", &whole, &hundredths) == 2 ? whole * 100 + hundredths
                                                                                   : STATISTIC_ABSENT;
}

static void read_pressure(Status *status) {
        static const char *const files[] = { "cpu.pressure", "memory.pressure", "io.pressure" };

        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                char text[512] = "";

                (void) fd_read_file(status->aim->target.fd, files[i], text, sizeof(text));
                status->pressure[2 * i] = parse_average(text, "some ");
                status->pressure[2 * i + 1] = parse_average(text, "full ");
        }
}

static int add_group(Status *status, const char *path) {
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
        Status *status = userdata;
        _cleanup_free_ pid_t *pids = NULL;
        StatusProcess *processes;
        ssize_t n;
        int r;

        (void) depth;
        n = group_members(fd, &pids);
        if (n <= 0)
                return n == -EOPNOTSUPP ? 0 : (int) n; /* threads: their processes are listed above */

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

static int find_owner(Status *status) {
        struct stat st;

        if (fstat(status->aim->target.fd, &st) < 0)
                return -errno;

        status->owner = st.st_uid;
        return 0;
}

static int find_place(Status *status) {
        const Boundary *target = &status->aim->target;
        int r;

        r = unit_of_path(target->path, &status->unit, NULL);
        if (r < 0 && r != -ENODATA)
                return r;

        if (target->length > 0) {
                status->boundary = boundary_path(target);
                if (!status->boundary)
                        return -ENOMEM;
        }

        return find_owner(status);
}

static int status_gather(Status *status, bool raw) {
        int group = status->aim->target.fd, r;
        char text[512];

        r = find_place(status);
        if (r >= 0)
                r = group_controllers(group, &status->controllers);
        if (r >= 0 && fd_read_file(group, "cgroup.subtree_control", text, sizeof(text)) >= 0)
                status->enabled = controller_mask_read(text);
        if (r >= 0)
                r = statistics_read(group, STATISTIC_BIT(_STATISTIC_MAX) - 1, &status->statistics);
        if (r >= 0)
                r = status_read_limits(status, raw);
        if (r >= 0)
                r = group_walk(group, WALK_BEFORE, add_members, status);
        if (r < 0)
                return r;

        read_pressure(status);
        return 0;
}

/* A unit that has no group may all the same be one that its manager knows. Returns the exit status. */
static int report_unit(const CommonOptions *options, const char *text, const char *unit) {
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        _cleanup_free_ char *state = NULL;
        Trouble trouble = {};
        int r;

        aim.options = options;
        aim.text = escape_word(text);
        aim.manager = options->manager;
        if (!aim.text)
                return log_oom(), STATUS_FAILURE;
        if (aim_ask(&aim) < 0)
                return STATUS_FAILURE;

        r = aim.client.asking->unit_state(aim.client.manager, unit, &state, &trouble);
        if (r < 0) {
                log_trouble(r, &trouble);
                return STATUS_FAILURE;
        }
        if (r == 0)
                return log_refuse(STATUS_UNKNOWN, "there is no unit %s; cgscope list --all shows those there are",
                                  unit);

        r = status_print_groupless(unit, state, options);
        if (r < 0)
                return STATUS_FAILURE;
        return streq(state, "active") ? STATUS_ACTIVE : STATUS_INACTIVE;
}

/* The unit that is meant, where it has no group: *ret is freed by the caller. Everything else is aim_open()'s. */
static bool is_groupless_unit(const CommonOptions *options, const char *text, char **ret) {
        _cleanup_(target_name_done) TargetName name = {};
        _cleanup_free_ char *path = NULL;
        uid_t manager = options->manager == MANAGER_SYSTEM ? UID_INVALID : user_uid_outside();
        _cleanup_close_ int root = cgroup_open_root(NULL);

        if (root < 0 || target_name_parse(text, &name, NULL) < 0 || name.kind != TARGET_UNIT || *name.rest)
                return false;
        if (search_unit(root, name.unit, manager, &path) != -ENOENT)
                return false;

        *ret = TAKE_PTR(name.unit);
        return true;
}

static int show(const CommonOptions *options, const char *text) {
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        _cleanup_(status_done) Status status = { .aim = &aim };
        _cleanup_free_ char *unit = NULL;
        int r;

        if (is_groupless_unit(options, text, &unit))
                return report_unit(options, text, unit);

        r = aim_open(&aim, options, text, AIM_ANY);
        if (r < 0)
                return r == -ENXIO || r == -ENOENT || r == -ESRCH ? STATUS_UNKNOWN : STATUS_FAILURE;

        r = status_gather(&status, options->json || options->bytes);
        if (r < 0) {
                aim_report(&aim, r, "cannot read the state of");
                return r == -ENODEV || r == -ENOENT ? STATUS_UNKNOWN : STATUS_FAILURE;
        }

        r = options->json ? status_print_json(&status) : status_print_text(&status);
        if (r < 0) {
                log_error_errno(r, "cannot write to standard output");
                return STATUS_FAILURE;
        }

        return status.n_processes > 0 ? STATUS_ACTIVE : STATUS_INACTIVE;
}

static int run(int argc, char *argv[]) {
        CommonOptions options;
        int status;
        char **targets = verb_parse(&verb_status, &options, NULL, argc, argv, &status);

        return targets ? show(&options, *targets ?: ".") : status;
}

const Verb verb_status = {
        .name = "status",
        .synopsis = "[OPTIONS…] [TARGET]",
        .summary = "Show all of a scope or group",
        .description = "Show all of a scope, a service or a group: limits and where they come from, "
                       "usage, pressure, events and processes. Without TARGET it is '.', the delegated "
                       "unit that we are in. "
                       "The exit status is 0 where it holds processes, 3 where not, 4 where there is no "
                       "such unit or group.",
        .words = { "target" },
        .most = 1,
        .targets = AIM_ANY,
        .example = ".",
        .options = status_options,
        .run = run,
};
