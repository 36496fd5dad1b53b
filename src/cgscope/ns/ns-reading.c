/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns-reading.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/members.h"
#include "proc/proc.h"
#include "cgscope/cli/process-list.h"

/* Descriptors are kept of all that is to be read from elsewhere. */
static void allow_many_descriptors(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;

        limit.rlim_cur = limit.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
}

static int begin(Ns *ns) {
        int r = cgroup_namespace_own(&ns->own);

        if (r == -ENOSYS)
                return log_refuse(r, "/proc is not mounted here, or is that of another PID namespace; mount -t proc "
                                  "proc /proc");
        if (r < 0)
                return log_error_errno(r, "cannot look at our own cgroup namespace");

        allow_many_descriptors();
        return 0;
}

static int report(pid_t pid, int error) {
        switch (error) {
        case -ENOMEM:
                return error; /* said */
        case -ESRCH:
                return log_refuse(error, "no process %d", (int) pid);
        case -EACCES:
                return log_refuse(error, "process %d is there, but /proc does not show it (mount option hidepid=); "
                                  "root sees it", (int) pid);
        case -EAGAIN:
                return log_refuse(error, "process %d is moved about all the time; ask again", (int) pid);
        case -ENOSYS:
                return log_refuse(error, "process %d is not in /proc, which is that of another PID namespace",
                                  (int) pid);
        default:
                return log_error_errno(error, "cannot read process %d", (int) pid);
        }
}

static int add_by_pidfd(Ns *ns, pid_t pid, int pidfd) {
        _cleanup_close_ int proc = proc_open(pidfd);
        int r = proc < 0 ? proc : ns_add_process(ns, pid, proc);

        return r < 0 && r != -ENOMEM && proc_has_gone(pidfd) ? -ESRCH : r;
}

int ns_look_at_named(Ns *ns, char *const texts[]) {
        _cleanup_(process_list_done) ProcessList list = {};
        int r = process_list_parse(&list, texts);

        if (r < 0)
                return r;

        r = begin(ns);
        for (size_t i = 0; r >= 0 && i < list.n; i++) {
                int error = process_open(list.pids[i], &list.pidfds[i]);

                if (error >= 0) {
                        error = add_by_pidfd(ns, list.pids[i], list.pidfds[i]);
                        if (error < 0)
                                (void) report(list.pids[i], error);
                }
                if (error < 0)
                        ns->failed = true;
                if (error == -ENOMEM)
                        r = error;
        }

        return r;
}

static NsReason reason_of(int error) {
        return error == -EACCES ? NS_HIDDEN : error == -EAGAIN ? NS_RESTLESS : error == -ENOSYS ? NS_OUTSIDE_PIDS
                                                                                                : NS_UNREADABLE;
}

/* What is in a list and ends meanwhile is passed over; what cannot be read is in it. */
static int settle(Ns *ns, pid_t pid, int error) {
        return error >= 0 || error == -ESRCH ? 0 : error == -ENOMEM ? error : ns_add_unknown(ns, pid, reason_of(error));
}

int ns_look_at_unit(Ns *ns, Aim *aim) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n;
        int r;

        r = aim_open(aim, &ns->options, ns->unit, AIM_ANY);
        if (r >= 0)
                r = begin(ns);
        if (r < 0)
                return r;

        n = group_members_below(aim->target.fd, &pids);
        if (n < 0)
                return aim_report(aim, (int) n, "cannot list the processes in");

        for (ssize_t i = 0; r >= 0 && i < n; i++) {
                _cleanup_close_ int pidfd = -EBADF;

                if (pids[i] == 0)
                        r = ns_add_unknown(ns, 0, NS_OUTSIDE_PIDS);
                else {
                        pidfd = (int) syscall(SYS_pidfd_open, pids[i], 0);
                        r = settle(ns, pids[i], pidfd < 0 ? -errno : add_by_pidfd(ns, pids[i], pidfd));
                }
        }

        return r;
}

/* The directory stands for the process as a pidfd does, and in the numbers of that /proc. */
static int add_entry(Ns *ns, int directory, const char *name) {
        _cleanup_close_ int proc = openat(directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        pid_t pid = (pid_t) strtol(name, NULL, 10);

        return settle(ns, pid, proc >= 0        ? ns_add_process(ns, pid, proc)
                               : errno == ENOENT ? -ESRCH
                               : errno == EPERM  ? -EACCES
                                                 : -errno);
}

int ns_look_at_all(Ns *ns) {
        DIR *directory;
        int r = begin(ns);

        if (r < 0)
                return r;

        /* Its entries are numbers, too, and of a person's they are said to be. */
        r = proc_check_own();
        if (r == -ENOSYS)
                return log_refuse(r, "/proc is that of another PID namespace, whose numbers mean nothing here; mount "
                                  "-t proc proc /proc shows this one");
        if (r < 0)
                return log_error_errno(r, "cannot look at /proc");

        directory = opendir("/proc");
        if (!directory)
                return log_error_errno(-errno, "cannot open /proc");

        for (struct dirent *entry; r >= 0 && (entry = readdir(directory));)
                if (isdigit((unsigned char) entry->d_name[0]))
                        r = add_entry(ns, dirfd(directory), entry->d_name);

        (void) closedir(directory);
        return r;
}
