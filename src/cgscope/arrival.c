/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arrival.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/reach.h"

/* What the options need: the controllers asked for by name, and those that the limits live in. */
static ControllerMask controllers_needed(const ScopeOptions *options) {
        ControllerMask needed = options->controllers;

        for (size_t i = 0; i < options->properties.n_items; i++) {
                Controller c = property_info_controller(options->properties.items[i].info);

                if (c != _CONTROLLER_INVALID)
                        needed |= controller_bit(c);
        }

        return needed;
}

/* The unit of the user manager on the way to @path, in @buffer; NULL where there is none. */
static const char *user_manager_on(const char *path, char *buffer, size_t size) {
        const char *begin = strstr(path, "/user@"), *end;

        if (!begin)
                return NULL;

        begin++;
        end = strchrnul(begin, '/');
        (void) snprintf(buffer, size, "%.*s", (int) (end - begin), begin);
        return endswith(buffer, ".service") ? buffer : NULL;
}

/* One clause: where the controller stops, and what lets it through. */
static void explain_stop(int root, const char *path, Controller controller, char *text, size_t size) {
        _cleanup_free_ char *stop = NULL, *next = NULL;
        const char *name = controller_to_string(controller), *manager;
        char unit[256];
        int r;

        r = controller_find_stop(root, path, controller, &stop, &next);
        if (r < 0) {
                (void) snprintf(text, size, "where it stops cannot be found out: %s", strerror(-r));
                return;
        }
        if (!stop) {
                (void) snprintf(text, size, "the root of the hierarchy has no %s: a cgroup v1 hierarchy holds it, or "
                                "the kernel lacks it", name);
                return;
        }

        manager = user_manager_on(path, unit, sizeof(unit));
        if (manager && strlen(next) <= (size_t) (strstr(path, manager) - path) + strlen(manager))
                (void) snprintf(text, size, "it stops at %s, whose cgroup.subtree_control lacks it; an administrator "
                                "lets it through: Delegate=%s in a drop-in for %s, see DELEGATION in cgscope(1)", stop,
                                name, manager);
        else
                (void) snprintf(text, size, "it stops at %s, whose cgroup.subtree_control lacks it; see "
                                "DisableControllers= there", stop);
}

/* The name of the limit that lives in @controller, where it was not asked for by name. */
static const char *needed_by(const ScopeOptions *options, Controller controller) {
        if (options->controllers & controller_bit(controller))
                return NULL;

        for (size_t i = 0; i < options->properties.n_items; i++)
                if (property_info_controller(options->properties.items[i].info) == controller)
                        return property_info_name(options->properties.items[i].info);

        return NULL;
}

/* Errors end at the first: one message. Warnings are given for each. */
static int check_controllers(int root, const char *path, ControllerMask present, const ScopeOptions *options) {
        ControllerMask missing = controllers_needed(options) & ~present;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++) {
                char explanation[1024];
                const char *limit;

                if (!(missing & controller_bit(c)))
                        continue;

                explain_stop(root, path, c, explanation, sizeof(explanation));
                limit = needed_by(options, c);
                log_full(options->best_effort ? LOG_WARNING : LOG_ERR, 0, "controller %s does not reach the scope%s%s: %s",
                         controller_to_string(c), limit ? ", so nothing would enforce " : "", limit ?: "", explanation);
                if (!options->best_effort)
                        return -EOPNOTSUPP;
        }

        return 0;
}

/* A controller can be there without the file: swap accounting switched off, no I/O scheduler that weighs. */
static int check_files(const Scope *scope, const ScopeOptions *options) {
        for (size_t i = 0; i < options->properties.n_items; i++) {
                const PropertyInfo *info = options->properties.items[i].info;
                const char *file = property_info_file(info);
                Controller c = property_info_controller(info);

                if (!file || c == _CONTROLLER_INVALID || !(scope->controllers & controller_bit(c)) ||
                    faccessat(scope->fd, file, F_OK, 0) == 0)
                        continue;

                log_full(options->best_effort ? LOG_WARNING : LOG_ERR, 0,
                         "%s: %s did not arrive: this kernel has no %s for the scope", scope->unit,
                         property_info_name(info), file);
                if (!options->best_effort)
                        return -EOPNOTSUPP;
        }

        return 0;
}

int arrival_check(const Scope *scope, const ScopeOptions *options) {
        int r = check_controllers(scope->root, scope->path, scope->controllers, options);

        return r < 0 ? r : check_files(scope, options);
}

int arrival_check_ahead(int root, const char *path, const ScopeOptions *options) {
        _cleanup_close_ int fd = group_open(root, path);
        ControllerMask present;
        int r;

        if (fd < 0)
                return log_error_errno(fd, "cannot open the manager's control group %s", path);

        r = group_controllers(fd, &present);
        if (r < 0)
                return log_error_errno(r, "cannot read cgroup.controllers of %s", path);

        return check_controllers(root, path, present, options);
}
