/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <time.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"
#include "cgroup/search.h"
#include "cgroup/statistics.h"
#include "cgroup/target.h"
#include "cgroup/walk.h"
#include "cgscope/delegation.h"
#include "cgscope/tabular.h"
#include "cgscope/verbs.h"
#include "unit/unit-name.h"

enum {
        OPTION_ALL = OPTION_OWN,
        OPTION_SLICE,
        OPTION_EMPTY,
};

static const Option list_options[] = {
        { "all",               'a', NULL,     "All units, of everyone, delegated or not",      OPTION_ALL },
        { "slice",             0,  "SLICE",   "Those in this slice and in those below it",     OPTION_SLICE },
        { "empty",             0,  NULL,      "Those that hold no process",                    OPTION_EMPTY },
        { "system",            0,  NULL,      "Units of the system manager",                   OPTION_SYSTEM_MANAGER },
        { "user",              0,  NULL,      "Units of your user manager",                    OPTION_USER_MANAGER },
        TABLE_OPTIONS,
        GENERAL_OPTIONS,
};

typedef enum ListColumn {
        COLUMN_UNIT,
        COLUMN_OWNER,
        COLUMN_CONTROLLERS,
        COLUMN_PROCESSES,
        COLUMN_MEMORY,
        COLUMN_CPU,
        COLUMN_AGE,
        COLUMN_DEFAULT_END,
        COLUMN_SLICE = COLUMN_DEFAULT_END,
        COLUMN_CGROUP,
        COLUMN_DELEGATED,
        COLUMN_FROZEN,
        COLUMN_GROUPS,
        COLUMN_MEMORY_PEAK,
        COLUMN_SWAP,
        COLUMN_CPU_USER,
        COLUMN_CPU_SYSTEM,
        COLUMN_IO_READ,
        COLUMN_IO_WRITTEN,
        COLUMN_OOM_KILLS,
        _COLUMN_MAX,
} ListColumn;

static const TableColumn columns[_COLUMN_MAX] = {
        [COLUMN_UNIT] = { "UNIT", "unit", "name of the unit", TABLE_SHORTEN },
        [COLUMN_OWNER] = { "OWNER", "owner", "user that its directory belongs to", 0 },
        [COLUMN_CONTROLLERS] = { "CONTROLLERS", "controllers", "controllers that reach it",
                                 TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_PROCESSES] = { "PROCESSES", "processes", "processes in it and its groups", TABLE_NUMBER },
        [COLUMN_MEMORY] = { "MEMORY", "memory", "memory in use", TABLE_NUMBER },
        [COLUMN_CPU] = { "CPU", "cpu_usec", "CPU time used", TABLE_NUMBER },
        [COLUMN_AGE] = { "AGE", "age_usec", "time since it was started", TABLE_NUMBER },
        [COLUMN_SLICE] = { "SLICE", "slice", "slice that it is in", 0 },
        [COLUMN_CGROUP] = { "CGROUP", "control_group", "path in the hierarchy", TABLE_SHORTEN },
        [COLUMN_DELEGATED] = { "DELEGATED", "delegated", "whether it is marked as delegated", TABLE_BOOLEAN },
        [COLUMN_FROZEN] = { "FROZEN", "frozen", "whether it is frozen", TABLE_BOOLEAN },
        [COLUMN_GROUPS] = { "GROUPS", "groups", "groups below it", TABLE_NUMBER },
        [COLUMN_MEMORY_PEAK] = { "MEMORY-PEAK", "memory_peak", "most memory used at once", TABLE_NUMBER },
        [COLUMN_SWAP] = { "SWAP", "swap", "swap in use", TABLE_NUMBER },
        [COLUMN_CPU_USER] = { "CPU-USER", "cpu_user_usec", "CPU time used in user mode", TABLE_NUMBER },
        [COLUMN_CPU_SYSTEM] = { "CPU-SYSTEM", "cpu_system_usec", "CPU time used in the kernel", TABLE_NUMBER },
        [COLUMN_IO_READ] = { "IO-READ", "io_read_bytes", "bytes read from block devices", TABLE_NUMBER },
        [COLUMN_IO_WRITTEN] = { "IO-WRITTEN", "io_written_bytes", "bytes written to block devices", TABLE_NUMBER },
        [COLUMN_OOM_KILLS] = { "OOM-KILLS", "events_oom_kill", "processes killed for lack of memory", TABLE_NUMBER },
};

/* The columns that are statistics as they stand. */
static const struct {
        ListColumn column;
        Statistic statistic;
        int (*set)(Tabular *tabular, TableRow *row, size_t index, uint64_t value);
} figures[] = {
        { COLUMN_MEMORY, STATISTIC_MEMORY, tabular_set_bytes },
        { COLUMN_CPU, STATISTIC_CPU, tabular_set_time },
        { COLUMN_GROUPS, STATISTIC_GROUPS, tabular_set_number },
        { COLUMN_MEMORY_PEAK, STATISTIC_MEMORY_PEAK, tabular_set_bytes },
        { COLUMN_SWAP, STATISTIC_SWAP, tabular_set_bytes },
        { COLUMN_CPU_USER, STATISTIC_CPU_USER, tabular_set_time },
        { COLUMN_CPU_SYSTEM, STATISTIC_CPU_SYSTEM, tabular_set_time },
        { COLUMN_IO_READ, STATISTIC_IO_READ, tabular_set_bytes },
        { COLUMN_IO_WRITTEN, STATISTIC_IO_WRITTEN, tabular_set_bytes },
        { COLUMN_OOM_KILLS, STATISTIC_EVENT_OOM_KILL, tabular_set_number },
};

typedef struct Unit {
        char *path;
        const char *name; /* in @path */
        uid_t owner;
        bool delegated;
        ControllerMask controllers;
        uint64_t processes, age;
        Statistics statistics;
} Unit;

typedef struct List {
        CommonOptions common;
        bool all, empty;
        char *slice;

        Scope scope; /* the hierarchy */
        Tabular tabular;
        uint64_t wanted; /* statistics */
        uint64_t now;
        uid_t self;

        Unit *units;
        size_t n_units, n_allocated;

        /* Where the manager of the unit looked at last keeps what it started, and when. */
        uid_t started_manager;
        int started_fd;

        /* What reaches the units of the slice looked at last */
        char *slice_path;
        ControllerMask slice_controllers;

        /* The last owner by name */
        uid_t owner_id;
        char *owner;
} List;

static void list_done(List *list) {
        for (size_t i = 0; i < list->n_units; i++)
                free(list->units[i].path);
        free(list->units);
        free(list->slice);
        free(list->slice_path);
        free(list->owner);
        (void) fd_close(list->started_fd);
        tabular_done(&list->tabular);
        scope_done(&list->scope);
}

static int parse_own(void *userdata, int id, int argc, char *argv[]) {
        List *list = userdata;

        (void) argc;
        (void) argv;
        switch (id) {
        case OPTION_ALL:
                list->all = true;
                return 0;
        case OPTION_EMPTY:
                list->empty = true;
                return 0;
        case OPTION_SLICE:
        default:
                free(TAKE_PTR(list->slice));
                if (slice_name_complete(optarg, &list->slice) < 0)
                        return log_error("--slice: '%s' is no name of a slice", optarg), -EINVAL;
                return 0;
        }
}

/* The name of a slice tells where it is, so one part of the path is enough. */
static bool is_in_slice(const char *path, const char *slice) {
        if (!slice || streq(slice, "-.slice"))
                return true;

        for (const char *end; (end = strchr(++path, '/')); path = end) {
                char part[NAME_MAX + 1];

                (void) snprintf(part, sizeof(part), "%.*s", (int) (end - path), path);
                if (unit_name_matches_directory(slice, part))
                        return true;
        }

        return false;
}

/* The lines of a cgroup.procs. The processes of a threaded group are listed above it. */
static int count_lines(int group, const char *path, uint64_t *count) {
        _cleanup_close_ int fd = fd_open_beneath(group, path, O_RDONLY);
        char text[4096];
        ssize_t n;

        if (fd < 0)
                return fd;

        do {
                n = read(fd, text, sizeof(text));
                if (n < 0)
                        return errno == EOPNOTSUPP ? 0 : -errno;

                for (const char *p = text; (p = memchr(p, '\n', (size_t) (text + n - p))); p++)
                        ++*count;
        } while (n > (ssize_t) sizeof(text) / 2); /* the kernel stops short by less than a line where more follows */

        return 0;
}

static int count_group(int fd, const char *path, unsigned depth, void *userdata) {
        (void) path;
        (void) depth;
        return count_lines(fd, "cgroup.procs", userdata);
}

/* Beside itself and the entry in its parent, the links to a directory are those of the groups in it. */
static nlink_t n_children(const struct stat *st) {
        return st->st_nlink > 2 ? st->st_nlink - 2 : 0;
}

/* Counts those in the groups that cgscope makes in a scope by itself. Returns whether there are no others. */
static bool count_usual_groups(int group, const struct stat *st, uint64_t *count) {
        static const char *const usual[][2] = { { "main", "main/cgroup.procs" },
                                                { "supervisor", "supervisor/cgroup.procs" } };
        nlink_t left = n_children(st);

        for (size_t i = 0; left > 0 && i < ELEMENTSOF(usual); i++) {
                struct stat child;

                if (fstatat(group, usual[i][0], &child, AT_SYMLINK_NOFOLLOW) < 0)
                        continue;
                if (n_children(&child) > 0 || count_lines(group, usual[i][1], count) < 0)
                        return false;
                left--;
        }

        return left == 0;
}

/* Threads are not counted, unlike in pids.current. A group has dozens of files, so that to read its directory for the
 * groups in it takes longer than all that is read for the other columns: it is done where there is no other way. */
static int count_processes(int group, const struct stat *st, uint64_t *ret) {
        uint64_t count = 0;
        int r;

        if (count_usual_groups(group, st, &count)) {
                r = count_lines(group, "cgroup.procs", &count);
        } else {
                count = 0;
                r = group_walk(group, WALK_BEFORE, count_group, &count);
        }

        if (r >= 0)
                *ret = count;
        return r;
}

/* The directory of a manager that has a link for each unit that it started. */
static int open_started(uid_t manager) {
        const char *runtime = getenv("XDG_RUNTIME_DIR");
        char path[PATH_MAX];
        int fd, n;

        if (manager == UID_INVALID)
                n = snprintf(path, sizeof(path), "/run/systemd/units");
        else if (manager == geteuid() && !isempty(runtime))
                n = snprintf(path, sizeof(path), "%s/systemd/units", runtime);
        else
                n = snprintf(path, sizeof(path), "/run/user/%u/systemd/units", (unsigned) manager);

        fd = n < (int) sizeof(path) ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
        return fd < 0 ? -EBADF : fd;
}

/* UINT64_MAX where it cannot be known: another user's manager keeps that to itself. */
static uint64_t unit_age(List *list, uid_t manager, const char *name) {
        char link[sizeof("invocation:") + UNIT_NAME_MAX];
        uint64_t started;
        struct stat st;

        if (list->started_manager != manager || list->started_fd == -1) {
                (void) fd_close(list->started_fd);
                list->started_fd = open_started(manager);
                list->started_manager = manager;
        }

        (void) snprintf(link, sizeof(link), "invocation:%s", name);
        if (list->started_fd < 0 || fstatat(list->started_fd, link, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return UINT64_MAX;

        started = (uint64_t) st.st_mtim.tv_sec * USEC_PER_SEC + (uint64_t) st.st_mtim.tv_nsec / NSEC_PER_USEC;
        return list->now > started ? list->now - started : 0;
}

/* Whether the unit is to be listed: what costs least is looked at first. A user's manager has been handed its directory
 * for itself, not for the user to work in. */
static int is_wanted(List *list, int fd, const struct stat *st, Unit *unit, uid_t manager) {
        const CommonOptions *common = &list->common;

        if (!unit_name_is_valid(unit->name) || !is_in_slice(unit->path, list->slice))
                return 0;
        if (common->manager_given && manager != (common->manager == MANAGER_USER ? list->self : UID_INVALID))
                return 0;
        if (!list->all && (st->st_uid != list->self || startswith(unit->name, "user@")))
                return 0;

        if (!list->all || tabular_wants(&list->tabular, COLUMN_DELEGATED))
                unit->delegated = boundary_is_marked(fd);
        if (!list->all && !unit->delegated)
                return 0;

        return list->empty ? group_is_populated(fd) == 0 : 1;
}

/* The kernel lists for a group what its parent hands on: for all units of a slice the same, so one is asked. */
static int read_controllers(List *list, int fd, Unit *unit) {
        size_t length = (size_t) (strrchr(unit->path, '/') - unit->path);
        int r;

        if (!list->slice_path || strncmp(list->slice_path, unit->path, length) != 0 || list->slice_path[length]) {
                free(TAKE_PTR(list->slice_path));

                r = group_controllers(fd, &list->slice_controllers);
                if (r < 0)
                        return r;

                list->slice_path = strndup(unit->path, length);
                if (!list->slice_path)
                        return -ENOMEM;
        }

        unit->controllers = list->slice_controllers;
        return 0;
}

/* Files of a controller that is not there need not be looked for. */
static uint64_t statistics_there(uint64_t wanted, ControllerMask controllers) {
        if (!(controllers & controller_bit(CONTROLLER_MEMORY)))
                wanted &= ~(STATISTIC_BIT(STATISTIC_MEMORY) | STATISTIC_BIT(STATISTIC_MEMORY_PEAK) |
                            STATISTIC_BIT(STATISTIC_SWAP) | STATISTIC_BIT(STATISTIC_EVENT_OOM_KILL));
        if (!(controllers & controller_bit(CONTROLLER_IO)))
                wanted &= ~(STATISTIC_BIT(STATISTIC_IO_READ) | STATISTIC_BIT(STATISTIC_IO_WRITTEN));

        return wanted;
}

static int read_unit(List *list, int fd, const struct stat *st, Unit *unit, uid_t manager) {
        int r;

        r = read_controllers(list, fd, unit);
        if (r >= 0)
                r = statistics_read(fd, statistics_there(list->wanted, unit->controllers), &unit->statistics);
        if (r >= 0 && tabular_wants(&list->tabular, COLUMN_PROCESSES))
                r = count_processes(fd, st, &unit->processes);
        if (r >= 0 && tabular_wants(&list->tabular, COLUMN_AGE))
                unit->age = unit_age(list, manager, unit->name);

        return r;
}

/* The directory is named as the unit, with a '_' before it where the kernel could take that for its own. */
static const char *name_in_path(const char *path) {
        const char *name = strrchr(path, '/') + 1;

        return *name == '_' && unit_name_matches_directory(name + 1, name) ? name + 1 : name;
}

static int keep_unit(List *list, Unit *unit) {
        if (list->n_units == list->n_allocated) {
                size_t n = list->n_allocated ? 2 * list->n_allocated : 64;
                Unit *units = realloc(list->units, n * sizeof(*units));

                if (!units)
                        return -ENOMEM;
                list->units = units;
                list->n_allocated = n;
        }

        unit->path = strdup(unit->path);
        if (!unit->path)
                return -ENOMEM;

        unit->name = name_in_path(unit->path);
        list->units[list->n_units++] = *unit;
        return 0;
}

static int found_unit(int fd, const char *path, void *userdata) {
        Unit unit = { .path = (char *) path, .name = name_in_path(path) };
        uid_t manager = target_manager_of(path);
        List *list = userdata;
        struct stat st;
        int r;

        if (fstat(fd, &st) < 0)
                return -errno;

        unit.owner = st.st_uid;
        r = is_wanted(list, fd, &st, &unit, manager);
        if (r <= 0)
                return r;

        r = read_unit(list, fd, &st, &unit, manager);
        if (r < 0)
                return r == -ENODEV || r == -ENOENT ? 0 : r; /* it went while we looked */

        return keep_unit(list, &unit);
}

static int compare_units(const void *a, const void *b) {
        const Unit *left = a, *right = b;
        int r = strcmp(left->name, right->name);

        return r ?: strcmp(left->path, right->path);
}

static const char *owner_name(List *list, uid_t uid) {
        const struct passwd *user;

        if (list->owner && list->owner_id == uid)
                return list->owner;

        free(TAKE_PTR(list->owner));
        user = getpwuid(uid);
        if (user)
                list->owner = strdup(user->pw_name);
        else if (asprintf(&list->owner, "%u", (unsigned) uid) < 0)
                list->owner = NULL;

        list->owner_id = uid;
        return list->owner;
}

static int set_boolean(List *list, TableRow *row, ListColumn column, uint64_t value) {
        return tabular_set_string(&list->tabular, row, column, value == STATISTIC_ABSENT ? NULL : value ? "1" : "0");
}

static int set_controllers(List *list, TableRow *row, ControllerMask mask) {
        char names[CONTROLLER_MASK_TEXT_MAX];

        return tabular_set_string(&list->tabular, row, COLUMN_CONTROLLERS,
                                  controller_mask_format(mask, list->tabular.json ? '\n' : ',', names));
}

static int set_slice(List *list, TableRow *row, const Unit *unit) {
        _cleanup_free_ char *path = strdup(unit->path), *slice = NULL;
        int r;

        if (!path)
                return log_oom();

        *strrchr(path, '/') = '\0';
        r = target_unit_of(path, &slice, NULL);
        if (r == -ENOMEM)
                return log_oom();

        return tabular_set_string(&list->tabular, row, COLUMN_SLICE,
                                  r >= 0 && endswith(slice, ".slice") ? slice : "-.slice");
}

static int add_row(List *list, const Unit *unit) {
        Tabular *tabular = &list->tabular;
        TableRow *row;
        int r;

        r = tabular_add(tabular, NULL, &row);
        if (r >= 0)
                r = tabular_set_string(tabular, row, COLUMN_UNIT, unit->name);
        if (r >= 0 && tabular_wants(tabular, COLUMN_OWNER))
                r = tabular_set_string(tabular, row, COLUMN_OWNER, owner_name(list, unit->owner));
        if (r >= 0 && tabular_wants(tabular, COLUMN_CONTROLLERS))
                r = set_controllers(list, row, unit->controllers);
        if (r >= 0)
                r = tabular_set_number(tabular, row, COLUMN_PROCESSES, unit->processes);
        if (r >= 0)
                r = tabular_set_time(tabular, row, COLUMN_AGE, unit->age);
        if (r >= 0 && tabular_wants(tabular, COLUMN_SLICE))
                r = set_slice(list, row, unit);
        if (r >= 0)
                r = tabular_set_string(tabular, row, COLUMN_CGROUP, unit->path);
        if (r >= 0)
                r = set_boolean(list, row, COLUMN_DELEGATED, unit->delegated);
        if (r >= 0)
                r = set_boolean(list, row, COLUMN_FROZEN, unit->statistics.values[STATISTIC_FROZEN]);

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(figures); i++)
                r = figures[i].set(tabular, row, figures[i].column, unit->statistics.values[figures[i].statistic]);

        return r;
}

static int print_units(List *list) {
        int r;

        if (list->n_units == 0 && !list->common.json) {
                log_info("0 units listed.%s", list->all ? "" : " Pass --all to see those of others and those not "
                                                               "marked as delegated, too.");
                return 0;
        }

        qsort(list->units, list->n_units, sizeof(Unit), compare_units);

        r = tabular_open(&list->tabular, &list->common, columns, "units");
        for (size_t i = 0; r >= 0 && i < list->n_units; i++)
                r = add_row(list, list->units + i);

        return r < 0 ? r : tabular_print(&list->tabular, &list->common);
}

static int prepare(List *list) {
        struct timespec now;

        for (size_t i = 0; i < ELEMENTSOF(figures); i++)
                if (tabular_wants(&list->tabular, figures[i].column))
                        list->wanted |= STATISTIC_BIT(figures[i].statistic);
        if (tabular_wants(&list->tabular, COLUMN_FROZEN))
                list->wanted |= STATISTIC_BIT(STATISTIC_FROZEN);

        (void) clock_gettime(CLOCK_REALTIME, &now);
        list->now = (uint64_t) now.tv_sec * USEC_PER_SEC + (uint64_t) now.tv_nsec / NSEC_PER_USEC;

        return scope_open_hierarchy(&list->scope, false);
}

int verb_list(int argc, char *argv[]) {
        static const VerbUsage usage = {
                .synopsis = "cgscope list [OPTIONS…]",
                .summary = "List the scopes and services that are delegated to you, with what they use.",
                .table = list_options,
                .n_table = ELEMENTSOF(list_options),
                .own = parse_own,
        };
        _cleanup_(list_done) List list = { .scope = SCOPE_INIT, .self = geteuid(), .started_fd = -1 };
        bool into_managers;
        int rest, r;

        r = common_options_parse(&list.common, &usage, &list, argc, argv, &rest);
        if (r <= 0)
                return r < 0 ? STATUS_USAGE : EXIT_SUCCESS;
        if (rest < argc) {
                log_error("list: takes no argument '%s'", argv[rest]);
                return STATUS_USAGE;
        }

        if (tabular_choose(&list.tabular, &list.common, columns, _COLUMN_MAX, COLUMN_DEFAULT_END) < 0)
                return STATUS_USAGE;
        if (prepare(&list) < 0)
                return STATUS_FAILURE;

        into_managers = !list.common.manager_given || list.common.manager == MANAGER_USER;
        r = search_units(list.scope.root, "/", into_managers, found_unit, &list);
        if (r < 0) {
                log_error_errno(r, "cannot read the units' groups");
                return STATUS_FAILURE;
        }

        return print_units(&list) < 0 ? STATUS_FAILURE : EXIT_SUCCESS;
}
