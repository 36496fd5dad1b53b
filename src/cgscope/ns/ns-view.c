/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgscope/ns/ns-reading.h"

/* Nobody can read a process from two namespaces at one moment, and to find the same before and after proves little of
 * one that is moved to and fro: so all of it has to be the same several times in a row. How often, and how often it is
 * tried. */
#define SEE_SAME 3
#define SEE_TRIES 30

/* One who is in the namespace of a process, and one in the initial namespace; or why not. */
typedef struct Visitors {
        CgroupVisitor inside, initial;
        NsReason inside_reason, initial_reason;
} Visitors;

static void visitors_done(Visitors *visitors) {
        cgroup_visitor_done(&visitors->inside);
        cgroup_visitor_done(&visitors->initial);
}

/* --- the initial namespace --- */

static int open_entry(int directory, const char *name) {
        _cleanup_close_ int proc = openat(directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        uint64_t inode;

        if (proc < 0 || cgroup_namespace_of(proc, &inode) < 0 || inode != CGROUP_NAMESPACE_INITIAL)
                return -ENOENT;

        return cgroup_namespace_open(proc, inode);
}

/* Any process of it will do. -ENOENT: none is to be seen. */
static int open_initial(void) {
        DIR *directory = opendir("/proc");
        int fd = -ENOENT;

        if (!directory)
                return -errno;

        for (struct dirent *entry; fd < 0 && (entry = readdir(directory));)
                if (isdigit((unsigned char) entry->d_name[0]))
                        fd = open_entry(dirfd(directory), entry->d_name);

        (void) closedir(directory);
        return fd;
}

static void send_to_initial(const Ns *ns, Visitors *visitors) {
        _cleanup_close_ int fd = -EBADF;
        int r;

        if (ns_is_initial(ns))
                return;

        fd = open_initial();
        r = fd < 0 ? fd : cgroup_visitor_send(fd, &visitors->initial);
        visitors->initial_reason = r >= 0       ? NS_KNOWN
                                   : fd < 0     ? NS_NO_INITIAL
                                   : r == -EPERM ? NS_INITIAL_CLOSED
                                                 : NS_UNREADABLE;
}

/* --- one process --- */

static void set_view(NsView *view, const NsView *ours, char *text, NsReason reason) {
        if (view->text != ours->text)
                free(view->text);

        view->text = text;
        view->reason = text ? NS_KNOWN : reason ?: NS_UNREADABLE;
}

/* 1: as it was before. */
static int see_view(const CgroupVisitor *visitor, NsReason reason, NsProcess *process, NsView *view) {
        char *text = NULL;
        bool same;
        int r = visitor->fd < 0 ? 0 : cgroup_visitor_reread(visitor, process->fd, &text);

        if (r == -ENOMEM)
                return log_oom();

        same = text && view->text ? streq(text, view->text) : text == view->text;
        set_view(view, &process->ours, text, reason);
        return same;
}

/* What we see of it now. 1: as it was before. */
static int see_ours(NsProcess *process) {
        NsView *views[] = { &process->inside, &process->absolute };
        char *text;
        bool same;
        int r = cgroup_reread(process->fd, &text);

        if (r < 0)
                return r;

        same = streq(text, process->ours.text);
        for (size_t i = 0; i < ELEMENTSOF(views); i++)
                if (views[i]->text && views[i]->text == process->ours.text)
                        views[i]->text = text; /* one that is the same text */

        free(process->ours.text);
        process->ours.text = text;
        return same;
}

static bool is_foreign(const Ns *ns, const NsProcess *process) {
        return process->namespace != SIZE_MAX && !ns->namespaces[process->namespace].own;
}

/* All views, one right after the other. 1: all as they were before. */
static int see_once(const Ns *ns, const Visitors *visitors, NsProcess *process) {
        int same = see_ours(process), same_inside = 1, same_absolute = 1;

        if (same >= 0 && is_foreign(ns, process))
                same_inside = see_view(&visitors->inside, visitors->inside_reason, process, &process->inside);
        if (same >= 0 && same_inside >= 0 && !ns_is_initial(ns))
                same_absolute = see_view(&visitors->initial, visitors->initial_reason, process, &process->absolute);

        if (same < 0 || same_inside < 0 || same_absolute < 0)
                return same < 0 ? same : same_inside < 0 ? same_inside : same_absolute;
        return same && same_inside && same_absolute;
}

/* -ESRCH: it has gone. */
static int see_process(const Ns *ns, const Visitors *visitors, NsProcess *process) {
        /* Where nobody else looks, there is nothing to agree on. */
        unsigned wanted = visitors->inside.fd < 0 && visitors->initial.fd < 0 ? 0 : SEE_SAME, n_same = 0;

        for (unsigned i = 0; i < SEE_TRIES && (i == 0 || n_same < wanted); i++) {
                int r = see_once(ns, visitors, process);

                if (r < 0)
                        return r;
                n_same = r > 0 ? n_same + 1 : 0;
        }

        process->fd = fd_close(process->fd);
        if (n_same < wanted && visitors->inside.fd >= 0)
                set_view(&process->inside, &process->ours, NULL, NS_RESTLESS);
        if (n_same < wanted && visitors->initial.fd >= 0)
                set_view(&process->absolute, &process->ours, NULL, NS_RESTLESS);

        return 0;
}

static void drop(Ns *ns, size_t index) {
        NsProcess *process = ns->processes + index;

        if (!ns->listed) {
                log_error("no process %d", (int) process->pid);
                ns->failed = true;
        }

        ns_process_done(process);
        memmove(process, process + 1, (--ns->n_processes - index) * sizeof(NsProcess));
}

/* Those of one namespace that are to be read yet. */
static int see_processes(Ns *ns, const Visitors *visitors, size_t namespace) {
        for (size_t i = ns->n_processes; i-- > 0;) {
                int r;

                if (ns->processes[i].namespace != namespace || ns->processes[i].fd < 0)
                        continue;

                r = see_process(ns, visitors, ns->processes + i);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        drop(ns, i);
        }

        return 0;
}

/* --- mounts --- */

static int see_sight(const Ns *ns, const Visitors *visitors, NsSight *sight) {
        const NsTable *table = ns->tables + sight->table;
        _cleanup_free_ char *text = NULL;
        int r;

        if (ns->namespaces[sight->namespace].own)
                r = (text = strdup(table->text)) ? 0 : -ENOMEM; /* from ours it looks as we see it */
        else if (visitors->inside.fd < 0)
                return sight->reason = visitors->inside_reason, 0;
        else
                r = cgroup_visitor_reread(&visitors->inside, table->fd, &text);

        if (r >= 0)
                r = cgroup_mounts_parse(text, &sight->inside);
        sight->reason = r >= 0 ? NS_KNOWN : NS_UNREADABLE;
        return r == -ENOMEM ? log_oom() : 0;
}

/* --- all together --- */

/* With one visitor, who stays for all there. */
static int see_namespace(Ns *ns, Visitors *visitors, size_t index) {
        NsNamespace *namespace = ns->namespaces + index;
        int r = namespace->own ? 0 : cgroup_visitor_send(namespace->fd, &visitors->inside);

        visitors->inside_reason = namespace->reason = r >= 0 ? NS_KNOWN : r == -EPERM ? NS_NOT_ENTERED : NS_UNREADABLE;

        r = see_processes(ns, visitors, index);
        for (size_t i = 0; r >= 0 && i < ns->n_sights; i++)
                if (ns->sights[i].namespace == index)
                        r = see_sight(ns, visitors, ns->sights + i);

        cgroup_visitor_done(&visitors->inside);
        return r;
}

int ns_see(Ns *ns) {
        _cleanup_(visitors_done) Visitors visitors = { .inside = CGROUP_VISITOR_INIT, .initial = CGROUP_VISITOR_INIT };
        int r = 0;

        send_to_initial(ns, &visitors);
        for (size_t i = 0; r >= 0 && i < ns->n_namespaces; i++)
                r = see_namespace(ns, &visitors, i);

        return r < 0 ? r : see_processes(ns, &visitors, SIZE_MAX);
}
