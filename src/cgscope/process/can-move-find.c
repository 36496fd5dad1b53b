/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/process/can-move.h"

#include <fcntl.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/memory-stream.h"
#include "basic/user-name.h"
#include "cgroup/hierarchy.h"
#include "cgscope/cli/process-list.h"
#include "namespace/path.h"

void can_move_done(CanMove *can_move) {
        move_findings_done(&can_move->answer);
        migrant_done(&can_move->process);
        mover_done(&can_move->mover);
        free(can_move->target);
        (void) fd_close(can_move->root);
        free(can_move->hierarchy_name);
        cgroup_mounts_done(&can_move->mounts);
        aim_done(&can_move->aim);
        (void) fd_close(can_move->pidfd);
}

/* --- the target: a path in the hierarchy, or the group of a process there --- */

static int find_target_of_process(CanMove *can_move, const char *text) {
        _cleanup_(migrant_done) Migrant process = MIGRANT_INIT;
        _cleanup_close_ int pidfd = -EBADF;
        pid_t pid;
        int r;

        r = process_number_parse(text, &pid);
        if (r < 0)
                return r;

        r = process_open(pid, &pidfd);
        if (r < 0)
                return r;

        r = migrant_read(pid, pidfd, can_move->hierarchy_name, &process);
        if (r < 0)
                return process_report(pid, r);

        r = cgroup_path_below(process.path, can_move->mount->root, &can_move->target);
        if (r == -ENOMEM)
                return log_oom();
        if (r < 0)
                return log_refuse(r, "the group of process %d, %s, is not to be found below %s", (int) pid,
                                  process.path, can_move->mount->point);
        return 0;
}

static int set_target(CanMove *can_move, const char *rest) {
        Trouble trouble = {};
        int r = target_rest_parse(can_move->text, rest, &can_move->target, &trouble);

        if (r >= 0 && isempty(can_move->target)) {
                free(can_move->target);
                can_move->target = strdup("/");
                r = can_move->target ? 0 : -ENOMEM;
        }

        return r < 0 ? log_trouble(r, &trouble) : 0;
}

/* A directory on the way that is closed to us is no mistake, but an answer. */
static int check_target(const CanMove *can_move) {
        const char *path = can_move->target + strspn(can_move->target, "/");
        _cleanup_close_ int fd = fd_open_beneath(can_move->root, *path ? path : ".", O_PATH | O_DIRECTORY);

        if (fd >= 0 || fd == -EACCES)
                return 0;
        if (fd == -ENOENT || fd == -ENOTDIR)
                return log_refuse(fd, "no group %s", can_move->text);
        if (fd == -ELOOP || fd == -EXDEV)
                return log_refuse(fd, "%s: the way there leads upwards, or over a symbolic link or another mount",
                                  can_move->text);

        return log_error_errno(fd, "cannot open %s", can_move->text);
}

static int find_target(CanMove *can_move) {
        const char *point = can_move->mount->point, *rest = startswith(can_move->text, point);
        int r;

        if (can_move->text[0] == '@')
                r = find_target_of_process(can_move, can_move->text + 1);
        else if (rest && (!*rest || *rest == '/'))
                r = set_target(can_move, rest);
        else if (can_move->hierarchy)
                return log_refuse(-EINVAL, "with --hierarchy a target is a path below %s, or @PID, not '%s'", point,
                                  can_move->text);
        else
                return log_refuse(-EINVAL, "'%s' is no path below %s", can_move->text, point);

        return r < 0 ? r : check_target(can_move);
}

/* --- cgroup v2 where systemd mounts it, with targets as all verbs take them --- */

static int set_mount(CanMove *can_move) {
        can_move->mount = cgroup_mounts_of(&can_move->mounts, can_move->root);
        if (!can_move->mount)
                return log_refuse(-ENODEV, "/proc/self/mountinfo does not say what is mounted at " CGROUP_MOUNT);

        return cgroup_mount_hierarchy(can_move->mount, &can_move->hierarchy_name) < 0 ? log_oom() : 0;
}

static int find_unit_or_own(CanMove *can_move) {
        int r = aim_open(&can_move->aim, &can_move->options, can_move->text, AIM_ANY);

        if (r < 0)
                return r;

        can_move->target = strdup(can_move->aim.target.path);
        return can_move->target ? 0 : log_oom();
}

static int find_default(CanMove *can_move) {
        _cleanup_free_ char *reason = NULL;
        int r;

        if (cgroup_mode() != CGROUP_UNIFIED && cgroup_explain_mode(&reason) >= 0)
                return log_refuse(-EMEDIUMTYPE, "%s; --hierarchy names another one, as unified", reason);

        can_move->root = root_open(NULL);
        if (can_move->root < 0)
                return can_move->root;

        r = set_mount(can_move);
        if (r < 0)
                return r;

        return can_move->text[0] == '/' || can_move->text[0] == '@' ? find_target(can_move)
                                                                    : find_unit_or_own(can_move);
}

/* --- --hierarchy --- */

static int report_no_hierarchy(const CanMove *can_move) {
        _cleanup_free_ char *names = NULL;
        size_t size;
        FILE *file = open_memstream(&names, &size);

        if (!file)
                return log_oom();

        for (size_t i = 0; i < can_move->mounts.n; i++) {
                _cleanup_free_ char *name = NULL;

                if (cgroup_mount_hierarchy(can_move->mounts.mounts + i, &name) >= 0)
                        fprintf(file, "%s%s", i > 0 ? ", " : "", *name ? name : CGROUP_HIERARCHY_UNIFIED);
        }
        if (memory_stream_close(file, &names) < 0)
                return log_oom();

        return log_refuse(-ENOENT, "--hierarchy: no '%s' is mounted; there is: %s", can_move->hierarchy,
                          *names ? names : "none");
}

static int find_in_hierarchy(CanMove *can_move) {
        can_move->mount = cgroup_mounts_find(&can_move->mounts, can_move->hierarchy);
        if (!can_move->mount)
                return report_no_hierarchy(can_move);

        can_move->root = open(can_move->mount->point, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (can_move->root < 0)
                return log_error_errno(-errno, "cannot open %s", can_move->mount->point);
        if (cgroup_mount_hierarchy(can_move->mount, &can_move->hierarchy_name) < 0)
                return log_oom();

        return find_target(can_move);
}

/* --- the mover --- */

static int set_user(const char *name, uid_t uid, gid_t gid, Mover *ret) {
        _cleanup_free_ gid_t *groups = NULL;
        int n = 0;

        if (name) {
                (void) getgrouplist(name, gid, NULL, &n);
                groups = calloc((size_t) n + 1, sizeof(gid_t));
                if (!groups)
                        return -ENOMEM;
                if (getgrouplist(name, gid, groups, &n) < 0)
                        return -EAGAIN;
        }

        return mover_of_user(uid, gid, groups, (size_t) n, ret);
}

/* A number needs no entry in the user database; without one there is no group either. */
static int find_mover(CanMove *can_move) {
        const struct passwd *entry;
        uid_t uid;
        int r;

        if (!can_move->as) {
                r = mover_self(&can_move->mover);
                return r < 0 ? log_error_errno(r, "cannot read our own credentials") : 0;
        }

        r = user_find(can_move->as, &uid, &entry);
        if (r == -ESRCH)
                return log_refuse(r, "--as: no user '%s'", can_move->as);
        if (r < 0)
                return log_error_errno(r, "--as: cannot look up '%s'", can_move->as);

        r = set_user(entry ? entry->pw_name : NULL, uid, entry ? entry->pw_gid : GID_INVALID, &can_move->mover);
        return r < 0 ? log_error_errno(r, "--as: cannot look up the groups of '%s'", can_move->as) : 0;
}

int can_move_find(CanMove *can_move) {
        int r;

        r = process_open(can_move->pid, &can_move->pidfd);
        if (r < 0)
                return r;

        r = cgroup_mounts_read(&can_move->mounts);
        if (r == -ENOSYS)
                return log_refuse(r, "/proc is not mounted: cannot tell");
        if (r < 0)
                return log_error_errno(r, "cannot read /proc/self/mountinfo");

        r = can_move->hierarchy ? find_in_hierarchy(can_move) : find_default(can_move);
        if (r >= 0)
                r = find_mover(can_move);
        if (r < 0)
                return r;

        r = migrant_read(can_move->pid, can_move->pidfd, can_move->hierarchy_name, &can_move->process);
        return r < 0 ? process_report(can_move->pid, r) : 0;
}

int can_move_explain(const Aim *aim, pid_t pid, int pidfd, int error, char **ret) {
        _cleanup_(move_findings_done) MoveFindings answer = {};
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        _cleanup_(migrant_done) Migrant process = MIGRANT_INIT;
        _cleanup_(mover_done) Mover mover = {};
        MoveQuestion question;
        int r = cgroup_mounts_read(&mounts);

        if (r >= 0)
                r = migrant_read(pid, pidfd, "", &process);
        if (r >= 0)
                r = mover_self(&mover);
        if (r < 0)
                return r;

        question = (MoveQuestion) {
                .root = aim->target.root,
                .mount = cgroup_mounts_of(&mounts, aim->target.root),
                .process = &process,
                .target = aim->target.path,
                .mover = &mover,
        };
        r = question.mount ? move_examine(&question, &answer) : -ENODEV;
        if (r < 0)
                return r;
        if (answer.answer != MOVE_NO || answer.reason->error != error)
                return -ENODATA;

        *ret = strdup(answer.reason->found);
        return *ret ? 0 : -ENOMEM;
}
