/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/trouble.h"
#include "diagnosis/way.h"
#include "delegation/drop-in.h"
#include "delegation/store.h"
#include "delegation/verdict.h"

/* Why a controller comes no further, and what helps. */

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
        const Asking *asking = reasoning->doctor->asking;

        if (asking) {
                asking->manager_free(reasoning->system);
                asking->manager_free(reasoning->user);
        }
        delegation_state_done(&reasoning->state);
}

/* The first thing that could not be found out is what is told. */
static void set_unknown(Way *way, const char *tried, int error, Trouble *trouble) {
        if (!way->unknown.cause)
                (void) trouble_move(&way->unknown, trouble_wrap(trouble, error, "%s", tried), trouble);
        trouble_done(trouble);
}

static Manager *connect_to(const Reasoning *reasoning, ManagerKind kind) {
        const ManagerOptions options = {
                .kind = kind,
                .deadline = deadline_after(reasoning->doctor->timeout),
        };
        Manager *manager = NULL;
        Trouble trouble = {};
        int r;

        r = reasoning->doctor->asking->manager_open(&options, &manager, &trouble);
        if (r < 0)
                set_unknown(reasoning->way, "cannot ask for more", r, &trouble);
        return manager;
}

static void look_at_files(Reasoning *reasoning) {
        _cleanup_close_ int root = store_open("/");
        Trouble trouble = {};
        int r;

        r = root < 0 ? 0 : store_list(root, reasoning->doctor->uid, &reasoning->state, &trouble);
        if (r < 0)
                set_unknown(reasoning->way, "cannot read the drop-ins for the user manager", r, &trouble);
}

static void ask_managers(Reasoning *reasoning) {
        const Asking *asking = reasoning->doctor->asking;
        const Way *way = reasoning->way;
        uid_t uid = reasoning->doctor->uid;
        Trouble trouble = {};
        int r;

        reasoning->system = connect_to(reasoning, MANAGER_SYSTEM);
        if (reasoning->system && uid != 0) {
                r = asking->user_manager_loaded(reasoning->system, uid, &reasoning->manager.loaded, &trouble);
                reasoning->loaded = r >= 0;
                if (r < 0)
                        set_unknown(reasoning->way, "cannot ask PID 1 about the user manager", r, &trouble);
        }

        if (way->end == WAY_PROBE && way->manager != WAY_NOWHERE)
                reasoning->user = connect_to(reasoning, MANAGER_USER);
}

static void collect(Reasoning *reasoning) {
        const Way *way = reasoning->way;
        Trouble trouble = {};

        if (reasoning->asked)
                return;
        reasoning->asked = true;

        reasoning->manager.uid = reasoning->doctor->uid;
        if (way->manager != WAY_NOWHERE && way->manager > 0) {
                const WayLevel *level = way->levels + way->manager;

                reasoning->manager.live = level->controllers;
                reasoning->manager.enabled = level->enabled;
                reasoning->manager.slice = level[-1].controllers;
        }

        look_at_files(reasoning);
        if (reasoning->doctor->asking)
                ask_managers(reasoning);
        else if (check_ask(reasoning->doctor, MANAGER_SYSTEM, NULL, &trouble) < 0)
                set_unknown(reasoning->way, "cannot ask for more", -ELIBACC, &trouble);
}

/* The name of a slice by its group: the root's of the system manager, and of a user manager, is "-.slice". NULL: the
 * group is none. */
static const char *slice_name(const Way *way, size_t level) {
        const char *path = way->levels[level].path, *name = strrchr(path, '/') + 1;

        if (!*name || level == way->manager)
                return "-.slice";

        return endswith(name, ".slice") ? name : NULL;
}

/* Whether the slice at @level keeps @controller from all that is below it. */
static bool is_kept_back(Reasoning *reasoning, size_t level, Controller controller) {
        const Way *way = reasoning->way;
        bool users = way->manager != WAY_NOWHERE && level >= way->manager;
        Manager *manager = users ? reasoning->user : reasoning->system;
        const char *slice = slice_name(way, level);
        ControllerMask disabled = CONTROLLER_MASK_NONE;
        Trouble trouble = {};
        int r = 0;

        if (manager && slice)
                r = reasoning->doctor->asking->slice_disabled_controllers(manager, slice, &disabled, &trouble);
        if (r < 0)
                set_unknown(reasoning->way, "cannot ask about DisableControllers=", r, &trouble);

        return disabled & controller_bit(controller);
}

static int explain_kept_back(const Way *way, size_t level, WayController *ret) {
        bool users = way->manager != WAY_NOWHERE && level >= way->manager;
        const char *slice = slice_name(way, level);
        int r = trouble_set(&ret->trouble, 0, "%s%s keeps it from all that is below (DisableControllers=)",
                            users ? "the user manager's " : "", slice);

        return r < 0 ? r : trouble_help(&ret->trouble, 0, "systemctl %sedit %s", users ? "--user " : "", slice);
}

/* One command for all that it helps. */
static int advise_enable(Reasoning *reasoning) {
        const Doctor *doctor = reasoning->doctor;
        Way *way = reasoning->way;
        char names[CONTROLLER_MASK_TEXT_MAX], uid[sizeof(" --user-id=4294967295")] = "";
        int r = 0;

        (void) controller_mask_format(reasoning->to_enable, ' ', names);
        if (!doctor->own)
                (void) snprintf(uid, sizeof(uid), " --user-id=%u", (unsigned) doctor->uid);

        for (size_t i = 0; r >= 0 && i < way->n_controllers; i++)
                if (reasoning->to_enable & controller_bit(way->controllers[i].controller))
                        r = trouble_help(&way->controllers[i].trouble, 0, "cgscope enable %s%s", names, uid);

        return r;
}

/* It does not come as far as the user's manager: PID 1 decides that. */
static int explain_not_handed(Reasoning *reasoning, WayController *ret) {
        const DelegationDropIn *file = verdict_drop_in(&reasoning->state, reasoning->doctor->uid,
                                                       controller_bit(ret->controller));
        Verdict verdict = verdict_of(&reasoning->state, &reasoning->manager, ret->controller);
        char path[DROP_IN_PATH_MAX];

        reasoning->to_enable |= controller_bit(ret->controller);

        if (reasoning->loaded && verdict == VERDICT_NOT_LOADED)
                return trouble_set(&ret->trouble, 0, "%s asks for it, which PID 1 has not read yet",
                                   drop_in_path(file, path));
        if (reasoning->loaded && verdict == VERDICT_NOT_THERE)
                return trouble_set(&ret->trouble, 0,
                                   "PID 1 is to hand it to the user manager, and has not done so yet");

        return trouble_set(&ret->trouble, 0, "PID 1 does not hand it to the user manager unless told to");
}

/* It reached the user's manager, and not the new scope. */
static int explain_not_taken_up(WayController *ret) {
        int r = trouble_set(&ret->trouble, 0, "the user manager was handed it and has not looked since");

        return r < 0 ? r : trouble_help(&ret->trouble, 0, "systemctl --user daemon-reexec");
}

/* A unit gets what it is made with. */
static int explain_unit(const Way *way, Controller controller, WayController *ret) {
        const char *unit = strrchr(way->levels[way->n_levels - 1].path, '/') + 1;
        int r;

        r = trouble_set(&ret->trouble, 0, "%s was made without it", unit);
        if (r < 0 || !endswith(unit, ".scope"))
                return r < 0 ? r : trouble_help(&ret->trouble, 0, "systemctl %sedit %s",
                                               way->manager == WAY_NOWHERE ? "" : "--user ", unit);

        return trouble_help(&ret->trouble, 0, "cgscope run --delegate=%s -- COMMAND", controller_to_string(controller));
}

static int explain_stop(Reasoning *reasoning, size_t stop, WayController *ret) {
        const Way *way = reasoning->way;

        ret->arrival = ARRIVAL_NO;
        ret->stop = way->levels[stop].path;
        collect(reasoning);

        if (is_kept_back(reasoning, stop, ret->controller))
                return explain_kept_back(way, stop, ret);
        if (way->manager != WAY_NOWHERE && stop < way->manager)
                return explain_not_handed(reasoning, ret);
        if (way->end == WAY_UNIT)
                return explain_unit(way, ret->controller, ret);
        if (way->end == WAY_PROBE && stop == way->manager)
                return explain_not_taken_up(ret);

        return trouble_set(&ret->trouble, 0, "its cgroup.subtree_control lacks it");
}

/* Where no scope was made to look at, as far as the manager's own group. */
static int judge_manager(const Reasoning *reasoning, WayController *ret) {
        const WayLevel *manager = reasoning->way->levels + reasoning->way->manager;

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

        for (size_t i = 0; i < way->n_levels; i++)
                if (is_kept_back(reasoning, i, ret->controller))
                        return explain_stop(reasoning, i, ret);

        /* For oneself a scope would have been made, were there a manager. */
        if (way->end == WAY_SYSTEM && (reasoning->doctor->own || way->n_levels == 1)) {
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

        ret->arrival = ARRIVAL_NO;
        ret->stop = way->levels[0].path;
        return explain_not_handed(reasoning, ret);
}

/* How far down it comes: the kernel lets no group have what the one above lacks. */
static size_t find_stop(const Way *way, Controller controller) {
        size_t stop = 0;

        while (stop + 1 < way->n_levels && (way->levels[stop + 1].controllers & controller_bit(controller)))
                stop++;

        return stop;
}

static int judge(Reasoning *reasoning, WayController *ret) {
        const Way *way = reasoning->way;
        size_t stop = find_stop(way, ret->controller);

        if (!(way->levels[0].controllers & controller_bit(ret->controller))) {
                ret->arrival = ARRIVAL_NO;
                return doctor_way_explain_root(reasoning->doctor, ret);
        }
        if (!way_controller_counts(ret)) {
                ret->arrival = ARRIVAL_NO;
                ret->stop = way->levels[stop].path;
                return trouble_set(&ret->trouble, 0, "systemd does not pass it on");
        }

        if (way->end == WAY_LOGIN || way->end == WAY_SYSTEM)
                return judge_unmade(reasoning, ret);
        if (way->end == WAY_MANAGER && stop >= way->manager)
                return judge_manager(reasoning, ret);

        return stop + 1 == way->n_levels ? 0 : explain_stop(reasoning, stop, ret);
}

int doctor_way_judge(const Doctor *doctor, Way *way) {
        _cleanup_(reasoning_done) Reasoning reasoning = { .doctor = doctor, .way = way };
        int r = 0;

        for (Controller c = 0; r >= 0 && c < _CONTROLLER_MAX; c++)
                if ((CONTROLLER_MASK_MANAGED | way->levels[0].controllers) & controller_bit(c)) {
                        WayController *controller = way->controllers + way->n_controllers++;

                        controller->controller = c;
                        r = judge(&reasoning, controller);
                }

        return r < 0 ? r : advise_enable(&reasoning);
}
