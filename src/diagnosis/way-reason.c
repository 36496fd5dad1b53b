/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/way-reason.h"

#include "basic/fd.h"
#include "delegation/store.h"
#include "delegation/verdict.h"
#include "diagnosis/check-host.h"

typedef struct Reasoning {
        const Doctor *doctor;
        Way *way;

        /* Who is asked, each once, and only where something stops. NULL: cannot be asked, or is not ours to. */
        bool asked;
        Manager *system, *user;

        DelegationState state;     /* the drop-ins */
        DelegationManager manager; /* the user's, as PID 1 and the groups have it */
        bool loaded;               /* PID 1 has told what it has loaded */

        ControllerMask to_enable; /* those for which `cgscope enable` helps */
} Reasoning;

static void reasoning_done(Reasoning *reasoning) {
        check_asked(reasoning->doctor, reasoning->system);
        check_asked(reasoning->doctor, reasoning->user);
        delegation_state_done(&reasoning->state);
}

/* The first thing that could not be found out, with an @error, is what is told. */
static void set_unknown(Way *way, const char *tried, int error, Trouble *trouble) {
        if (error < 0 && !way->unknown.cause)
                (void) trouble_move(&way->unknown, trouble_wrap(trouble, error, "%s", tried), trouble);
        trouble_done(trouble);
}

static Manager *connect_to(const Reasoning *reasoning, ManagerKind kind) {
        Manager *manager = NULL;
        Trouble trouble = {};
        int r = check_ask(reasoning->doctor, kind, &manager, &trouble);

        set_unknown(reasoning->way, "cannot ask for more", r, &trouble);
        return manager;
}

static void look_at_files(Reasoning *reasoning) {
        _cleanup_close_ int root = store_open("/");
        Trouble trouble = {};
        int r = root < 0 ? 0 : store_list(root, reasoning->doctor->uid, &reasoning->state, &trouble);

        set_unknown(reasoning->way, "cannot read the drop-ins for the user manager", r, &trouble);
}

static void ask_managers(Reasoning *reasoning) {
        const Way *way = reasoning->way;
        uid_t uid = reasoning->doctor->uid;
        Trouble trouble = {};
        int r;

        reasoning->system = connect_to(reasoning, MANAGER_SYSTEM);
        if (reasoning->system && uid != 0) {
                r = reasoning->doctor->asking->user_manager_loaded(reasoning->system, uid, &reasoning->manager.loaded,
                                                                   &trouble);
                reasoning->loaded = r >= 0;
                set_unknown(reasoning->way, "cannot ask PID 1 about the user manager", r, &trouble);
        }

        if (way->end == WAY_PROBE && way->reach.manager != REACH_NOWHERE)
                reasoning->user = connect_to(reasoning, MANAGER_USER);
}

static void collect(Reasoning *reasoning) {
        const Way *way = reasoning->way;

        if (reasoning->asked)
                return;
        reasoning->asked = true;

        reasoning->manager.uid = reasoning->doctor->uid;
        if (way->reach.manager != REACH_NOWHERE && way->reach.manager > 0) {
                const ReachLevel *level = way->reach.levels + way->reach.manager;

                reasoning->manager.live = level->controllers;
                reasoning->manager.enabled = level->enabled;
                reasoning->manager.slice = level[-1].controllers;
        }

        look_at_files(reasoning);
        ask_managers(reasoning);
}

/* What the slice at @level keeps from all that is below it. */
static ControllerMask disabled_at(Reasoning *reasoning, size_t level) {
        const Reach *reach = &reasoning->way->reach;
        Manager *manager = reach_is_users(reach, level) ? reasoning->user : reasoning->system;
        const char *slice = reach_slice(reach, level);
        ControllerMask disabled = CONTROLLER_MASK_NONE;
        Trouble trouble = {};
        int r = 0;

        if (manager && slice)
                r = reasoning->doctor->asking->slice_disabled_controllers(manager, slice, &disabled, &trouble);
        set_unknown(reasoning->way, "cannot ask about DisableControllers=", r, &trouble);
        return disabled;
}

static int explain_stop(Reasoning *reasoning, size_t stop, WayController *ret) {
        const Reach *reach = &reasoning->way->reach;
        ControllerMask bit = controller_bit(ret->controller);
        _cleanup_free_ char *reset = NULL;
        ReachKnown known = {
                .asked = true,
                .others = !reasoning->doctor->own,
                .unmade = reasoning->way->end == WAY_LOGIN,
        };

        ret->arrival = ARRIVAL_NO;
        ret->stop = reach->levels[stop].path;
        collect(reasoning);

        known.disabled = disabled_at(reasoning, stop);
        if (reasoning->loaded)
                known.verdict = verdict_of(&reasoning->state, &reasoning->manager, ret->controller);
        known.file = verdict_drop_in(&reasoning->state, reasoning->doctor->uid, bit);
        known.blocked = verdict_blocking(&reasoning->state, reasoning->doctor->uid);
        if (known.verdict == VERDICT_NOT_LOADED && reasoning->system &&
            reasoning->doctor->asking->user_manager_find_reset(reasoning->system, reasoning->doctor->uid,
                                                               ret->controller, &reset, NULL) > 0)
                known.reset = reset;
        if (reasoning->way->end == WAY_UNIT)
                known.unit = strrchr(reach->levels[reach->n_levels - 1].path, '/') + 1;
        if (!known.blocked && reach_needs_enable(reach, stop, ret->controller, &known))
                reasoning->to_enable |= bit;

        return reach_explain(reach, stop, ret->controller, &known, &ret->trouble);
}

/* Where no scope was made to look at, as far as the manager's own group. */
static int judge_manager(const Reasoning *reasoning, WayController *ret) {
        const ReachLevel *manager = reasoning->way->reach.levels + reasoning->way->reach.manager;

        if (reasoning->doctor->own) {
                ret->arrival = ARRIVAL_UNKNOWN;
                return trouble_set(&ret->trouble, 0, "it reaches the user manager; no scope could be made to see more");
        }

        if (manager->enabled & controller_bit(ret->controller))
                return 0;

        return trouble_set(&ret->trouble, 0, "whether the user manager has looked since, only a new scope would show");
}

/* Without a manager, or for root's scopes, there is no group yet to look at: they are PID 1's to make, and get what it
 * has but for what a slice keeps back. */
static int judge_unmade(Reasoning *reasoning, WayController *ret) {
        const Way *way = reasoning->way;

        collect(reasoning);

        for (size_t i = 0; i < way->reach.n_levels; i++)
                if (disabled_at(reasoning, i) & controller_bit(ret->controller))
                        return explain_stop(reasoning, i, ret);

        /* For oneself a scope would have been made, were there a manager. */
        if (way->end == WAY_SYSTEM && (reasoning->doctor->own || way->reach.n_levels == 1)) {
                ret->arrival = ARRIVAL_UNKNOWN;
                return trouble_set(&ret->trouble, 0, "no scope could be made to see whether it arrives");
        }
        if (way->end == WAY_SYSTEM)
                return 0;

        if (!reasoning->loaded) {
                ret->arrival = ARRIVAL_UNKNOWN;
                return trouble_set(&ret->trouble, 0, "PID 1 could not be asked what it would hand to a user manager");
        }
        if (reasoning->manager.loaded & controller_bit(ret->controller))
                return trouble_set(&ret->trouble, 0, "a user manager would be handed it");

        return explain_stop(reasoning, 0, ret);
}

/* Not even the root has it: as the checks have it of all controllers. What v1 holds is a matter of the hierarchies. */
static int explain_root(const Doctor *doctor, WayController *ret) {
        char names[CGROUP_LEGACY_TEXT_MAX];
        ControllerMask bit = controller_bit(ret->controller),
                       legacy = legacy_parse(cgroup_legacy_controllers(names)) & bit;
        MissingReason reason = controllers_reason(bit, legacy, root_is_inner(doctor->root), &doctor->surroundings);
        const char *remedy = legacy ? legacy_remedy(doctor->mode, &doctor->surroundings) : reason.remedy;
        int r = trouble_set(&ret->trouble, 0, "%s", reason.why);

        return r < 0 || !remedy ? r : trouble_help(&ret->trouble, 0, "%s", remedy);
}

static int judge(Reasoning *reasoning, WayController *ret) {
        const Way *way = reasoning->way;
        size_t stop = reach_stop(&way->reach, ret->controller);

        if (stop == REACH_NOWHERE) {
                ret->arrival = ARRIVAL_NO;
                return explain_root(reasoning->doctor, ret);
        }
        if (!way_controller_counts(ret)) {
                ret->arrival = ARRIVAL_NO;
                ret->stop = way->reach.levels[stop].path;
                return reach_explain(&way->reach, stop, ret->controller, &(ReachKnown) {}, &ret->trouble);
        }

        if (way->end == WAY_LOGIN || way->end == WAY_SYSTEM)
                return judge_unmade(reasoning, ret);
        if (way->end == WAY_MANAGER && stop >= way->reach.manager)
                return judge_manager(reasoning, ret);

        return stop + 1 == way->reach.n_levels ? 0 : explain_stop(reasoning, stop, ret);
}

int doctor_way_judge(const Doctor *doctor, Way *way) {
        _cleanup_(reasoning_done) Reasoning reasoning = { .doctor = doctor, .way = way };
        int r = 0;

        for (Controller c = 0; r >= 0 && c < _CONTROLLER_MAX; c++)
                if ((CONTROLLER_MASK_MANAGED | way->reach.levels[0].controllers) & controller_bit(c)) {
                        WayController *controller = way->controllers + way->n_controllers++;

                        controller->controller = c;
                        r = judge(&reasoning, controller);
                }

        /* One command for all that it helps. */
        for (size_t i = 0; r >= 0 && i < way->n_controllers; i++)
                if (reasoning.to_enable & controller_bit(way->controllers[i].controller))
                        r = reach_help_enable(&way->reach, reasoning.to_enable, !doctor->own,
                                              &way->controllers[i].trouble);

        return r;
}
