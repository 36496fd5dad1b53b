/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/list-unit.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/user-namespace.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"
#include "cgroup/members.h"
#include "cgroup/search.h"
#include "cgroup/walk.h"
#include "proc/mountinfo.h"
#include "unit/unit-name.h"

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

        /* Such a process is in no file, see group_members(). */
        if (r >= 0 && count == 0 && group_is_populated(group) > 0) {
                _cleanup_free_ pid_t *pids = NULL;
                ssize_t n = group_members_below(group, &pids, NULL);

                count = n > 0 ? (uint64_t) n : 0;
        }

        if (r >= 0)
                *ret = count;
        return r;
}

/* What is in another user's runtime directory is his: he may mount a file system of his own on any of it, which keeps
 * for ever who looks for something there. */
static int open_runtime(uid_t uid) {
        _cleanup_close_ int fd = -EBADF;
        char path[64];

        (void) snprintf(path, sizeof(path), "/run/user/%u", (unsigned) uid);
        fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 || mount_is_tmpfs(fd) ? TAKE_FD(fd) : -EBADF;
}

/* The directory of a manager that has a link for each unit that it started. */
static int open_started(uid_t manager) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
        _cleanup_close_ int fd = -EBADF;
        int started;

        if (manager == UID_INVALID)
                fd = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
        else if (manager == user_uid_outside() && !isempty(runtime))
                fd = open(runtime, O_PATH | O_DIRECTORY | O_CLOEXEC);
        else
                fd = open_runtime(manager);

        started = fd < 0 ? -EBADF : fd_open_beneath(fd, "systemd/units", O_PATH | O_DIRECTORY);
        return started < 0 ? -EBADF : started;
}

/* UINT64_MAX where it cannot be known: another user's manager keeps that to itself. */
static uint64_t unit_age(List *list, uid_t manager, const char *name) {
        char link[sizeof("invocation:") + UNIT_NAME_MAX];
        _cleanup_close_ int fd = -EBADF;
        uint64_t started;
        struct stat st;

        if (list->started_manager != manager || list->started_fd == -1) {
                (void) fd_close(list->started_fd);
                list->started_fd = open_started(manager);
                list->started_manager = manager;
        }

        (void) snprintf(link, sizeof(link), "invocation:%s", name);
        fd = list->started_fd < 0 ? -EBADF : fd_open_beneath(list->started_fd, link, O_PATH | O_NOFOLLOW);
        if (fd < 0 || fstat(fd, &st) < 0)
                return UINT64_MAX;

        started = (uint64_t) st.st_mtim.tv_sec * USEC_PER_SEC + (uint64_t) st.st_mtim.tv_nsec / NSEC_PER_USEC;
        return list->now > started ? list->now - started : 0;
}

/* Other kinds have no Delegate=. */
static bool can_be_delegated(const char *name) {
        return unit_name_is_valid(name) && (endswith(name, ".scope") || endswith(name, ".service"));
}

/* Whether the unit is to be listed: what costs least is looked at first. A user's manager has been handed its directory
 * for itself, not for the user to work in. */
static int is_wanted(List *list, int fd, const struct stat *st, ListedUnit *unit, uid_t manager) {
        const CommonOptions *common = &list->common;

        if (!can_be_delegated(unit->name) || !is_in_slice(unit->path, list->slice))
                return 0;
        if (common->manager_given && manager != (common->manager == MANAGER_USER ? list->self : UID_INVALID))
                return 0;
        if (!list->all && (st->st_uid != geteuid() || startswith(unit->name, "user@")))
                return 0;

        if (!list->all || list->wants_delegated)
                unit->delegated = boundary_is_marked(fd);

        /* A scope that nobody is in is of no use to anybody, whoever made it. */
        if (list->empty)
                return endswith(unit->name, ".scope") && group_is_populated(fd) == 0;

        return list->all || unit->delegated;
}

/* The kernel lists for a group what its parent hands on: for all units of a slice the same, so one is asked. */
static int read_controllers(List *list, int fd, ListedUnit *unit) {
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

static int read_unit(List *list, int fd, const struct stat *st, ListedUnit *unit, uid_t manager) {
        int r;

        r = read_controllers(list, fd, unit);
        if (r < 0)
                return r;
        r = statistics_read(fd, statistics_there(list->wanted, unit->controllers), &unit->statistics);
        if (r < 0)
                return r;

        if (list->wants_age)
                unit->age = unit_age(list, manager, unit->name);
        return list->wants_processes ? count_processes(fd, st, &unit->processes) : 0;
}

/* The directory is named as the unit, with a '_' before it where the kernel could take that for its own. */
static const char *name_in_path(const char *path) {
        const char *name = strrchr(path, '/') + 1;

        return *name == '_' && unit_name_matches_directory(name + 1, name) ? name + 1 : name;
}

static int keep_unit(List *list, ListedUnit *unit) {
        if (list->n_units == list->n_allocated) {
                size_t n = list->n_allocated ? 2 * list->n_allocated : 64;
                ListedUnit *units = realloc(list->units, n * sizeof(*units));

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
        ListedUnit unit = { .path = (char *) path, .name = name_in_path(path) };
        uid_t manager = manager_of_path(path);
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

int list_collect(List *list) {
        bool system = list->common.manager_given && list->common.manager == MANAGER_SYSTEM;
        bool user = list->common.manager_given && !system;
        uid_t managers = !list->all || user ? list->self : system ? UID_INVALID : SEARCH_ALL_MANAGERS;

        return search_units(list->root, "/", managers, found_unit, list, &list->skipped);
}
