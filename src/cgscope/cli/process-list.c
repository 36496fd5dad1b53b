/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/process-list.h"

#include <assert.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/parse.h"
#include "cgroup/group.h"
#include "proc/proc.h"
#include "proc/stat.h"

bool process_has_ended(int pidfd) {
        struct pollfd pollfd = { .fd = pidfd, .events = POLLIN };

        return pidfd >= 0 && poll(&pollfd, 1, 0) > 0;
}

/* The first process of a PID namespace need not be a manager: a manager lives in init.scope or in the root. One whose
 * group cannot be seen counts as a manager. */
static bool is_manager(pid_t pid) {
        _cleanup_free_ char *path = NULL;

        return pid == 1 && (cgroup_of_process(pid, &path) < 0 || streq(path, "/") || endswith(path, "/init.scope"));
}

int process_report(pid_t pid, int error) {
        char name[32] = "this process";

        if (pid > 0)
                (void) snprintf(name, sizeof(name), "process %d", (int) pid);

        switch (error) {
        case -ENOMEM:
                return log_oom();
        case -ESRCH:
                return log_refuse(error, "no process %d", (int) pid);
        case -EPERM:
        case -EACCES:
                return log_refuse(error,
                                  "process %d is there, but /proc does not show it (mount option hidepid=); root "
                                  "sees it",
                                  (int) pid);
        case -ENOSYS:
                return log_refuse(error,
                                  "cannot look at %s: /proc is not mounted here, or is that of another PID "
                                  "namespace; mount -t proc proc /proc shows this one",
                                  name);
        case -EAGAIN:
                return log_refuse(error, "process %d is moved about all the time; ask again", (int) pid);
        case -ENODATA:
                return log_refuse(error, "process %d is in no group of that hierarchy", (int) pid);
        default:
                return log_error_errno(error, "cannot read process %d", (int) pid);
        }
}

static int check_process(pid_t pid, int pidfd, bool owned) {
        _cleanup_close_ int proc = proc_open(pidfd);
        struct stat st;
        ProcStat stat;
        int r;

        if (proc == -ENOSYS)
                return process_report(pid, proc);
        if (is_manager(pid))
                return log_refuse(-EINVAL, "process 1 is the manager itself and stays where it is");
        r = proc < 0 ? proc : fstat(proc, &st) < 0 ? -errno : proc_stat_read(proc, &stat);
        if (r < 0)
                return process_report(pid, proc_has_gone(pidfd) ? -ESRCH : r);
        if (proc_stat_stays(&stat) || (owned && stat.kernel)) /* a manager takes in none at all */
                return log_refuse(-EINVAL, "process %d is a kernel thread and stays where it is", (int) pid);
        if (owned && geteuid() != 0 && st.st_uid != geteuid())
                return log_refuse(-EPERM, "process %d belongs to uid %u, you are uid %u; root can adopt it: --system",
                                  (int) pid, (unsigned) st.st_uid, (unsigned) geteuid());

        return 0;
}

int process_number_parse(const char *text, pid_t *ret) {
        uint64_t number;

        if (parse_unsigned(text, 1, INT_MAX, &number) < 0)
                return log_refuse(-EINVAL, "'%s' is no process number", text);

        *ret = (pid_t) number;
        return 0;
}

int process_list_parse(ProcessList *list, char *const texts[]) {
        size_t n_texts = 0;

        assert(list && texts);

        while (texts[n_texts])
                n_texts++;
        *list = (ProcessList) {
                .pids = calloc(n_texts, sizeof(pid_t)),
                .pidfds = calloc(n_texts, sizeof(int)),
        };
        if (!list->pids || !list->pidfds)
                return log_oom();

        for (size_t i = 0; i < n_texts; i++) {
                size_t k = 0;
                pid_t pid;
                int r = process_number_parse(texts[i], &pid);

                if (r < 0)
                        return r;

                while (k < list->n && list->pids[k] != pid)
                        k++;
                if (k < list->n)
                        continue;

                list->pids[list->n] = pid;
                list->pidfds[list->n++] = -EBADF;
        }

        return 0;
}

int process_open(pid_t pid, int *ret) {
        int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);

        if (pidfd < 0 && (errno == EINVAL || errno == ENOENT)) /* the latter since Linux 6.15 */
                return log_refuse(-EINVAL, "%d is a thread, not a process", (int) pid);
        if (pidfd < 0)
                return process_report(pid, -errno);

        *ret = pidfd;
        return 0;
}

static int open_process(pid_t pid, bool owned, int *ret) {
        _cleanup_close_ int pidfd = -EBADF;
        int r = process_open(pid, &pidfd);

        if (r < 0)
                return r;
        r = check_process(pid, pidfd, owned);
        if (r < 0)
                return r;
        if (process_has_ended(pidfd))
                return process_report(pid, -ESRCH);

        *ret = TAKE_FD(pidfd);
        return 0;
}

int process_list_open(ProcessList *list, bool owned) {
        for (size_t i = 0; i < list->n; i++) {
                int r = open_process(list->pids[i], owned, &list->pidfds[i]);

                if (r < 0)
                        return r;
        }

        return 0;
}

void process_list_done(ProcessList *list) {
        for (size_t i = 0; i < list->n; i++)
                (void) fd_close(list->pidfds[i]);
        free(list->pids);
        free(list->pidfds);
}
