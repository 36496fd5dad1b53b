/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/members.h"
#include "cgscope/cli/aim.h"
#include "cgscope/cli/process-list.h"
#include "cgscope/cli/skipped.h"
#include "cgscope/verbs.h"
#include "namespace/view-read.h"
#include "proc/proc.h"

/* What else is to be put together of /proc/PID/cgroup and mountinfo, from here and from inside. */

static const Option ns_options[] = {
        { "unit", 'u', "UNIT", "The processes of this unit, or below this group", OPTION_TEXT(Ns, unit) },
        { "tree", 0, NULL, "By namespace", OPTION_FLAG(Ns, tree) },
        { "all-hierarchies", 0, NULL, "A row for each hierarchy, those of v1, too", OPTION_FLAG(Ns, all_hierarchies) },
        LISTING_OPTIONS,
};

static int begin(Ns *ns) {
        int r = view_open(&ns->view);

        if (r == -ENOSYS)
                return log_refuse(r, "/proc is not mounted here, or is that of another PID namespace; mount -t proc "
                                     "proc /proc");

        return r < 0 ? log_error_errno(r, "cannot look at our own cgroup namespace") : 0;
}

/* --- some that were named --- */

static int add_by_pidfd(Ns *ns, pid_t pid, int pidfd) {
        _cleanup_close_ int proc = proc_open(pidfd);
        int r = proc < 0 ? proc : view_add_process(&ns->view, pid, proc);

        return r < 0 && r != -ENOMEM && proc_has_gone(pidfd) ? -ESRCH : r;
}

static int add_named(Ns *ns, char *const texts[]) {
        _cleanup_(process_list_done) ProcessList list = {};
        int r = process_list_parse(&list, texts);

        if (r < 0)
                return r;

        r = begin(ns);
        if (r < 0)
                return r;

        for (size_t i = 0; i < list.n; i++) {
                r = process_open(list.pids[i], &list.pidfds[i]);
                if (r >= 0) {
                        r = add_by_pidfd(ns, list.pids[i], list.pidfds[i]);
                        if (r < 0)
                                (void) process_report(list.pids[i], r);
                }
                if (r == -ENOMEM)
                        return r;
                ns->failed |= r < 0;
        }

        return 0;
}

/* --- a list --- */

/* What ends meanwhile is passed over; what cannot be read is in it. */
static int settle(Ns *ns, pid_t pid, int error) {
        if (error >= 0 || error == -ESRCH)
                return 0;
        if (error != -ENOMEM)
                error = view_add_unknown(&ns->view, pid,
                                         error == -EACCES   ? VIEW_HIDDEN
                                         : error == -ENOSYS ? VIEW_OUTSIDE_PIDS
                                                            : VIEW_UNREADABLE);

        return error < 0 ? log_oom() : 0;
}

static int add_unit(Ns *ns) {
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        _cleanup_(walk_skipped_done) WalkSkipped skipped = {};
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n;
        int r;

        r = aim_open(&aim, &ns->options, ns->unit, AIM_ANY);
        if (r < 0)
                return r;

        r = begin(ns);
        if (r < 0)
                return r;

        n = group_members_below(aim.target.fd, &pids, &skipped);
        skipped_report(&skipped, aim.text);
        if (n < 0)
                return aim_report(&aim, (int) n, "cannot list the processes in");

        for (ssize_t i = 0; i < n; i++) {
                _cleanup_close_ int pidfd = pids[i] == 0 ? -EBADF : (int) syscall(SYS_pidfd_open, pids[i], 0);

                r = settle(ns, pids[i], pids[i] == 0 ? -ENOSYS : pidfd < 0 ? -errno : add_by_pidfd(ns, pids[i], pidfd));
                if (r < 0)
                        return r;
        }

        return 0;
}

/* The directory stands for the process as a pidfd does, and in the numbers of that /proc. */
static int add_entry(Ns *ns, int directory, const char *name) {
        _cleanup_close_ int proc = openat(directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        pid_t pid = (pid_t) strtol(name, NULL, 10);

        return settle(ns, pid,
                      proc >= 0         ? view_add_process(&ns->view, pid, proc)
                      : errno == ENOENT ? -ESRCH
                      : errno == EPERM  ? -EACCES
                                        : -errno);
}

static int add_all(Ns *ns) {
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

/* --- the verb --- */

static int check_words(const Ns *ns, char *const words[]) {
        if (ns->unit && *words)
                return log_refuse(-EINVAL, "ns: processes and --unit exclude each other");
        if (ns->options.json && ns->options.columns)
                return log_refuse(-EINVAL, "--output: JSON has all fields, without choice");
        if (ns->options.json && ns->tree)
                return log_refuse(-EINVAL, "--tree: JSON has the namespaces by themselves, and no tree");

        return ns_check_columns(ns);
}

static int look(Ns *ns, char *const texts[]) {
        int r;

        ns->listed = !*texts;
        r = *texts ? add_named(ns, texts) : ns->unit ? add_unit(ns) : add_all(ns);
        if (r < 0)
                return r;

        return view_read(&ns->view) < 0 ? log_oom() : 0;
}

static void ns_done(Ns *ns) {
        view_done(&ns->view);
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(ns_done) Ns ns = { .view = VIEW_INIT };
        int status, r;
        char **words = verb_parse(verb, &ns.options, &ns, argc, argv, &status);

        if (!words)
                return status;

        r = check_words(&ns, words);
        if (r < 0)
                return verb_refusal_status(verb, r);

        r = look(&ns, words);
        if (r == -EINVAL)
                return verb_refusal_status(verb, r);
        if (r >= 0)
                r = ns.options.json ? ns_print_json(&ns) : ns_print_text(&ns);

        return r < 0 || ns.failed ? STATUS_FAILURE : EXIT_SUCCESS;
}

const Verb verb_ns = {
        .name = "ns",
        .synopsis = "[OPTIONS…] [PID…]",
        .summary = "Show how processes see their control groups",
        .description = "Show the cgroup namespaces of processes: the path of each as we see it and as it sees it, and "
                       "the mounts of control groups that it finds. What of that misleads is marked and explained. "
                       "Without PID and --unit, all processes. The exit status is 1 where one that was named cannot be "
                       "shown.",
        .see = "cgroup_namespaces(7)",
        VERB_TAKES(0, VERB_ANY, "process"),
        .example = "$$",
        .options = ns_options,
        .columns = ns_columns,
        .run = run,
};
