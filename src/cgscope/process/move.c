/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/memory-stream.h"
#include "basic/parse-words.h"
#include "basic/trouble.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "cgscope/cli/aim.h"
#include "cgscope/cli/process-list.h"
#include "cgscope/process/can-move.h"
#include "cgscope/verbs.h"
#include "namespace/path.h"
#include "proc/proc.h"

/* `cgscope move`: processes into a group. What can be known of all of them is checked before the first one moves. */

typedef struct Move {
        CommonOptions options;
        bool steal;
        Aim aim;
        Client user_manager; /* for units that bear no mark; not connected until it is needed */
        ProcessList processes;
} Move;

static const Option move_options[] = {
        { "steal", 0, NULL, "Also out of another delegated unit", OPTION_FLAG(Move, steal) },
        CHANGING_OPTIONS,
};

static void move_done(Move *move) {
        process_list_done(&move->processes);
        client_close(&move->user_manager);
        aim_done(&move->aim);
}

static int report_owned(pid_t pid, const char *owner) {
        return log_refuse(-EPERM,
                          "process %d is in the delegated %s, whose manager would lose it; --steal takes it "
                          "all the same",
                          (int) pid, owner);
}

/* A user manager marks none of its units, so it is asked. What is another user's we cannot ask about. */
static int check_unmarked(Move *move, pid_t pid, const char *path) {
        uid_t uid = manager_of_path(path);
        _cleanup_free_ char *unit = NULL;
        char owner[64];
        int r = 0;

        if (uid == UID_INVALID)
                return 0;
        if (uid != user_uid_outside()) {
                (void) snprintf(owner, sizeof(owner), "user@%u.service", (unsigned) uid);
                return report_owned(pid, owner);
        }

        if (!move->user_manager.manager)
                r = client_open(&move->user_manager, MANAGER_USER, &move->options);
        if (r >= 0)
                r = client_call(&move->user_manager, control_group_is_delegated, path, &unit);

        return r > 0 ? report_owned(pid, unit) : r;
}

/* A manager that is taken out of its own group believes afterwards that it lives elsewhere, and starts no unit any
 * more: no option moves it. */
static int check_not_manager(pid_t pid, const char *path) {
        if (!text_has_word(path, "/", "init.scope"))
                return 0;

        return log_refuse(-EPERM, "process %d is in %s, where a manager lives, and stays there", (int) pid, path);
}

static int check_not_owned(Move *move, pid_t pid, const char *path) {
        const Boundary *target = &move->aim.target;
        _cleanup_free_ char *ours = boundary_path(target), *boundary = NULL;
        int r;

        if (!ours)
                return log_oom();
        if (move->steal || cgroup_path_is_within(path, ours))
                return 0;

        r = boundary_find(target->root, path, &boundary);
        if (r >= 0)
                return report_owned(pid, boundary_title(boundary));
        if (r == -EXDEV)
                return log_refuse(-EPERM,
                                  "process %d is in %s, outside of this cgroup namespace, and whose it is "
                                  "cannot be seen; --steal tries it all the same",
                                  (int) pid, path);
        if (r != -ENODATA && r != -ENOENT)
                return log_error_errno(r, "cannot look at the control group of process %d", (int) pid);

        return check_unmarked(move, pid, path);
}

/* The kernel wants cgroup.procs of that group to be writable to whoever moves a process. */
static int ancestor_is_ours(const Move *move, const char *ancestor) {
        _cleanup_close_ int fd = group_open(move->aim.target.root, ancestor);

        return fd >= 0 && faccessat(fd, "cgroup.procs", W_OK, AT_EACCESS) >= 0;
}

/* Where the kernel refuses, a manager moves only what is its user's. */
static int check_permitted(Move *move, pid_t pid, const char *path) {
        _cleanup_free_ char *ancestor = cgroup_path_common(path, move->aim.target.path);
        _cleanup_close_ int proc = -EBADF;
        struct stat st;

        if (!ancestor)
                return log_oom();
        if (user_is_administrator() || ancestor_is_ours(move, ancestor))
                return 0;

        proc = proc_open_number(pid);
        if (proc < 0 || fstat(proc, &st) < 0)
                return process_report(pid, proc < 0 ? proc : -errno);
        if (st.st_uid != geteuid())
                return log_refuse(-EPERM,
                                  "process %d belongs to uid %u, you are uid %u, and %s, from where it would "
                                  "be moved, is not yours: only root can move it",
                                  (int) pid, (unsigned) st.st_uid, (unsigned) geteuid(), ancestor);

        return aim_ask(&move->aim);
}

static int check_one(Move *move, pid_t pid) {
        _cleanup_free_ char *path = NULL;
        int r;

        r = cgroup_of_process(pid, &path);
        if (r < 0)
                return process_report(pid, r);

        r = check_not_manager(pid, path);
        if (r >= 0)
                r = check_not_owned(move, pid, path);
        return r < 0 ? r : check_permitted(move, pid, path);
}

static int check_all(Move *move) {
        const ProcessList *processes = &move->processes;

        if (faccessat(move->aim.target.fd, "cgroup.procs", W_OK, AT_EACCESS) < 0)
                return aim_report(&move->aim, -errno, "cannot move processes into");

        for (size_t i = 0; i < processes->n; i++) {
                int r = check_one(move, processes->pids[i]);

                if (r < 0)
                        return r;
        }

        return 0;
}

/* The no-internal-process rule: names the groups below that can take processes. */
static void explain_busy(FILE *file, const Aim *aim) {
        _cleanup_free_ char *places = NULL;
        bool any = places_list(aim, &places) >= 0 && !isempty(places);

        fprintf(file,
                "it hands controllers on to the groups below it and can hold no process itself; groups that can: %s",
                any ? places : "none yet (see cgscope create)");
}

/* Names the rule that the kernel applied. @trouble is the manager's answer, where it was asked because the kernel said
 * EACCES. A user manager does not pass on why the system manager refused, so what can be seen comes first. */
static void explain(FILE *file, const Move *move, size_t i, int error, const Trouble *trouble) {
        const ProcessList *processes = &move->processes;
        _cleanup_free_ char *rule = NULL, *message = trouble->error < 0 ? trouble_text(trouble, error) : NULL;

        if (error == -EXDEV && message)
                fputs(message, file);
        else if ((error == -EBUSY || message) && group_can_hold_processes(move->aim.target.fd) == -EBUSY)
                explain_busy(file, &move->aim);
        else if (error == -ESRCH)
                fputs("the process has ended", file);
        else if (error == -ENODEV)
                fputs("the group has gone meanwhile", file);
        else if (can_move_explain(&move->aim, processes->pids[i], processes->pidfds[i], message ? -EACCES : error,
                                  &rule) >= 0)
                fprintf(file, "%s%s%s", rule, message ? "; and the manager refuses: " : "", message ?: "");
        else
                fputs(message ?: strerror(-error), file);
}

/* Those that did move are named: they cannot be put back where they came from. */
static int report_failure(const Move *move, size_t failed, int error, const Trouble *trouble) {
        const pid_t *pids = move->processes.pids;
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        if (!file)
                return log_oom();

        explain(file, move, failed, error, trouble);
        for (size_t i = 0; i < failed; i++)
                fprintf(file, "%s%d", i == 0 ? "; moved before it: " : ", ", (int) pids[i]);
        if (memory_stream_close(file, &text) < 0)
                return log_oom();

        return log_refuse(error, "cannot move process %d into %s: %s", (int) pids[failed], move->aim.text, text);
}

/* A manager may move what the kernel does not let us move, as out of a login session. It was connected when the process
 * was checked. */
static int attach_by_manager(Move *move, pid_t pid, Trouble *trouble) {
        const Boundary *target = &move->aim.target;
        _cleanup_free_ char *boundary = boundary_path(target), *unit = NULL, *group = NULL;
        int r;

        if (!boundary || asprintf(&group, "/%s", boundary_below(target)) < 0)
                return -ENOMEM;

        r = unit_of_path(boundary, &unit, NULL);
        if (r < 0)
                return r;

        return move->aim.client.asking->unit_attach(move->aim.client.manager, unit, group, &pid, 1, trouble);
}

/* A manager may say that it moved a process, and have left it. A process further down went there by itself. */
static int check_moved(const Move *move, pid_t pid, int pidfd, Trouble *trouble) {
        _cleanup_free_ char *path = NULL;
        int r = cgroup_of_process(pid, &path);

        if (r < 0 || process_has_ended(pidfd) || cgroup_path_is_within(path, move->aim.target.path))
                return r;

        return trouble_set(trouble, -EXDEV, "the manager says that it did, and the process is in %s", path);
}

static int move_one(Move *move, size_t i) {
        pid_t pid = move->processes.pids[i];
        int pidfd = move->processes.pidfds[i], r;
        _cleanup_trouble_ Trouble trouble = {};

        r = process_has_ended(pidfd) ? -ESRCH : move->aim.groups->attach(&move->aim.target, pid);
        if (r == -EACCES && move->aim.client.manager) {
                r = attach_by_manager(move, pid, &trouble);
                if (r >= 0)
                        r = check_moved(move, pid, pidfd, &trouble);
        }
        if (r >= 0 && process_has_ended(pidfd))
                r = -ESRCH;

        return r < 0 ? report_failure(move, i, r, &trouble) : 0;
}

static int move_all(Move *move) {
        int r = check_all(move);

        if (r < 0)
                return r;

        /* A group that is removed with its command would take them along. */
        r = move->aim.groups->admit(&move->aim.target, true);
        if (r < 0)
                return report_failure(move, 0, r, &(Trouble) {});

        for (size_t i = 0; i < move->processes.n; i++) {
                r = move_one(move, i);
                if (r < 0)
                        return r;
        }

        return 0;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(move_done) Move move = { .aim = AIM_INIT };
        int status, r;
        char **words = verb_parse(verb, &move.options, &move, argc, argv, &status);

        if (!words)
                return status;

        r = process_list_parse(&move.processes, words + 1);
        if (r < 0)
                return verb_refusal_status(verb, r);
        if (aim_open(&move.aim, &move.options, words[0], verb->targets) < 0 ||
            process_list_open(&move.processes, false) < 0)
                return STATUS_FAILURE;

        return move_all(&move) < 0 ? STATUS_FAILURE : EXIT_SUCCESS;
}

const Verb verb_move = {
        .name = "move",
        .synopsis = "[OPTIONS…] TARGET PID…",
        .summary = "Move processes into a group",
        .description = "Move processes into a delegated unit or a group below it. Where the kernel does not "
                       "let the caller, the unit's manager is asked.",
        VERB_TAKES(2, VERB_ANY, "target", "process"),
        .targets = AIM_WRITABLE,
        .changes = true,
        .example = "./job $$",
        .options = move_options,
        .run = run,
};
