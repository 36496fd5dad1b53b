/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/scope-delegation.h"

#include <assert.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "basic/json.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/members.h"
#include "cgscope/cli/aim.h"
#include "unit/unit-name.h"

void scope_done(Scope *scope) {
        (void) fd_close(scope->supervisor);
        (void) fd_close(scope->leaf);
        boundary_done(&scope->group);
}

int scope_open_hierarchy(Scope *scope, bool writable) {
        scope->group.root =
                root_open(writable ? "no leaf can be made in it; mount it writable, or use --no-leaf" : NULL);

        return scope->group.root < 0 ? scope->group.root : 0;
}

/* The control group by the manager's own word, or else by the name that no other group can have; and where PID 1 is the
 * manager, its mark on the directory. */
static int check_identity(Scope *scope, const ScopeResult *result, const ScopeOptions *options, Trouble *trouble) {
        const char *directory = strrchr(scope->group.path, '/') + 1;

        if (startswith(scope->group.path, "/../"))
                return trouble_set(trouble, -EXDEV,
                                   "%s: a new scope is outside of the cgroup namespace that this process is in, "
                                   "and cannot be used from there; cgscope exec --create ./NAME makes a group inside",
                                   scope->unit);

        if (!unit_name_matches_directory(scope->unit, directory) ||
            ((options->unit || *result->control_group) && !streq(result->control_group, scope->group.path)))
                return trouble_set(trouble, -EXDEV, "%s was started, but the process is in %s, not in %s", scope->unit,
                                   scope->group.path, *result->control_group ? result->control_group : "it");

        scope->group.fd = group_open(scope->group.root, scope->group.path);
        if (scope->group.fd < 0)
                return trouble_wrap(trouble, scope->group.fd, "%s: cannot open " CGROUP_MOUNT "%s", scope->unit,
                                    scope->group.path);

        if (options->common.manager == MANAGER_SYSTEM && !boundary_is_marked_by_manager(scope->group.fd))
                return trouble_set(trouble, -EPERM, "%s: the system manager has not delegated " CGROUP_MOUNT "%s",
                                   scope->unit, scope->group.path);

        return 0;
}

int scope_identify(Scope *scope, pid_t pid, const Ask *ask, const ScopeOptions *options, Trouble *trouble) {
        int r;

        assert(scope->group.root >= 0 && ask->unit);

        scope->unit = ask->unit;

        r = cgroup_of_process(pid, &scope->group.path);
        if (r < 0)
                return pid == 0 && r == -ENOSYS
                               ? trouble_set(trouble, r,
                                             "cannot see where this process is: /proc is not mounted here; mount it: "
                                             "mount -t proc proc /proc")
                               : trouble_wrap(trouble, r, "cannot read the control group of process %d", (int) pid);

        r = check_identity(scope, &ask->result, options, trouble);
        if (r < 0)
                return r;

        /* Our mark, as a user manager leaves none: the boundary is found by it. A guard rail: all works without. */
        if (options->common.manager == MANAGER_USER)
                (void) boundary_mark(scope->group.fd);

        r = group_controllers(scope->group.fd, &scope->controllers);
        return r < 0 ? trouble_wrap(trouble, r, "%s: cannot read cgroup.controllers", scope->unit) : 0;
}

static int make_group(const Scope *scope, const char *name) {
        bool made;
        int fd = group_make(scope->group.fd, name, 0755, &made);

        return fd < 0 ? log_error_errno(fd, "%s: cannot make the group %s", scope->unit, name) : fd;
}

static int move_into(const Scope *scope, int group, const char *name, pid_t pid, int pidfd) {
        int r;

        if (process_has_ended(pidfd))
                return 0;

        r = group_attach(group, pid);
        if (r < 0 && r != -ESRCH && !process_has_ended(pidfd))
                return log_error_errno(r, "%s: cannot move process %d into the group %s", scope->unit,
                                       (int) (pid ?: getpid()), name);
        return 0;
}

/* Children that were forked meanwhile, and theirs: they are wherever their parents were. */
static int move_stragglers(Scope *scope, const ScopeOptions *options) {
        int r = group_move_members(scope->group.fd, scope->leaf);

        if (r == -EXDEV)
                return log_refuse(r,
                                  "%s: processes outside of this PID namespace are in it, which cannot be moved "
                                  "into the group %s from here",
                                  scope->unit, options->leaf);
        if (r < 0 && r != -ELOOP)
                return log_error_errno(r, "%s: cannot move what was forked meanwhile into the group %s", scope->unit,
                                       options->leaf);

        return 0;
}

int scope_fill_leaf(Scope *scope, const ProcessList *processes, const ScopeOptions *options) {
        assert(scope->group.fd >= 0 && options->leaf);

        scope->leaf = make_group(scope, options->leaf);
        if (scope->leaf < 0)
                return scope->leaf;
        if (!processes)
                return move_into(scope, scope->leaf, options->leaf, 0, -EBADF);

        for (size_t i = 0; i < processes->n; i++) {
                int r = move_into(scope, scope->leaf, options->leaf, processes->pids[i], processes->pidfds[i]);

                if (r < 0)
                        return r;
        }

        return move_stragglers(scope, options);
}

int scope_make_supervisor(Scope *scope, const ScopeOptions *options) {
        assert(scope->group.fd >= 0);

        scope->supervisor = make_group(scope, SUPERVISOR_GROUP);
        if (scope->supervisor < 0)
                return scope->supervisor;

        scope->leaf = make_group(scope, options->leaf ?: LEAF_DEFAULT);
        return scope->leaf < 0 ? scope->leaf : move_into(scope, scope->supervisor, SUPERVISOR_GROUP, 0, -EBADF);
}

/* What the groups below it have to have. */
static ControllerMask controllers_needed(const Scope *scope, const ScopeOptions *options, ControllerMask limits) {
        ControllerMask needed = limits;

        if (options->delegate && options->leaf)
                needed |= options->all_controllers ? scope->controllers : options->controllers;

        return needed & scope->controllers;
}

/* Where the kernel refuses one, the rest is tried all the same. Without memory systemd-oomd passes over a group, and
 * over all beside it; where it cannot be had, that is no error. */
int scope_enable_controllers(Scope *scope, const ScopeOptions *options, ControllerMask limits) {
        ControllerMask needed = controllers_needed(scope, options, limits);
        ControllerMask left = needed | (controller_bit(CONTROLLER_MEMORY) & scope->controllers);

        while (left != CONTROLLER_MASK_NONE) {
                Controller refused;
                bool is_needed;
                int r = group_enable(scope->group.fd, left, &refused);

                if (r >= 0)
                        return 0;

                is_needed = needed & controller_bit(refused);
                log_full(!is_needed             ? LOG_DEBUG
                         : options->best_effort ? LOG_WARNING
                                                : LOG_ERR,
                         r, "%s: cannot enable %s in its cgroup.subtree_control", scope->unit,
                         controller_to_string(refused));
                if (is_needed && !options->best_effort)
                        return r;
                left &= ~controller_bit(refused);
        }

        return 0;
}

int scope_print_json(const Scope *scope, bool pretty) {
        char names[CONTROLLER_MASK_TEXT_MAX];
        JsonWriter writer;

        json_begin(&writer, stdout, pretty);
        json_string(&writer, "unit", scope->unit);
        json_string(&writer, "control_group", scope->group.path);
        json_words(&writer, "controllers", controller_mask_format(scope->controllers, ' ', names), ' ');
        return json_end(&writer);
}
