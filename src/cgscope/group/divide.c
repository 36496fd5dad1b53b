/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/group/divide.h"

#include <fcntl.h>

#include "basic/clock.h"
#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/members.h"
#include "cgscope/group/interrupt.h"
#include "cgscope/group/undercut.h"
#include "delegation/reach.h"

/* As many processes are named in a message; a line is a line. */
#define PIDS_SHOWN 5

/* For all that makes a group and takes it back. */
#define DESCRIPTORS_NEEDED 8

/* For who removes a temporary group: he kills what is left in it, and waits for that. */
#define REMOVED_USEC (10 * USEC_PER_SEC)
#define NAP_USEC (5 * USEC_PER_MSEC)

/* The path of the group at @below of the boundary, as one would type it. */
static char *group_title(const Aim *aim, const char *below) {
        const char *unit;
        _cleanup_free_ char *prefix = boundary_path(&aim->target);
        _cleanup_free_ char *title = NULL;

        if (!prefix)
                return NULL;
        unit = aim->name.kind == TARGET_OWN            ? "."
               : boundary_begins_at_root(&aim->target) ? CGROUP_MOUNT
                                                       : boundary_title(prefix);
        if (asprintf(&title, "%s%s%s", unit, *below ? "/" : "", below) < 0)
                return title = NULL;

        return escape_path(title);
}

static char *list_pids(int group) {
        _cleanup_free_ pid_t *pids = NULL;
        ssize_t n = group_members(group, &pids);
        size_t size = 16UL * (PIDS_SHOWN + 1), n_shown = 0;
        char *text = calloc(1, size), *end = text;

        if (!text || n <= 0)
                return text;

        for (ssize_t i = 0; i < n && n_shown < PIDS_SHOWN; i++)
                if (pids[i] > 0)
                        end += snprintf(end, size - (size_t) (end - text), "%s%d", n_shown++ > 0 ? " " : "",
                                        (int) pids[i]);
        if ((size_t) n > n_shown && n_shown > 0)
                (void) stpcpy(end, " …");
        return text;
}

/* The "no internal process" rule. */
static int report_busy(const Aim *aim, const char *below, Controller controller) {
        _cleanup_close_ int fd = group_open(aim->target.top, below);
        _cleanup_free_ char *title = group_title(aim, below), *pids = fd >= 0 ? list_pids(fd) : NULL;

        if (title && fd >= 0 && isempty(pids) && group_holds_outsiders(fd, false) > 0)
                return log_refuse(-EBUSY,
                                  "%s cannot hand %s on while processes are in it, which are outside of this "
                                  "PID namespace: move them from there",
                                  title, controller_to_string(controller));
        if (!title || isempty(pids))
                return log_refuse(-EBUSY, "%s cannot hand %s on: the kernel says it is busy", title ?: below,
                                  controller_to_string(controller));

        return log_refuse(-EBUSY,
                          "%s cannot hand %s on while processes are in it (%s); move them: cgscope move "
                          "%s/LEAF %s, or use --evacuate LEAF",
                          title, controller_to_string(controller), pids, title, pids);
}

/* The limit of the kernel's that made it say EAGAIN: of the nearest group above that has one. */
static int report_full(const Aim *aim, const char *title) {
        static const char *const files[] = { "cgroup.max.descendants", "cgroup.max.depth" };
        _cleanup_free_ char *path = strdup(aim->target.path);

        for (char *slash; path && (slash = strrchr(path, '/')) && slash > path;) {
                _cleanup_close_ int fd = -EBADF;

                *slash = '\0';
                fd = group_open(aim->target.root, path);
                for (size_t i = 0; fd >= 0 && i < ELEMENTSOF(files); i++) {
                        char text[32];

                        if (fd_read_file(fd, files[i], text, sizeof(text)) <= 0 || startswith(text, "max"))
                                continue;
                        *strchrnul(text, '\n') = '\0';
                        return log_refuse(-EAGAIN, "cannot make %s: %s of %s is %s", title, files[i], path, text);
                }
        }

        return log_refuse(-EAGAIN,
                          "cannot make %s: no more groups are allowed here (cgroup.max.descendants, "
                          "cgroup.max.depth)",
                          title);
}

static int report_make(const Aim *aim, int error, const char *below, bool parents) {
        _cleanup_free_ char *title = group_title(aim, below);

        if (!title)
                return log_oom();

        switch (error) {
        case -ENOENT:
                return log_refuse(error, "there is no group %s%s", title,
                                  parents ? "" : "; --parents makes those above it, too");
        case -EEXIST:
                return log_refuse(error, "the group %s is there already", title);
        case -EINVAL:
                return log_refuse(error,
                                  "'%s' is no name for a group: it is one that the kernel or a unit could "
                                  "claim, begins with '.', or is no UTF-8 without control characters",
                                  title);
        case -EAGAIN:
                return report_full(aim, title);
        case -EINPROGRESS:
                return log_refuse(error,
                                  "cannot make %s: another cgscope exec --remove is still removing the one of "
                                  "that name; try again, or end that one",
                                  aim->text);
        case -EACCES:
        case -EPERM:
                return aim_report(aim, error, "cannot make");
        default:
                return log_error_errno(error, "cannot make %s", title);
        }
}

/* Where the controller stops on the way to @path. */
static int report_stop(const Aim *aim, const char *path, Controller controller, const char *key) {
        _cleanup_(reach_done) Reach reach = { .manager = REACH_NOWHERE };
        _cleanup_free_ char *boundary = boundary_path(&aim->target);
        ReachKnown known = { .unit = boundary ? boundary_title(boundary) : NULL };
        const char *name = controller_to_string(controller), *colon = key ? ": " : "";
        Trouble trouble = {};
        size_t stop;
        int r;

        r = reach_read(aim->target.root, path, &reach);
        stop = reach_stop(&reach, controller);
        if (r < 0 || reach_arrives(&reach, controller))
                return log_refuse(-EOPNOTSUPP, "%s%scontroller %s is not enabled for %s", key ?: "", colon, name,
                                  aim->text);
        if (stop == REACH_NOWHERE && boundary_begins_at_root(&aim->target))
                return log_refuse(-EOPNOTSUPP,
                                  "%s%scontroller %s does not reach this cgroup namespace, and what stops "
                                  "it is outside; cgscope run --delegate=%s asks for it",
                                  key ?: "", colon, name, name);
        if (stop != REACH_NOWHERE && strlen(reach.levels[stop].path) >= aim->target.length && aim->target.length > 0)
                return log_refuse(-EOPNOTSUPP,
                                  "%s%scontroller %s stops at %s, which does not hand it on; cgscope "
                                  "create -p %s KEY=VALUE enables what it needs on the way",
                                  key ?: "", colon, name, reach.levels[stop].path, aim->text);

        r = trouble_wrap(&trouble, reach_tell(&reach, controller, &known, &trouble),
                         "%s%scontroller %s does not reach the delegated unit", key ?: "", colon, name);
        return log_trouble(r, &trouble);
}

static int report_enable(const Aim *aim, int error, const DivisionTrouble *trouble) {
        _cleanup_free_ char *title = group_title(aim, trouble->path ?: "");
        _cleanup_free_ char *path = NULL;

        if (trouble->controller == _CONTROLLER_INVALID)
                return log_error_errno(error, "cannot look at the controllers of %s", title ?: aim->text);
        if (error == -EBUSY)
                return report_busy(aim, trouble->path, trouble->controller);
        if (error == -EOPNOTSUPP || error == -ENOENT) {
                path = boundary_path(&aim->target);
                return path ? report_stop(aim, path, trouble->controller, NULL) : log_oom();
        }

        return log_error_errno(error, "%s cannot hand %s on", title ?: aim->text,
                               controller_to_string(trouble->controller));
}

int divide_apply(const Aim *aim, const AttributeList *attributes) {
        const Attribute *failed = NULL;
        _cleanup_trouble_ Trouble trouble = {};
        int r;

        undercut_warn_attributes(aim, attributes);
        r = aim->groups->set(&aim->target, attributes, &failed, &trouble);
        if (r >= 0)
                return 0;
        if (!failed)
                return aim_report(aim, r, "cannot set limits of");
        if (r == -ENOENT && failed->controller != _CONTROLLER_INVALID) {
                ControllerMask here;

                if (group_controllers(aim->target.fd, &here) >= 0 && !(here & controller_bit(failed->controller)))
                        return report_stop(aim, aim->target.path, failed->controller, failed->key);
        }
        if (trouble.cause)
                return log_trouble(trouble_wrap(&trouble, r, "%s", aim->text), &trouble);
        if (r == -ENOENT)
                return log_refuse(r, "%s: this kernel has no %s", failed->key, failed->file);

        return log_error_errno(r, "cannot set %s of %s", failed->key, aim->text);
}

int divide_check(const Division *division) {
        if (!division->evacuate || group_name_is_valid(division->evacuate))
                return 0;

        return log_refuse(-EINVAL, "--evacuate: '%s' is no valid name of a group", division->evacuate);
}

int divide_parse(char *const words[], AttributeList *ret) {
        for (size_t i = 0; words[i]; i++) {
                Trouble trouble = {};
                int r = attribute_list_add(ret, words[i], &trouble);

                if (r < 0)
                        return log_trouble(r, &trouble);
        }

        return 0;
}

static int report_evacuate(int error, const char *leaf) {
        const char *why = error == -EXDEV   ? ": some are outside of this PID namespace"
                          : error == -ELOOP ? ": they fork faster than they are moved"
                                            : NULL;

        if (!why)
                return log_error_errno(error, "--evacuate: cannot move the processes into %s", leaf);

        return log_refuse(error, "--evacuate: cannot move the processes into %s%s", leaf, why);
}

/* Where another one removes the group just now, it is made anew when he is done. */
static int create(Division *division, Aim *aim, ControllerMask controllers, bool parents, const sigset_t *before) {
        _cleanup_(division_trouble_done) DivisionTrouble trouble = DIVISION_TROUBLE_INIT;
        uint64_t deadline = deadline_after(REMOVED_USEC);
        int r;

        while ((r = aim->groups->create(division, &aim->target, controllers, parents, &trouble)) == -EINPROGRESS &&
               deadline_left(deadline) > 0) {
                if (interrupt_is_pending(before))
                        return -EINTR; /* the signal says it */
                (void) usleep(NAP_USEC);
        }

        if (r >= 0)
                return 0;

        switch (trouble.step) {
        case DIVISION_MAKE:
                return report_make(aim, r, trouble.path ?: "", parents);
        case DIVISION_EVACUATE:
                return report_evacuate(r, division->evacuate);
        case DIVISION_ENABLE:
        default:
                return report_enable(aim, r, &trouble);
        }
}

int divide_make(Division *division, Aim *aim, const AttributeList *attributes, bool parents, const sigset_t *before) {
        int r = fd_check_room(DESCRIPTORS_NEEDED);

        if (r < 0)
                return log_error_errno(r, "cannot make %s with so few descriptors (ulimit -n)", aim->text);

        r = create(division, aim, attribute_list_controllers(attributes), parents, before);
        if (r >= 0)
                r = divide_apply(aim, attributes);
        if (r < 0)
                aim->groups->undo(division);
        return r;
}
