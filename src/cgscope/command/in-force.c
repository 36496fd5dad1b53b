/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/in-force.h"

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-namespace.h"
#include "cgroup/attribute-check.h"
#include "cgroup/program.h"
#include "cgscope/cli/client.h"

#define OOMD "systemd-oomd.service"

int in_force_check_privileges(ManagerKind manager, const PropertyList *properties, bool best_effort) {
        if (manager != MANAGER_USER || user_is_administrator())
                return 0;

        for (size_t i = 0; i < properties->n_items; i++) {
                const PropertyValue *value = properties->items + i;

                if (!property_value_needs_privileges(value))
                        continue;

                log_full(best_effort ? LOG_WARNING : LOG_ERR, 0,
                         "%s needs a privileged manager, your user manager would not enforce it; only a unit of the "
                         "system manager's has it (cgscope run --system)",
                         property_info_name(value->info));
                if (!best_effort)
                        return -EPERM;
        }

        return 0;
}

static int refuse(const Scope *scope, const PropertyValue *value, const ScopeOptions *options, const char *why) {
        const char *name = property_info_name(value->info);
        int level = options->best_effort ? LOG_WARNING : LOG_ERR;

        if (scope->group.fd < 0)
                log_full(level, 0, "%s would not be in force: %s", name, why);
        else
                log_full(level, 0, "%s: %s was taken by the manager and is not in force: %s", scope->unit, name, why);
        return options->best_effort ? 0 : -EOPNOTSUPP;
}

/* Once: when the scope is there. */
static void say_unseen(const Scope *scope, const PropertyValue *value, const char *why) {
        if (scope->group.fd < 0)
                return;

        log_warning("%s: whether %s is in force cannot be seen: %s", scope->unit, property_info_name(value->info), why);
}

static int check_file(const Scope *scope, size_t index, const ScopeOptions *options) {
        const PropertyValue *value = &options->properties.items[index];
        Controller controller = property_info_controller(value->info);
        _cleanup_trouble_ Trouble trouble = {};
        int r;

        /* That it is missing was said already. */
        if (property_value_needs_controller(value) && !(scope->controllers & controller_bit(controller)))
                return 0;

        r = attribute_check(scope->group.fd, &options->properties, index, &trouble);
        if (r == -EOPNOTSUPP)
                return refuse(scope, value, options, trouble.cause);

        return r < 0 ? log_error_errno(r, "%s: cannot look at %s", scope->unit, property_info_file(value->info)) : 0;
}

/* Root has to know; who asked the system manager as somebody else may never look. */
static int check_program(const Scope *scope, const PropertyValue *value, const ScopeOptions *options) {
        _cleanup_trouble_ Trouble trouble = {};
        int r;

        if (options->common.manager == MANAGER_USER && !user_is_administrator()) /* said already */
                return 0;

        /* Of addresses the units in a slice get the programs, each with the lists of all slices above it. */
        if (endswith(scope->unit, ".slice") && startswith(property_info_name(value->info), "IPAddress"))
                return say_unseen(scope, value, "the units in a slice enforce it, each for itself"), 0;

        r = scope->group.fd < 0 ? program_check_ahead(scope->group.root, value, &trouble)
                                : program_check(scope->group.fd, value, &trouble);
        if (r == -EOPNOTSUPP)
                return refuse(scope, value, options, trouble.cause);
        if ((r == -EPERM || r == -EACCES) && user_is_administrator())
                return refuse(scope, value, options,
                              "nobody can tell, as bpf(2) is refused here by capabilities or a "
                              "system call filter");
        if (r == -EPERM || r == -EACCES)
                return say_unseen(scope, value, "only root may look at BPF programs"), 0;

        return r < 0 ? log_error_errno(r, "%s: cannot look at its BPF programs", scope->unit) : 0;
}

/* It can be done without the answer, so there is to be time left for the rest. */
static uint64_t half_way_to(uint64_t deadline) {
        return deadline == USEC_INFINITY ? USEC_INFINITY : deadline_after(deadline_left(deadline) / 2);
}

static int ask_for_oomd(uint64_t deadline) {
        const ManagerOptions system = { .kind = MANAGER_SYSTEM, .deadline = half_way_to(deadline) };
        _cleanup_free_ char *state = NULL;
        Client client = {};
        int r;

        if (client_try(&client, &system, NULL) < 0)
                return -ENODATA;

        r = client.asking->unit_state(client.manager, OOMD, &state, NULL);
        client_close(&client);
        return r < 0 ? -ENODATA : r > 0 && streq(state, "active");
}

/* Where it always is, or as PID 1 says, who is asked once. -ENODATA: nobody tells. */
static int oomd_runs(const Scope *scope, const ScopeOptions *options) {
        static int answer = -EAGAIN;
        char text[256];

        if (fd_read_file(scope->group.root, "system.slice/" OOMD "/cgroup.events", text, sizeof(text)) > 0 &&
            strstr(text, "populated 1"))
                return 1;

        if (answer == -EAGAIN)
                answer = ask_for_oomd(options->deadline);
        return answer;
}

/* Who asks for its protection alone is spared by an oomd that is not there, too. */
static int check_oomd(const Scope *scope, const PropertyValue *value, const ScopeOptions *options) {
        bool kills = value->kind == PROPERTY_STRING && streq(value->string, "kill");
        int r = oomd_runs(scope, options);

        if (r == -ENODATA)
                return say_unseen(scope, value, "nobody tells whether " OOMD " runs"), 0;
        if (r == 0 && kills)
                return refuse(scope, value, options, OOMD " does not run; systemctl enable --now " OOMD);
        if (r == 0)
                return say_unseen(scope, value, OOMD " does not run"), 0;
        if (kills && scope->group.fd >= 0 && !(scope->controllers & controller_bit(CONTROLLER_MEMORY)))
                return refuse(scope, value, options, "systemd-oomd passes over groups without the controller memory");

        return 0;
}

static int check(const Scope *scope, size_t index, const ScopeOptions *options) {
        const PropertyValue *value = &options->properties.items[index];
        PropertySight sight = property_info_sight(value->info);

        if (sight == PROPERTY_SEEN_FILE || sight == PROPERTY_SEEN_EFFECTIVE)
                return check_file(scope, index, options);
        if (!property_value_asks(value) || property_list_resets(&options->properties, index))
                return 0;

        switch (sight) {
        case PROPERTY_SEEN_PROGRAM:
                return check_program(scope, value, options);
        case PROPERTY_SEEN_OOMD:
                return check_oomd(scope, value, options);
        case PROPERTY_SEEN_BELOW:
                if (!endswith(scope->unit, ".slice"))
                        say_unseen(scope, value, property_info_unseen(value->info));
                return 0;
        case PROPERTY_SEEN_NOWHERE:
                say_unseen(scope, value, property_info_unseen(value->info));
                return 0;
        default: /* the manager's own, or a controller, of which more was said than here */
                return 0;
        }
}

int in_force_check(const Scope *scope, const ScopeOptions *options) {
        for (size_t i = 0; i < options->properties.n_items; i++) {
                int r = check(scope, i, options);

                if (r < 0)
                        return r;
        }

        return 0;
}

int in_force_check_ahead(const Scope *scope, const ScopeOptions *options) {
        for (size_t i = 0; !options->best_effort && i < options->properties.n_items; i++) {
                PropertySight sight = property_info_sight(options->properties.items[i].info);
                int r = 0;

                if (sight == PROPERTY_SEEN_PROGRAM || sight == PROPERTY_SEEN_OOMD)
                        r = check(scope, i, options);
                if (r < 0)
                        return r;
        }

        return 0;
}
