/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "namespace/view-namespace.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "namespace/path.h"
#include "proc/cgroup-file.h"
#include "proc/proc.h"

void view_namespace_done(ViewNamespace *namespace) {
        namespace->fd = fd_close(namespace->fd);
        for (size_t i = 0; i < namespace->n_pairs; i++) {
                free(namespace->pairs[i].hierarchy);
                free(namespace->pairs[i].ours);
                free(namespace->pairs[i].theirs);
        }
        free(TAKE_PTR(namespace->pairs));
        namespace->n_pairs = 0;
}

static int add_pair(ViewNamespace *namespace, const char *hierarchy, const char *ours, const char *theirs) {
        const ViewPair *pair;

        if (ARRAY_APPEND(namespace->pairs, namespace->n_pairs,
                         (ViewPair) { strdup(hierarchy), strdup(ours), strdup(theirs) }) < 0)
                return -ENOMEM;

        pair = namespace->pairs + namespace->n_pairs - 1;
        return pair->hierarchy && pair->ours && pair->theirs ? 0 : -ENOMEM;
}

/* The first pair from which it follows decides. @back: @path is what they call it. */
static int translate(const ViewNamespace *namespace, const char *hierarchy, bool back, const char *path, char **ret) {
        for (size_t i = 0; i < namespace->n_pairs; i++) {
                const ViewPair *pair = namespace->pairs + i;
                int r = -ENODATA;

                if (streq(pair->hierarchy, hierarchy))
                        r = cgroup_path_translate(back ? pair->theirs : pair->ours, back ? pair->ours : pair->theirs,
                                                  path, ret);
                if (r != -ENODATA)
                        return r;
        }

        return -ENODATA;
}

int view_translate(const ViewNamespace *namespace, const char *hierarchy, const char *path, char **ret) {
        int r;

        *ret = NULL;
        if (namespace->own)
                return (*ret = strdup(path)) ? 0 : -ENOMEM;

        r = translate(namespace, hierarchy, false, path, ret);
        return r == -ENODATA ? 0 : r;
}

int view_namespace_root(const ViewNamespace *namespace, const char *hierarchy, char **ret) {
        if (namespace->own)
                return (*ret = strdup("/")) ? 0 : -ENOMEM;

        return translate(namespace, hierarchy, true, "/", ret);
}

/* Both texts are of one process. 1: it is at or below the root in all hierarchies: nobody else needs to be read. */
static int add_pairs(ViewNamespace *namespace, const char *ours, const char *theirs) {
        bool within = true;

        for (;;) {
                _cleanup_free_ char *name = NULL, *path = NULL, *other_name = NULL, *other = NULL;
                int r = cgroup_file_next(&ours, &name, &path);

                if (r > 0)
                        r = cgroup_file_next(&theirs, &other_name, &other);
                if (r <= 0)
                        return r < 0 ? r : within;
                if (!streq(name, other_name))
                        return 0; /* one was mounted meanwhile */

                within = within && cgroup_path_up(other) == 0;
                r = add_pair(namespace, name, path, other);
                if (r < 0)
                        return r;
        }
}

/* It is read from here and from there in turns: somebody who moves meanwhile tells nothing, and twice, as he may have
 * come back. Who has gone does not tell anything either. */
static int read_process(ViewNamespace *namespace, const CgroupVisitor *visitor, int fd) {
        _cleanup_free_ char *ours = NULL, *theirs = NULL, *ours_again = NULL, *theirs_again = NULL;
        int r = cgroup_reread(fd, &ours);

        if (r >= 0)
                r = cgroup_visitor_reread(visitor, fd, &theirs);
        if (r >= 0)
                r = cgroup_reread(fd, &ours_again);
        if (r >= 0)
                r = cgroup_visitor_reread(visitor, fd, &theirs_again);
        if (r < 0)
                return r == -ENOMEM ? r : 0;

        return streq(ours, ours_again) && streq(theirs, theirs_again) ? add_pairs(namespace, ours, theirs) : 0;
}

/* Mounts stay where they are, and those made in there begin at the root. */
static int read_table(ViewNamespace *namespace, const CgroupVisitor *visitor, const ViewTable *table) {
        _cleanup_(cgroup_mounts_done) CgroupMounts theirs = {};
        _cleanup_free_ char *text = NULL;
        int r = cgroup_visitor_reread(visitor, table->fd, &text);

        if (r >= 0)
                r = cgroup_mounts_parse(text, &theirs);

        for (size_t i = 0, k = 0, n; r >= 0 && i < table->mounts.n; i++) {
                const CgroupMount *mount = table->mounts.mounts + i;
                _cleanup_free_ char *name = NULL;

                /* Both are in the kernel's order, so that it mostly is the next one. */
                for (n = 0; n < theirs.n && theirs.mounts[k % theirs.n].id != mount->id; n++)
                        k++;
                if (n == theirs.n)
                        continue;
                k %= theirs.n;

                r = cgroup_mount_hierarchy(mount, &name);
                if (r >= 0)
                        r = add_pair(namespace, name, mount->root, theirs.mounts[k].root);
        }

        return r == -ENOMEM ? r : 0;
}

static int visit(View *view, size_t index) {
        _cleanup_(cgroup_visitor_done) CgroupVisitor visitor = CGROUP_VISITOR_INIT;
        ViewNamespace *namespace = view->namespaces + index;
        int r;

        if (namespace->own)
                return 0;

        r = cgroup_visitor_send(namespace->fd, &visitor);
        namespace->reason = r >= 0 ? VIEW_KNOWN : r == -EPERM ? VIEW_NOT_ENTERED : VIEW_UNREADABLE;
        if (r < 0)
                return r == -ENOMEM ? r : 0;

        for (size_t i = 0; r >= 0 && i < view->n_sights; i++)
                if (view->sights[i].namespace == index)
                        r = read_table(namespace, &visitor, view->tables + view->sights[i].table);
        if (r < 0)
                return r;

        r = 0;
        for (size_t i = 0; r == 0 && i < view->n_processes; i++)
                if (view->processes[i].namespace == index)
                        r = read_process(namespace, &visitor, view->processes[i].fd);

        return r < 0 ? r : 0;
}

/* What we are called in the initial namespace, where the first process of all is, tells what all others are. */
static int visit_initial(View *view) {
        _cleanup_(cgroup_visitor_done) CgroupVisitor visitor = CGROUP_VISITOR_INIT;
        _cleanup_close_ int proc = -EBADF, self = -EBADF;
        uint64_t inode;

        view->initial.own = view_is_initial(view);
        if (view->initial.own)
                return 0;

        view->initial.reason = VIEW_NO_INITIAL;
        proc = proc_open_number(1);
        view->initial.fd = proc < 0 ? proc : cgroup_namespace_open(proc, &inode);
        self = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
        if (view->initial.fd < 0 || inode != CGROUP_NAMESPACE_INITIAL || self < 0 ||
            cgroup_visitor_send(view->initial.fd, &visitor) < 0)
                return 0;

        view->initial.reason = VIEW_KNOWN;
        return read_process(&view->initial, &visitor, self);
}

int view_visit_all(View *view) {
        int r = visit_initial(view);

        for (size_t i = 0; r >= 0 && i < view->n_namespaces; i++)
                r = visit(view, i);

        return r;
}
