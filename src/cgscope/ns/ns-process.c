/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "proc/proc.h"
#include "cgscope/ns/ns-reading.h"

/* How often a process is read that is moved, or enters another namespace, meanwhile. */
#define READ_TRIES 10

/* Room for one more in an array of @n. NULL: said. */
static void *grow(void *array, size_t n, size_t size) {
        void *larger = n & (n - 1) ? array : reallocarray(array, n > 0 ? 2 * n : 1, size);

        if (!larger)
                (void) log_oom();
        return larger;
}

/* --- mounts --- */

static int find_root(const Ns *ns, const struct statx *root, size_t *ret) {
        for (size_t i = 0; i < ns->n_tables; i++)
                if (root->stx_mnt_id > 0 && ns->tables[i].root_mount == root->stx_mnt_id &&
                    ns->tables[i].root_inode == root->stx_ino)
                        return *ret = i, 1;

        return 0;
}

/* Those whose namespace we may not look at are known by what is mounted there: each mount has a number of its own. */
static int find_text(const Ns *ns, const char *text, size_t *ret) {
        for (size_t i = 0; i < ns->n_tables; i++)
                if (streq(ns->tables[i].text, text))
                        return *ret = i, 1;

        return 0;
}

static int add_table(Ns *ns, int proc, const struct statx *root, int *fd, char **text, CgroupMounts *mounts) {
        NsTable *larger = grow(ns->tables, ns->n_tables, sizeof(NsTable));
        struct stat st;

        if (!larger)
                return -ENOMEM;

        ns->tables = larger;
        larger[ns->n_tables++] = (NsTable) {
                .root_mount = root->stx_mnt_id,
                .root_inode = root->stx_ino,
                .mount_namespace = fstatat(proc, "ns/mnt", &st, 0) >= 0 ? st.st_ino : 0,
                .fd = TAKE_FD(*fd),
                .text = TAKE_PTR(*text),
                .mounts = *mounts,
        };
        *mounts = (CgroupMounts) {};
        return 0;
}

/* 0: *ret is set. Others: why not. */
static int find_table(Ns *ns, int proc, size_t *ret) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        _cleanup_free_ char *text = NULL, *copy = NULL;
        _cleanup_close_ int fd = -EBADF;
        struct statx root = {};
        ssize_t n;
        int r;

        if (statx(proc, "root", AT_NO_AUTOMOUNT, STATX_MNT_ID | STATX_INO, &root) >= 0 && find_root(ns, &root, ret))
                return 0;

        fd = openat(proc, "mountinfo", O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? -errno : fd_read_all(fd, &text);
        if (n < 0)
                return (int) n;
        if (find_text(ns, text, ret))
                return 0;

        copy = strdup(text);
        r = copy ? cgroup_mounts_parse(copy, &mounts) : -ENOMEM;
        if (r >= 0)
                r = add_table(ns, proc, &root, &fd, &text, &mounts);
        if (r >= 0)
                *ret = ns->n_tables - 1;

        return r;
}

static int set_sight(Ns *ns, int proc, NsProcess *process) {
        NsSight *larger;
        size_t table;
        int r;

        process->sight = SIZE_MAX;
        r = find_table(ns, proc, &table);
        if (r == -ENOMEM)
                return r;
        process->sight_reason = r == -EINVAL ? NS_ENDED : r == -EACCES || r == -EPERM ? NS_HIDDEN : NS_UNREADABLE;
        if (r < 0)
                return 0;

        process->sight_reason = NS_KNOWN;
        for (size_t i = 0; i < ns->n_sights; i++)
                if (ns->sights[i].table == table && ns->sights[i].namespace == process->namespace)
                        return process->sight = i, 0;

        larger = grow(ns->sights, ns->n_sights, sizeof(NsSight));
        if (!larger)
                return -ENOMEM;

        ns->sights = larger;
        process->sight = ns->n_sights++;
        larger[process->sight] = (NsSight) {
                .table = table,
                .namespace = process->namespace,
                .reason = process->namespace_reason,
        };
        return 0;
}

/* --- one process --- */

static int find_namespace(Ns *ns, int proc, uint64_t inode, size_t *ret) {
        NsNamespace *larger;
        int fd = -EBADF;

        for (*ret = 0; *ret < ns->n_namespaces; (*ret)++)
                if (ns->namespaces[*ret].inode == inode)
                        return 0;

        if (inode != ns->own) {
                fd = cgroup_namespace_open(proc, inode);
                if (fd < 0)
                        return fd;
        }

        larger = grow(ns->namespaces, ns->n_namespaces, sizeof(NsNamespace));
        if (!larger)
                return (void) fd_close(fd), -ENOMEM;

        ns->namespaces = larger;
        larger[ns->n_namespaces++] = (NsNamespace) { .inode = inode, .fd = fd, .own = inode == ns->own };
        return 0;
}

static int set_namespace(Ns *ns, int proc, NsProcess *process) {
        uint64_t inode;
        int r = cgroup_namespace_of(proc, &inode);

        if (r >= 0)
                r = find_namespace(ns, proc, inode, &process->namespace);
        if (r < 0)
                process->namespace = SIZE_MAX;

        process->namespace_reason = r >= 0         ? NS_KNOWN
                                    : r == -EACCES ? NS_UNTRACEABLE
                                    : r == -ENODATA ? NS_ENDED
                                                    : NS_UNREADABLE;
        return r == -ENOMEM || r == -ESTALE ? r : 0;
}

static int set_command(int proc, NsProcess *process) {
        int r;

        free(TAKE_PTR(process->command));
        r = proc_read(proc, "comm", &process->command);
        if (r >= 0)
                process->command[strcspn(process->command, "\n")] = '\0'; /* the last one is the file's */

        return r;
}

static int read_once(Ns *ns, int proc, NsProcess *process) {
        _cleanup_free_ char *before = NULL, *after = NULL;
        int r = cgroup_reread(process->fd, &before);

        if (r >= 0)
                r = set_namespace(ns, proc, process);
        if (r >= 0)
                r = set_sight(ns, proc, process);
        if (r >= 0)
                r = set_command(proc, process);
        if (r >= 0)
                r = cgroup_reread(process->fd, &after);
        if (r < 0)
                return r == -ESTALE ? -EAGAIN : r;
        if (!streq(before, after))
                return -EAGAIN;

        process->ours.text = TAKE_PTR(after);
        return 0;
}

/* Until it is found in the same group before and after. */
static int read_process(Ns *ns, int proc, NsProcess *process) {
        int r = -EAGAIN;

        for (unsigned i = 0; r == -EAGAIN && i < READ_TRIES; i++)
                r = read_once(ns, proc, process);

        return r;
}

void ns_process_done(NsProcess *process) {
        free(process->command);
        (void) fd_close(process->fd);
        free(process->ours.text);
        if (process->inside.text != process->ours.text)
                free(process->inside.text);
        if (process->absolute.text != process->ours.text)
                free(process->absolute.text);
}

static int add(Ns *ns, const NsProcess *process) {
        NsProcess *larger = grow(ns->processes, ns->n_processes, sizeof(NsProcess));

        if (!larger)
                return -ENOMEM;

        ns->processes = larger;
        larger[ns->n_processes++] = *process;
        return 0;
}

int ns_add_unknown(Ns *ns, pid_t pid, NsReason reason) {
        const NsProcess process = {
                .pid = pid,
                .fd = -EBADF,
                .namespace = SIZE_MAX,
                .sight = SIZE_MAX,
                .namespace_reason = reason,
                .sight_reason = reason,
                .ours.reason = reason,
                .inside.reason = reason,
                .absolute.reason = reason,
        };

        return add(ns, &process);
}

/* What can be told from our own view. The file stays open where it has to be read from elsewhere, too. */
static void set_views(const Ns *ns, NsProcess *process) {
        bool own = process->namespace != SIZE_MAX && ns->namespaces[process->namespace].own;

        if (own)
                process->inside = process->ours;
        else
                process->inside.reason = process->namespace_reason;
        if (ns_is_initial(ns))
                process->absolute = process->ours;

        if (ns_is_initial(ns) && (own || process->namespace == SIZE_MAX))
                process->fd = fd_close(process->fd);
}

/* Of one that has gone some files are missing, as those of one that is hidden are. */
static bool has_gone(int fd) {
        _cleanup_free_ char *text = NULL;

        return cgroup_reread(fd, &text) == -ESRCH;
}

int ns_add_process(Ns *ns, pid_t pid, int proc) {
        NsProcess process = { .pid = pid, .namespace = SIZE_MAX, .sight = SIZE_MAX };
        int r;

        process.fd = openat(proc, "cgroup", O_RDONLY | O_CLOEXEC);
        if (process.fd < 0)
                return errno == EPERM ? -EACCES : errno == ENOENT ? -ESRCH : -errno;

        r = read_process(ns, proc, &process);
        if (r < 0 && r != -ENOMEM && has_gone(process.fd))
                r = -ESRCH;
        if (r >= 0) {
                set_views(ns, &process);
                r = add(ns, &process);
        }
        if (r < 0)
                ns_process_done(&process);

        return r;
}
