/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/arrival.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "delegation/reach.h"
#include "cgroup/unit-path.h"
#include "cgscope/command/in-force.h"

/* What the options need: the controllers asked for by name, and those that the limits live in. */
static ControllerMask controllers_needed(const ScopeOptions *options) {
        ControllerMask needed = options->controllers;

        for (size_t i = 0; i < options->properties.n_items; i++) {
                const PropertyValue *value = options->properties.items + i;

                if (property_value_needs_controller(value) && !property_list_resets(&options->properties, i))
                        needed |= controller_bit(property_info_controller(value->info));
        }

        return needed;
}

/* The names of the settings that live in @controllers, but for controllers that were asked for by name: "MemoryMax,
 * IOAccounting", NULL where there are none. */
static char *settings_in(const ScopeOptions *options, ControllerMask controllers) {
        char *names = NULL;

        for (size_t i = 0; i < options->properties.n_items; i++) {
                const PropertyValue *value = options->properties.items + i;
                _cleanup_free_ char *before = NULL;

                if (!property_value_needs_controller(value) || property_list_resets(&options->properties, i) ||
                    !(controllers & ~options->controllers & controller_bit(property_info_controller(value->info))))
                        continue;

                before = TAKE_PTR(names);
                if (asprintf(&names, "%s%s%s", before ?: "", before ? ", " : "", property_info_name(value->info)) < 0)
                        return NULL;
        }

        return names;
}

/* The path of the user manager's own group on the way to @path, as a copy; NULL where there is none. */
static char *user_manager_on(const char *path) {
        const char *begin = strstr(path, "/user@"), *end = begin ? strchrnul(begin + 1, '/') : NULL;
        _cleanup_free_ char *manager = begin ? strndup(path, (size_t) (end - path)) : NULL;

        return manager && endswith(manager, ".service") ? TAKE_PTR(manager) : NULL;
}

/* Whose manager it is need be said only where it is not ours. */
static int advise_enable(const char *path, const char *manager, const char *names, char **ret) {
        const char *unit = strrchr(manager, '/') + 1;
        uid_t uid = manager_of_path(path);

        if (uid == UID_INVALID || uid == user_uid_outside())
                return asprintf(ret, "cgscope enable %s hands it on to %s", names, unit);

        return asprintf(ret, "cgscope enable --user-id %u %s hands it on to %s", (unsigned) uid, names, unit);
}

/* What lets a controller through that @next goes without, its parent @stop having it. */
static int advise(const char *path, const char *stop, const char *next, ControllerMask controllers, const char *names,
                  char **ret) {
        bool unmanaged = (controllers & ~CONTROLLER_MASK_MANAGED) != CONTROLLER_MASK_NONE;
        _cleanup_free_ char *manager = user_manager_on(path);
        int r;

        if (unmanaged)
                r = asprintf(ret, "systemd does not pass it on");
        else if (manager && startswith(manager, next))
                r = advise_enable(path, manager, names, ret);
        else if (manager && streq(manager, stop))
                r = asprintf(ret, "your user manager was handed it and does not know yet: systemctl --user "
                             "daemon-reexec");
        else
                r = asprintf(ret, "see DisableControllers= of %s", streq(stop, "/") ? "-.slice" : strrchr(stop, '/') + 1);

        return r < 0 ? -ENOMEM : 0;
}

static bool is_managed(Controller controller) {
        return CONTROLLER_MASK_MANAGED & controller_bit(controller);
}

/* Says where the controllers @missing stop that stop with @first, as one line, and takes them out of @missing. */
static int report_stop(int root, const char *path, Controller first, ControllerMask *missing,
                       const ScopeOptions *options) {
        _cleanup_free_ char *stop = NULL, *next = NULL, *advice = NULL, *settings = NULL;
        char names[CONTROLLER_MASK_TEXT_MAX];
        ControllerMask together = CONTROLLER_MASK_NONE;
        int level = options->best_effort ? LOG_WARNING : LOG_ERR, r;

        r = controller_find_stop(root, path, first, &stop, &next);
        if (r == -ENODATA) { /* it has come meanwhile */
                *missing &= ~controller_bit(first);
                return 0;
        }
        if (r < 0)
                return log_error_errno(r, "controller %s does not reach the scope, and where it stops cannot be found "
                                       "out", controller_to_string(first));

        for (Controller c = first; c < _CONTROLLER_MAX; c++) {
                _cleanup_free_ char *other = NULL, *below = NULL;

                if ((*missing & controller_bit(c)) && is_managed(c) == is_managed(first) &&
                    controller_find_stop(root, path, c, &other, &below) >= 0 &&
                    streq(other ?: "", stop ?: ""))
                        together |= controller_bit(c);
        }
        *missing &= ~together;
        (void) controller_mask_format(together, ' ', names);
        settings = settings_in(options, together);

        if (!stop)
                return log_full(level, 0, "%s not available%s%s: the root of the hierarchy has no such controller, a "
                                "cgroup v1 hierarchy holds it or the kernel lacks it",
                                names, settings ? ", nothing would enforce " : "", settings ?: "");

        r = advise(path, stop, next, together, names, &advice);
        return log_full(level, 0, "%s not available%s%s: stops at %s, whose cgroup.subtree_control lacks it; %s", names,
                        settings ? ", nothing would enforce " : "", settings ?: "", stop, r < 0 ? "" : advice);
}

/* Errors end at the first: one message. Warnings are given for each place. */
static int check_controllers(int root, const char *path, ControllerMask present, const ScopeOptions *options) {
        ControllerMask missing = controllers_needed(options) & ~present;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++) {
                int r;

                if (!(missing & controller_bit(c)))
                        continue;

                r = report_stop(root, path, c, &missing, options);
                if (r < 0 || !options->best_effort)
                        return r < 0 ? r : -EOPNOTSUPP;
        }

        return 0;
}

int arrival_check(const Scope *scope, const ScopeOptions *options) {
        int r = check_controllers(scope->group.root, scope->group.path, scope->controllers, options);

        return r < 0 ? r : in_force_check(scope, options);
}

int arrival_check_ahead(int root, const char *path, const ScopeOptions *options) {
        _cleanup_close_ int fd = -EBADF;
        ControllerMask present, unmanaged = controllers_needed(options) & ~CONTROLLER_MASK_MANAGED;
        char names[CONTROLLER_MASK_TEXT_MAX];
        int r;

        if (options->best_effort) /* afterwards is soon enough for a warning */
                return 0;

        /* The root has them, and nothing below it. */
        if (unmanaged != CONTROLLER_MASK_NONE)
                return log_refuse(-EOPNOTSUPP, "%s not available: systemd does not pass it on",
                                  controller_mask_format(unmanaged, ' ', names));

        fd = group_open(root, path);
        if (fd < 0)
                return log_error_errno(fd, "cannot open the manager's control group %s", path);

        r = group_controllers(fd, &present);
        if (r < 0)
                return log_error_errno(r, "cannot read cgroup.controllers of %s", path);

        return check_controllers(root, path, present, options);
}

int arrival_check_ahead_of_unit(int root, const char *path, const ScopeOptions *options) {
        _cleanup_free_ char *manager = user_manager_on(path);

        return arrival_check_ahead(root, manager ?: "/", options);
}
