/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/aim.h"

#include <assert.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/format.h"
#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgroup/boundary.h"
#include "cgroup/frozen.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgscope/cli/process-list.h"

/* Says that the target is not there, and which verb shows those that are. */
static int report_no_group(const Aim *aim) {
        if (aim->name.kind == TARGET_PROCESS)
                return log_refuse(-ENOENT, "the group of process %d has gone", (int) aim->name.pid);
        return log_refuse(-ENOENT, "no group %s; cgscope tree shows those there are", aim->text);
}

/* One that somebody has written, and can have delegated. */
static bool is_plain_service(const char *unit) {
        return endswith(unit, ".service") && !startswith(unit, "user@");
}

static int report_read_only(const char *what) {
        return log_refuse(-EROFS, CGROUP_MOUNT " is mounted read-only here (in a container?): %s", what);
}

static int report_failure(Aim *aim, int error) {
        _cleanup_free_ char *path = NULL, *unit = NULL;

        if (aim->name.kind == TARGET_PROCESS && !aim->target.path)
                return process_report(aim->name.pid, error);

        switch (error) {
        case -ENOSYS: /* of this process itself */
                return process_report(0, error);
        case -ENXIO:
                return unit_report_unknown(aim->options, aim->target.root, &aim->name);
        case -ENOENT:
                return report_no_group(aim);
        case -ENODATA:
                if (cgroup_of_process(0, &path) < 0)
                        return log_refuse(error, "this process is in no delegated unit");
                if (unit_of_path(path, &unit, NULL) >= 0 && is_plain_service(unit))
                        return log_refuse(
                                error,
                                "'.' is the delegated unit that one is in, and this process is in %s, which "
                                "lacks Delegate=: systemctl edit %s, or start one with cgscope run --delegate",
                                unit, unit);
                return log_refuse(error,
                                  "'.' is the delegated unit that one is in, and %s is in none; start one with "
                                  "cgscope run --delegate",
                                  path);
        case -EROFS:
                return report_read_only("nothing can be changed in it; mount it writable");
        case -ELOOP:
        case -EXDEV:
                if (error == -EXDEV && aim->name.kind == TARGET_OWN && isempty(aim->name.rest))
                        return log_refuse(-ENODATA,
                                          "this process is outside of the cgroup namespace that is seen here");
                return log_refuse(error, "%s: the way there leads over a symbolic link or another mount", aim->text);
        default:
                return log_error_errno(error, "cannot open %s", aim->text);
        }
}

/* A user manager marks none of its scopes, so it is asked once; the mark that is set then answers later questions. */
static int ask_for_boundary(Aim *aim, const char *path, size_t *ret_length) {
        _cleanup_free_ char *unit = NULL, *found = NULL;
        int r;

        if (manager_of_path(path) != user_uid_outside() || unit_of_path(path, &unit, ret_length) < 0)
                return 0;

        aim->manager = MANAGER_USER;
        r = aim_call(aim, control_group_is_delegated, path, &found);
        return r <= 0 ? r : streq(found, unit);
}

static int find_boundary(Aim *aim) {
        size_t length;
        int r = ask_for_boundary(aim, aim->target.path, &length);

        if (r <= 0)
                return r < 0 ? r : -ENODATA;

        r = boundary_set(&aim->target, length);
        if (r < 0)
                return report_failure(aim, r);

        (void) boundary_mark(aim->target.top); /* where that fails, the next one asks again */
        return 0;
}

/* "." of a caller whose unit has no mark yet. */
static int find_own(Aim *aim, bool may_be_absent, uid_t uid) {
        _cleanup_free_ char *path = NULL, *boundary = NULL;
        _cleanup_close_ int fd = -EBADF;
        size_t length;
        int r;

        r = cgroup_of_process(0, &path);
        if (r < 0)
                return report_failure(aim, r);

        r = ask_for_boundary(aim, path, &length);
        if (r <= 0)
                return r < 0 ? r : report_failure(aim, -ENODATA);

        boundary = strndup(path, length);
        if (!boundary)
                return log_oom();

        fd = group_open(aim->target.root, boundary);
        r = fd < 0 ? fd : boundary_mark(fd);
        if (r < 0)
                return report_failure(aim, r);

        r = target_open(&aim->target, &aim->name, uid, may_be_absent);
        return r < 0 ? report_failure(aim, r) : 0;
}

static int report_not_delegated(const Aim *aim) {
        const char *path = aim->target.path;
        uid_t uid = manager_of_path(path);
        _cleanup_free_ char *unit = NULL;
        char owner[64] = "the system manager";

        if (uid != UID_INVALID && uid == user_uid_outside())
                (void) stpcpy(owner, "your user manager");
        else if (uid != UID_INVALID)
                (void) snprintf(owner, sizeof(owner), "the user manager of uid %u", (unsigned) uid);

        if (unit_of_path(path, &unit, NULL) < 0)
                return log_refuse(-EPERM, "%s is above all delegated units and belongs to %s", path, owner);
        if (endswith(unit, ".slice") || startswith(unit, "user@"))
                return log_refuse(-EPERM,
                                  "%s is above all delegated units; %s belongs to %s: see systemctl "
                                  "set-property",
                                  path, unit, owner);

        if (is_plain_service(unit))
                return log_refuse(-EPERM,
                                  "%s is not delegated: it belongs to %s, and cgscope writes only below what systemd "
                                  "handed over; Delegate=yes in its [Service] does that: systemctl %sedit %s",
                                  unit, owner, uid == UID_INVALID ? "" : "--user ", unit);

        return log_refuse(-EPERM,
                          "%s is not delegated: it belongs to %s, and cgscope writes only below what systemd "
                          "handed over; cgscope run --delegate starts one that is",
                          unit, owner);
}

int aim_report_gone(Aim *aim, int error) {
        aim->gone = true;
        log_info("%s is not there (any more)", aim->text);
        return error;
}

/* A unit that was found may end before its mark is read, and the mark goes with it. */
static bool unit_has_gone(const Aim *aim) {
        _cleanup_free_ char *unit = NULL, *path = NULL;
        _cleanup_close_ int fd = -EBADF;
        size_t length;

        if (unit_of_path(aim->target.path, &unit, &length) < 0)
                return false;

        path = strndup(aim->target.path, length);
        fd = path ? group_open(aim->target.root, path) : -ENOMEM;
        return fd == -ENOENT;
}

static int check_boundary(Aim *aim, AimFlags flags) {
        int r = 0;

        if (flags & AIM_ANY)
                return 0;
        if ((flags & AIM_UNIT_OR_GROUP) && aim_is_unit(aim, NULL))
                return 0;

        if (aim->target.length == 0)
                r = find_boundary(aim);
        if (r == -ENODATA && unit_has_gone(aim))
                return flags & AIM_MAY_BE_GONE ? aim_report_gone(aim, -ENOENT) : report_no_group(aim);
        if (r == -ENODATA)
                return report_not_delegated(aim);
        if (r < 0)
                return r;

        if ((flags & AIM_BELOW_BOUNDARY) && boundary_is_top(&aim->target))
                return log_refuse(-EPERM, "%s itself belongs to its manager; name a group below it, as %s/GROUP",
                                  aim->text, aim->text);

        return 0;
}

int aim_check_frozen(const Aim *aim, bool itself) {
        const Boundary *target = &aim->target;
        Trouble trouble = {};
        int r = itself ? frozen_check(target->root, target->path, &trouble)
                       : frozen_check_above(target->root, target->path, &trouble);

        return log_trouble(trouble_wrap(&trouble, r, "%s", aim->text), &trouble);
}

int root_open(const char *read_only) {
        _cleanup_free_ char *reason = NULL;
        _cleanup_close_ int root = -EBADF;
        bool is_read_only;

        root = cgroup_open_root(&is_read_only);
        if (root == -EMEDIUMTYPE && cgroup_explain_mode(&reason) >= 0)
                return log_refuse(root, "%s", reason);
        if (root < 0)
                return log_error_errno(root, "cannot open " CGROUP_MOUNT);
        if (read_only && is_read_only)
                return report_read_only(read_only);

        return TAKE_FD(root);
}

/* Where the target is, or is to be made: what one is to work in can be mounted writable in a tree that is not. */
static bool is_read_only(const Boundary *target) {
        _cleanup_free_ char *path = strdup(target->path);
        _cleanup_close_ int fd = path ? group_open(target->root, path) : -ENOMEM;
        struct statfs fs;

        for (char *slash; fd == -ENOENT && (slash = strrchr(path, '/'));) {
                *slash = '\0';
                fd = group_open(target->root, path);
        }

        return fd >= 0 && fstatfs(fd, &fs) >= 0 && fs.f_flags & ST_RDONLY;
}

static int set_text(Aim *aim, const char *typed) {
        _cleanup_free_ char *text = NULL;

        if (asprintf(&text, "%s%s", aim->name.completed ? aim->name.unit : typed,
                     aim->name.completed ? typed + strcspn(typed, "/") : "") < 0)
                return text = NULL, -ENOMEM;

        aim->text = escape_word(text);
        return aim->text ? 0 : -ENOMEM;
}

int aim_open(Aim *aim, const CommonOptions *options, const char *text, AimFlags flags) {
        uid_t uid = options->manager == MANAGER_SYSTEM ? UID_INVALID : user_uid_outside();
        bool may_be_absent = flags & (AIM_MAY_BE_ABSENT | AIM_MAY_BE_GONE);
        Trouble trouble = {};
        int r;

        assert(aim && options && text);

        aim->options = options;
        aim->manager = options->manager;
        r = target_name_parse(text, &aim->name, &trouble);
        if (r < 0)
                return log_trouble(r, &trouble);
        if (set_text(aim, text) < 0)
                return log_oom();

        aim->target.root = root_open(NULL);
        if (aim->target.root < 0)
                return aim->target.root;

        r = target_open(&aim->target, &aim->name, uid, may_be_absent);
        if (r == -ENODATA && aim->name.kind == TARGET_OWN)
                r = find_own(aim, may_be_absent, uid);
        else if (r == -ENXIO && flags & AIM_MAY_BE_GONE && aim_is_nowhere(aim))
                return aim_find_hidden(aim, flags, r);
        else if (r == -EACCES && aim_is_locked(aim, flags))
                r = 0;
        else if (r < 0)
                r = report_failure(aim, r);
        if (r < 0)
                return r;

        aim->manager = manager_of_path(aim->target.path) == UID_INVALID ? MANAGER_SYSTEM : MANAGER_USER;
        r = check_boundary(aim, flags);
        if (r >= 0 && flags & AIM_MAY_BE_GONE && aim->target.fd < 0 && !aim->hidden)
                return aim_report_gone(aim, -ENOENT);
        if (r >= 0 && flags & AIM_WRITABLE && !aim->hidden && is_read_only(&aim->target))
                return report_failure(aim, -EROFS);

        return r;
}

void aim_done(Aim *aim) {
        client_close(&aim->client);
        boundary_done(&aim->target);
        target_name_done(&aim->name);
        free(aim->text);
        *aim = (Aim) AIM_INIT;
}

bool aim_is_unit(const Aim *aim, char **ret_unit) {
        _cleanup_free_ char *unit = NULL;
        size_t length;

        if (aim->hidden && ret_unit)
                *ret_unit = strdup(aim->name.unit);
        if (aim->hidden)
                return !ret_unit || *ret_unit;
        if (unit_of_path(aim->target.path, &unit, &length) < 0 || aim->target.path[length])
                return false;

        if (ret_unit)
                *ret_unit = TAKE_PTR(unit);
        return true;
}

int aim_ask(Aim *aim) {
        uid_t uid = aim->target.path ? manager_of_path(aim->target.path) : UID_INVALID;
        char time[FORMAT_MAX];

        if (aim->client.manager)
                return 0;
        if (uid != UID_INVALID && uid != user_uid_outside())
                return log_refuse(-EPERM, "%s belongs to the user manager of uid %u, which only that user can ask",
                                  aim->text, (unsigned) uid);
        if (common_options_left(aim->options) == 0)
                return log_refuse(-ETIMEDOUT,
                                  "%s: its manager was not asked any more, as %s were over; --timeout "
                                  "sets how long all takes",
                                  aim->text, format_timespan(aim->options->timeout, USEC_PER_MSEC, time));

        return client_open(&aim->client, aim->manager, aim->options);
}

bool aim_is_gone(const Aim *aim) {
        return aim->target.fd >= 0 && group_is_gone(aim->target.fd);
}

int aim_report(const Aim *aim, int error, const char *tried) {
        char time[FORMAT_MAX], type[32];
        struct stat st;

        switch (error) {
        case -EACCES:
        case -EPERM:
                if (aim->target.fd >= 0 && fstat(aim->target.fd, &st) >= 0 && st.st_uid != geteuid())
                        return log_refuse(error, "%s %s: it belongs to uid %u, you are uid %u", tried, aim->text,
                                          (unsigned) st.st_uid, (unsigned) geteuid());
                break;
        case -ENODEV:
                return log_refuse(error, "%s %s: the group has gone meanwhile", tried, aim->text);
        case -EOPNOTSUPP:
                if (aim->target.fd < 0 || fd_read_file(aim->target.fd, "cgroup.type", type, sizeof(type)) < 0)
                        break;
                if (streq(type, "domain invalid\n"))
                        return log_refuse(error,
                                          "%s %s: it is 'domain invalid', as a group above it has threaded groups "
                                          "below, and takes no process",
                                          tried, aim->text);
                if (streq(type, "threaded\n"))
                        return log_refuse(error,
                                          "%s %s: it is a threaded group, in which threads are and no processes; the "
                                          "group above it has these",
                                          tried, aim->text);
                break;
        case -ETIMEDOUT:
                return log_refuse(error, "%s %s: not done within %s; --timeout sets how long to wait", tried, aim->text,
                                  format_timespan(aim->options->timeout, USEC_PER_MSEC, time));
        }

        return log_error_errno(error, "%s %s", tried, aim->text);
}
