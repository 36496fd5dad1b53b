/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/arrival.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/unit-path.h"
#include "cgscope/command/in-force.h"
#include "delegation/reach.h"
#include "delegation/store.h"

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

static bool is_managed(Controller controller) {
        return CONTROLLER_MASK_MANAGED & controller_bit(controller);
}

/* Says where the controllers @missing stop that stop with @first, as one line, and takes them out of @missing. */
static int report_stop(const Reach *reach, Controller first, ControllerMask *missing, const ScopeOptions *options) {
        size_t stop = reach_stop(reach, first);
        _cleanup_(delegation_state_done) DelegationState state = {};
        _cleanup_close_ int files = store_open("/");
        ReachKnown known = {};
        _cleanup_free_ char *settings = NULL;
        char names[CONTROLLER_MASK_TEXT_MAX];
        Trouble trouble = {};
        int r;

        for (Controller c = first; c < _CONTROLLER_MAX; c++)
                if ((*missing & controller_bit(c)) && is_managed(c) == is_managed(first) &&
                    reach_stop(reach, c) == stop)
                        known.together |= controller_bit(c);
        *missing &= ~known.together;
        (void) controller_mask_format(known.together, ' ', names);
        settings = settings_in(options, known.together);
        if (files >= 0 && reach->uid != UID_INVALID && store_list(files, reach->uid, &state, NULL) >= 0)
                known.blocked = verdict_blocking(&state, reach->uid);

        r = trouble_wrap(&trouble, reach_tell(reach, first, &known, &trouble), "%s not available%s%s", names,
                         settings ? ", nothing would enforce " : "", settings ?: "");
        return log_trouble_full(options->best_effort ? LOG_WARNING : LOG_ERR, r, &trouble);
}

/* Errors end at the first: one message. Warnings are given for each place. What has come meanwhile is passed over. */
static int check_controllers(int root, const char *path, ControllerMask present, const ScopeOptions *options) {
        _cleanup_(reach_done) Reach reach = { .manager = REACH_NOWHERE };
        ControllerMask missing = controllers_needed(options) & ~present;
        int r;

        if (missing == CONTROLLER_MASK_NONE)
                return 0;

        r = reach_read(root, path, &reach);
        if (r < 0)
                return log_error_errno(r, "not all controllers reach the scope, and where they stop cannot be found "
                                          "out");

        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                if ((missing & controller_bit(c)) && !reach_arrives(&reach, c)) {
                        r = report_stop(&reach, c, &missing, options);
                        if (!options->best_effort)
                                return r;
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

/* The path of the user manager's own group on the way to @path, as a copy; NULL where there is none. */
static char *user_manager_on(const char *path) {
        size_t length;

        return manager_find(path, &length) == UID_INVALID ? NULL : strndup(path, length);
}

int arrival_check_ahead_of_unit(int root, const char *path, const ScopeOptions *options) {
        _cleanup_free_ char *manager = user_manager_on(path);

        return arrival_check_ahead(root, manager ?: "/", options);
}
