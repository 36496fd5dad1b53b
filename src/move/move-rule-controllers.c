/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rules.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>

#include "basic/fd.h"
#include "basic/parse-words.h"
#include "proc/kernel.h"

/* What controllers refuse when all other rules are met (their can_attach in the kernel). They are asked where the
 * process would get another state of theirs: on v2 groups share that of the nearest one above that has the controller.
 * pids refuses nothing: its limit is for forks. */

#define TEXT_SIZE 8192

#define UNREADABLE "cannot see what the controller has for the target"

#define POLICIES_REALTIME (1U << SCHED_FIFO | 1U << SCHED_RR)

/* The group at or above @path whose state of @controller holds there, in *ret, to be freed by the caller; NULL: it is
 * above what is mounted, or there is none. */
static int find_holder(const Examination *examination, const char *path, const char *controller, char **ret) {
        _cleanup_free_ char *at = strdup(path);

        if (!at)
                return -ENOMEM;

        for (;;) {
                char text[TEXT_SIZE];
                ssize_t n = examination_read(examination, at, "cgroup.controllers", text, sizeof(text));

                if (n < 0)
                        return (int) n;
                if (text_has_word(text, " \n", controller)) {
                        *ret = TAKE_PTR(at);
                        return 0;
                }
                if (streq(at, "/")) {
                        *ret = NULL;
                        return 0;
                }

                examination_go_up(at);
        }
}

/* Where the process's state of @controller is now, and where it would be. */
typedef struct Holders {
        char *from; /* NULL: not known */
        char *to;
} Holders;

static void holders_done(Holders *holders) {
        free(holders->from);
        free(holders->to);
}

/* v1: each group has its own of each controller of the hierarchy. */
static int find_holders_v1(const Examination *examination, const char *controller, Holders *holders) {
        if (!cgroup_mount_has_option(examination->question->mount, controller))
                return 0;

        holders->to = strdup(examination->question->target);
        holders->from = examination->source ? strdup(examination->source) : NULL;
        return holders->to && (holders->from || !examination->source) ? 0 : -ENOMEM;
}

/* 1: the controller is asked; 0: it is not, for nothing changes for it. */
static int find_holders(const Examination *examination, const char *controller, Holders *ret) {
        const MoveQuestion *question = examination->question;
        _cleanup_(holders_done) Holders holders = {};
        int r = 0;

        if (question->process->ended)
                return 0;

        if (!question->mount->unified)
                r = find_holders_v1(examination, controller, &holders);
        else {
                r = find_holder(examination, question->target, controller, &holders.to);
                if (r >= 0 && examination->source)
                        r = find_holder(examination, examination->source, controller, &holders.from);
        }
        if (r < 0)
                return r;
        if (!holders.to || (holders.from && streq(holders.from, holders.to)))
                return 0;

        *ret = holders;
        holders = (Holders) {};
        return 1;
}

/* Reads a file of the cpuset of @group, which v1 calls otherwise where v2 has its "effective" ones. */
static ssize_t read_set(const Examination *examination, const char *group, const char *what, char *buffer) {
        char name[64];

        (void) snprintf(name, sizeof(name), examination->question->mount->unified ? "cpuset.%s.effective" : "cpuset.%s",
                        what);
        return examination_read(examination, group, name, buffer, TEXT_SIZE);
}

/* 1: the group has no processors or no memory nodes. */
static int is_empty(const Examination *examination, const char *group, const char **ret_what) {
        static const char *const files[] = { "cpus", "mems" };

        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                char text[TEXT_SIZE];
                ssize_t n = read_set(examination, group, files[i], text);

                if (n < 0)
                        return (int) n;
                if (n == 0 && (i == 0 || !examination->question->mount->unified)) {
                        *ret_what = i == 0 ? "processors" : "memory nodes";
                        return 1;
                }
        }

        return 0;
}

static bool is_same_set(const Examination *examination, const Holders *holders, const char *what) {
        char from[TEXT_SIZE], to[TEXT_SIZE];

        return holders->from && read_set(examination, holders->from, what, from) >= 0 &&
               read_set(examination, holders->to, what, to) >= 0 && streq(from, to);
}

/* A change of processors is one of scheduling, so it needs what sched_setaffinity(2) needs beside the same user:
 * capabilities that are not less than those of the process, or CAP_SYS_NICE. */
static int judge_rights(const Examination *examination, const Holders *holders) {
        const MoveQuestion *question = examination->question;
        const Migrant *process = question->process;
        char release[KERNEL_RELEASE_SIZE];
        bool foreign;

        if (!(process->permitted & ~question->mover->permitted) || mover_has_capability(question->mover, CAP_SYS_NICE))
                return move_rule_met(examination, "the processors of the target are free for it");
        /* Since Linux 6.6 it asks for them only where the move changes processors or memory nodes (v2). */
        if (question->mount->unified && kernel_is_at_least(kernel_release(release), 6, 6) > 0 &&
            is_same_set(examination, holders, "cpus") && is_same_set(examination, holders, "mems"))
                return move_rule_met(examination, "it has the same processors there as now");

        foreign = migrant_is_foreign(process);
        return move_findings_add(examination->result, examination->rule, foreign ? MOVE_UNKNOWN : MOVE_VIOLATED, -EPERM,
                                 "the move changes its cpuset, and it has capabilities that uid %u has not%s",
                                 (unsigned) question->mover->uid, foreign ? ", in another user namespace" : "");
}

int move_rule_cpuset(const Examination *examination) {
        _cleanup_(holders_done) Holders holders = {};
        const char *what;
        int r = find_holders(examination, "cpuset", &holders);

        if (r == 0)
                return 0;
        if (r > 0) {
                r = is_empty(examination, holders.to, &what);
                if (r == 0)
                        return judge_rights(examination, &holders);
        }
        if (r < 0)
                return move_rule_unreadable(examination, -ENOSPC, r, UNREADABLE);

        return move_rule_violated(examination, -ENOSPC, "the cpuset of the target has no %s", what);
}

/* Whether this kernel counts real-time time by groups: 1, 0, or -ENODATA where nobody says so. */
static int counts_real_time(void) {
        _cleanup_free_ char *config = NULL, *arguments = NULL;
        char release[KERNEL_RELEASE_SIZE];

        if (kernel_config_read(kernel_release(release), &config) < 0)
                return -ENODATA;

        (void) fd_read_path_all("/proc/cmdline", &arguments);
        return kernel_groups_real_time(config, arguments ?: "");
}

/* What a group has for real-time processes: on v2 no file says so, and only the root of the hierarchy has any. */
static int has_realtime_share(const Examination *examination, const char *group) {
        char text[TEXT_SIZE];
        ssize_t n;
        int r;

        if (!examination->question->mount->unified) {
                n = examination_read(examination, group, "cpu.rt_runtime_us", text, sizeof(text));
                return n == -ENOENT ? 1 : n < 0 ? (int) n : !streq(text, "0");
        }

        n = examination_read(examination, group, "cgroup.type", text, sizeof(text));
        if (streq(group, "/") && n == -ENOENT)
                return 1;

        r = counts_real_time();
        return r < 0 ? r : !r;
}

int move_rule_realtime(const Examination *examination) {
        _cleanup_(holders_done) Holders holders = {};
        int r;

        if (!proc_has_policy(examination->question->process->proc, POLICIES_REALTIME))
                return 0;

        r = find_holders(examination, "cpu", &holders);
        if (r == 0)
                return 0;
        if (r > 0)
                r = has_realtime_share(examination, holders.to);
        if (r == -ENODATA)
                return move_rule_unknown(
                        examination, -EINVAL,
                        "it has real-time threads, and whether this kernel counts their time by groups "
                        "(CONFIG_RT_GROUP_SCHED) cannot be seen");
        if (r < 0)
                return move_rule_unreadable(examination, -EINVAL, r, UNREADABLE);
        if (r > 0)
                return move_rule_met(examination, "the target has time for its real-time threads");

        return move_rule_violated(
                examination, -EINVAL,
                "it has real-time threads, and the target has no real-time time (CONFIG_RT_GROUP_SCHED)");
}
