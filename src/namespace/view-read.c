/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "namespace/view-read.h"

#include <assert.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "namespace/view-mark.h"
#include "namespace/view-namespace.h"
#include "proc/cgroup-file.h"
#include "proc/proc.h"
#include "proc/stat.h"

const char *view_reason_text(ViewReason reason) {
        static const char *const texts[_VIEW_REASON_MAX] = {
                [VIEW_KNOWN] = "",
                [VIEW_HIDDEN] = "/proc does not show it (mount option hidepid=); root sees it",
                [VIEW_OUTSIDE_PIDS] = "it is outside of this PID namespace; ask from outside",
                [VIEW_UNTRACEABLE] = "only root (CAP_SYS_PTRACE) and who else may trace it may look at its namespaces",
                [VIEW_ENDED] = "it has ended, and a zombie is in no namespace",
                [VIEW_NOT_ENTERED] = "only from inside its cgroup namespace, which root (CAP_SYS_ADMIN) may enter",
                [VIEW_RESTLESS] = "it is moved about all the time; ask again",
                [VIEW_NO_INITIAL] = "the initial cgroup namespace is not for us to enter; ask from outside",
                [VIEW_UNREADABLE] = "it cannot be read",
        };

        return texts[reason];
}

int view_open(View *view) {
        assert(view);

        /* Descriptors are kept of all that is to be read from elsewhere. */
        fd_limit_raise();
        return cgroup_namespace_own(&view->own);
}

/* --- what others share --- */

static int find_namespace(View *view, int proc, size_t *ret) {
        _cleanup_close_ int fd = -EBADF;
        uint64_t inode;

        fd = cgroup_namespace_open(proc, &inode);
        if (fd < 0)
                return fd;

        for (*ret = 0; *ret < view->n_namespaces; (*ret)++)
                if (view->namespaces[*ret].inode == inode)
                        return 0;

        return ARRAY_APPEND(view->namespaces, view->n_namespaces,
                            (ViewNamespace) { .inode = inode, .fd = TAKE_FD(fd), .own = inode == view->own });
}

static int add_table(View *view, int proc, const struct statx *root, int *fd, char **text) {
        ViewTable *table, *larger = reallocarray(view->tables, view->n_tables + 1, sizeof(ViewTable));
        _cleanup_free_ char *copy = strdup(*text);
        struct stat st;
        int r;

        if (!larger || !copy)
                return view->tables = larger ?: view->tables, -ENOMEM;

        view->tables = larger;
        table = larger + view->n_tables;
        *table = (ViewTable) {
                .root_mount = root->stx_mnt_id,
                .root_inode = root->stx_ino,
                .mount_namespace = fstatat(proc, "ns/mnt", &st, 0) >= 0 ? st.st_ino : 0,
        };

        r = cgroup_mounts_parse(copy, &table->mounts);
        if (r < 0)
                return r;

        table->fd = TAKE_FD(*fd);
        table->text = TAKE_PTR(*text);
        view->n_tables++;
        return 0;
}

/* Where we may not look at its root, a table is known by what is mounted: each mount has a number of its own. */
static int find_table(View *view, int proc, size_t *ret) {
        _cleanup_free_ char *text = NULL;
        _cleanup_close_ int fd = -EBADF;
        struct statx root = {};
        ssize_t n;

        if (statx(proc, "root", AT_NO_AUTOMOUNT, STATX_MNT_ID | STATX_INO, &root) >= 0 && root.stx_mnt_id > 0)
                for (*ret = 0; *ret < view->n_tables; (*ret)++)
                        if (view->tables[*ret].root_mount == root.stx_mnt_id &&
                            view->tables[*ret].root_inode == root.stx_ino)
                                return 0;

        fd = openat(proc, "mountinfo", O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? -errno : fd_read_all(fd, &text);
        if (n < 0)
                return (int) n;

        for (*ret = 0; *ret < view->n_tables; (*ret)++)
                if (streq(view->tables[*ret].text, text))
                        return 0;

        return add_table(view, proc, &root, &fd, &text);
}

static int find_sight(View *view, size_t table, size_t namespace, size_t *ret) {
        for (*ret = 0; *ret < view->n_sights; (*ret)++)
                if (view->sights[*ret].table == table && view->sights[*ret].namespace == namespace)
                        return 0;

        return ARRAY_APPEND(view->sights, view->n_sights, (ViewSight) { .table = table, .namespace = namespace });
}

/* --- processes --- */

static void row_done(ViewRow *row) {
        free(row->hierarchy);
        free(row->ours);
        free(row->inside);
        free(row->absolute);
}

static void process_done(ViewProcess *process) {
        for (size_t i = 0; i < process->n_rows; i++)
                row_done(process->rows + i);
        free(process->rows);
        free(process->command);
        (void) fd_close(process->fd);
}

int view_add_unknown(View *view, pid_t pid, ViewReason reason) {
        const ViewProcess process = {
                .pid = pid,
                .fd = -EBADF,
                .namespace = SIZE_MAX,
                .sight = SIZE_MAX,
                .inside_reason = reason,
                .absolute_reason = reason,
                .mounts_reason = reason,
        };

        return ARRAY_APPEND(view->processes, view->n_processes, process);
}

static int read_rows(ViewProcess *process) {
        _cleanup_free_ char *text = NULL;
        int r = cgroup_reread(process->fd, &text);

        for (const char *rest = text; r >= 0;) {
                ViewRow row = {};

                r = cgroup_file_next(&rest, &row.hierarchy, &row.ours);
                if (r <= 0)
                        break;

                r = ARRAY_APPEND(process->rows, process->n_rows, row);
                if (r < 0)
                        row_done(&row);
        }

        return r;
}

/* What cannot be read of its namespaces is a reason. */
static int read_namespaces(View *view, int proc, ViewProcess *process) {
        size_t table;
        int r = find_namespace(view, proc, &process->namespace);

        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                process->namespace = SIZE_MAX;
                process->inside_reason = r == -EACCES ? VIEW_UNTRACEABLE : r == -ENODATA ? VIEW_ENDED : VIEW_UNREADABLE;
        }

        r = find_table(view, proc, &table);
        if (r >= 0)
                r = find_sight(view, table, process->namespace, &process->sight);
        if (r < 0) {
                process->sight = SIZE_MAX;
                process->mounts_reason = r == -EINVAL                  ? VIEW_ENDED
                                         : r == -EACCES || r == -EPERM ? VIEW_HIDDEN
                                                                       : VIEW_UNREADABLE;
        }

        return r == -ENOMEM ? r : 0;
}

static int read_process(View *view, int proc, ViewProcess *process) {
        int r = read_rows(process);

        if (r < 0)
                return r;

        r = proc_read(proc, "comm", &process->command);
        if (r < 0)
                return r;

        process->command[strcspn(process->command, "\n")] = '\0'; /* the last one is the file's */
        r = read_namespaces(view, proc, process);
        if (r >= 0 && (process->namespace == SIZE_MAX || view->namespaces[process->namespace].own))
                process->fd = fd_close(process->fd);

        return r;
}

/* Of one that has gone some files are missing, as those of one that is hidden are. */
static bool has_gone(int fd) {
        _cleanup_free_ char *text = NULL;

        return cgroup_reread(fd, &text) == -ESRCH;
}

static int add_process(View *view, pid_t pid, int proc) {
        ViewProcess process = { .pid = pid, .namespace = SIZE_MAX, .sight = SIZE_MAX };
        int r;

        process.fd = openat(proc, "cgroup", O_RDONLY | O_CLOEXEC);
        if (process.fd < 0)
                return errno == EPERM ? -EACCES : errno == ENOENT ? -ESRCH : -errno;

        r = read_process(view, proc, &process);
        if (r >= 0)
                r = ARRAY_APPEND(view->processes, view->n_processes, process);
        else if (r != -ENOMEM && has_gone(process.fd))
                r = -ESRCH;
        if (r < 0)
                process_done(&process);

        return r;
}

/* Of one whose first thread has ended another one tells where it is. */
int view_add_process(View *view, pid_t pid, int proc) {
        _cleanup_close_ int thread = -EBADF;
        size_t before = view->n_processes;
        int r = add_process(view, pid, proc);

        if (r < 0 || view->processes[before].inside_reason != VIEW_ENDED)
                return r;

        thread = proc_open_live_thread(proc);
        if (thread < 0)
                return r;

        process_done(view->processes + --view->n_processes);
        return add_process(view, pid, thread);
}

/* --- what follows from all that was read --- */

static int see_sight(const View *view, ViewSight *sight) {
        const CgroupMounts *mounts = &view->tables[sight->table].mounts;

        sight->mounts = calloc(mounts->n + 1, sizeof(ViewMount));
        if (!sight->mounts)
                return -ENOMEM;

        for (; sight->n_mounts < mounts->n; sight->n_mounts++) {
                ViewMount *mount = sight->mounts + sight->n_mounts;
                int r;

                mount->mount = mounts->mounts + sight->n_mounts;
                r = cgroup_mount_hierarchy(mount->mount, &mount->hierarchy);
                if (r >= 0 && sight->namespace != SIZE_MAX)
                        r = view_translate(view->namespaces + sight->namespace, mount->hierarchy, mount->mount->root,
                                           &mount->inside);
                if (r < 0)
                        return r;
        }

        if (view_mark_mounts(sight->mounts, sight->n_mounts) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < sight->n_mounts; i++)
                sight->marks |= sight->mounts[i].marks;

        return 0;
}

static int see_row(const View *view, ViewProcess *process, ViewRow *row) {
        const ViewSight *sight = process->sight == SIZE_MAX ? NULL : view->sights + process->sight;
        int r = view_translate(&view->initial, row->hierarchy, row->ours, &row->absolute);

        if (r >= 0 && process->namespace != SIZE_MAX)
                r = view_translate(view->namespaces + process->namespace, row->hierarchy, row->ours, &row->inside);
        if (r < 0)
                return r;

        row->marks = view_mark_path(row->inside);
        for (size_t i = 0; sight && i < sight->n_mounts; i++)
                if (streq(sight->mounts[i].hierarchy, row->hierarchy))
                        row->marks |= sight->mounts[i].marks;

        if (!row->inside && process->inside_reason == VIEW_KNOWN)
                process->inside_reason = view->namespaces[process->namespace].reason ?: VIEW_RESTLESS;
        if (!row->absolute && process->absolute_reason == VIEW_KNOWN)
                process->absolute_reason = view->initial.reason ?: VIEW_RESTLESS;
        return 0;
}

int view_read(View *view) {
        int r = view_visit_all(view);

        for (size_t i = 0; r >= 0 && i < view->n_sights; i++)
                r = see_sight(view, view->sights + i);
        for (size_t i = 0; r >= 0 && i < view->n_processes; i++)
                for (size_t k = 0; r >= 0 && k < view->processes[i].n_rows; k++)
                        r = see_row(view, view->processes + i, view->processes[i].rows + k);

        return r;
}

static void sight_done(ViewSight *sight) {
        for (size_t i = 0; sight->mounts && i <= sight->n_mounts; i++) {
                free(sight->mounts[i].hierarchy);
                free(sight->mounts[i].inside);
        }
        free(sight->mounts);
}

void view_done(View *view) {
        for (size_t i = 0; i < view->n_processes; i++)
                process_done(view->processes + i);
        for (size_t i = 0; i < view->n_namespaces; i++)
                view_namespace_done(view->namespaces + i);
        for (size_t i = 0; i < view->n_sights; i++)
                sight_done(view->sights + i);
        for (size_t i = 0; i < view->n_tables; i++) {
                (void) fd_close(view->tables[i].fd);
                free(view->tables[i].text);
                cgroup_mounts_done(&view->tables[i].mounts);
        }

        view_namespace_done(&view->initial);
        free(view->processes);
        free(view->namespaces);
        free(view->tables);
        free(view->sights);
}
