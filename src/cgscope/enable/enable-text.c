/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable-text.h"

#include "basic/escape.h"
#include "basic/log.h"
#include "basic/user-name.h"
#include "cgscope/enable/enable-units.h"
#include "cgscope/enable/enable-verdict.h"
#include "delegation/drop-in.h"

char *enable_user(const Enable *enable, uint64_t uid, char buffer[static ENABLE_USER_MAX]) {
        /* The names in an image are the image's own. */
        const char *name = uid == DELEGATION_EVERYBODY || enable->root ? NULL : user_name((uid_t) uid);

        if (uid == DELEGATION_EVERYBODY)
                (void) snprintf(buffer, ENABLE_USER_MAX, "all users");
        else if (name)
                (void) snprintf(buffer, ENABLE_USER_MAX, "%.256s (%u)", name, (unsigned) uid);
        else
                (void) snprintf(buffer, ENABLE_USER_MAX, "%u", (unsigned) uid);

        return buffer;
}

char *enable_path(const Enable *enable, const DelegationDropIn *drop_in, char buffer[static ENABLE_PATH_MAX]) {
        char path[DROP_IN_PATH_MAX];

        (void) snprintf(buffer, ENABLE_PATH_MAX, "%.4095s%s", enable->prefix ?: "", drop_in_path(drop_in, path));
        return buffer;
}

static const DelegationDropIn *find(const DelegationState *state, uint64_t uid, bool runtime) {
        for (size_t i = 0; i < state->n_drop_ins; i++)
                if (state->drop_ins[i].uid == uid && state->drop_ins[i].runtime == runtime)
                        return state->drop_ins + i;

        return NULL;
}

/* Returns whether there was any change. */
static bool say_files(const Enable *enable) {
        char path[ENABLE_PATH_MAX], names[CONTROLLER_MASK_TEXT_MAX];
        const DelegationState *before = &enable->before, *now = &enable->state;
        bool changed = false;

        for (size_t i = 0; i < now->n_drop_ins; i++) {
                const DelegationDropIn *d = now->drop_ins + i, *old = find(before, d->uid, d->runtime);

                if (old && old->controllers == d->controllers && old->kind == d->kind)
                        continue;
                log_info("Wrote %s: %s.", enable_path(enable, d, path),
                         controller_mask_format(d->controllers, ' ', names));
                changed = true;
        }

        for (size_t i = 0; i < before->n_drop_ins; i++) {
                const DelegationDropIn *old = before->drop_ins + i;

                if (find(now, old->uid, old->runtime))
                        continue;
                log_info("Removed %s.", enable_path(enable, old, path));
                changed = true;
        }

        return changed;
}

/* What other files still ask for, after disabling. */
static void say_rest(const Enable *enable) {
        for (size_t i = 0; i < enable->state.n_drop_ins; i++) {
                const DelegationDropIn *d = enable->state.drop_ins + i;
                ControllerMask mask = d->controllers & enable->request.controllers;
                char path[ENABLE_PATH_MAX], names[CONTROLLER_MASK_TEXT_MAX], user[ENABLE_USER_MAX];

                /* @state has what concerns the user that was asked about, or all. */
                if (mask)
                        log_info("%s still asks for %s, for %s.", enable_path(enable, d, path),
                                 controller_mask_format(mask, ' ', names), enable_user(enable, d->uid, user));
        }
}

void enable_say_changes(const Enable *enable) {
        const DelegationRequest *request = &enable->request;
        bool disable = request->operation == DELEGATION_DISABLE, changed = enable->asked && say_files(enable);
        char names[CONTROLLER_MASK_TEXT_MAX], user[ENABLE_USER_MAX];

        if (!changed)
                log_info(disable ? "%s not enabled by cgscope for %s: nothing to take back."
                                 : "%s enabled for %s already.",
                         controller_mask_format(request->controllers, ' ', names),
                         enable_user(enable, request->uid, user));
        if (disable)
                say_rest(enable);

        if (enable->image && changed)
                log_info("Nothing was applied: it is in effect when systemd has read it, at the latest after the next "
                         "boot.");
        else if (!enable->image && !disable && enable->state.n_managers == 0)
                log_info("No user manager runs that this is for: it is in effect at the next login.");
}

/* The last resort, with its price. */
static void say_restart(uid_t uid, char *buffer, size_t size) {
        _cleanup_(user_units_done) UserUnits units = {};

        if (user_units_all(uid, &units) < 0)
                (void) snprintf(buffer, size, "--restart, which ends all that the user runs in it");
        else if (units.n_units == 0)
                (void) snprintf(buffer, size, "--restart, nothing of the user's runs in it");
        else
                (void) snprintf(buffer, size, "--restart, which ends %zu process%s in %zu unit%s of the user's",
                                units.n_processes, units.n_processes == 1 ? "" : "es", units.n_units,
                                units.n_units == 1 ? "" : "s");
}

/* How this user has the manager look again. */
static void reexecute_command(uid_t uid, char *buffer, size_t size) {
        const char *user = uid == geteuid() ? NULL : user_name(uid);
        _cleanup_free_ char *name = user ? escape_word(user) : NULL;

        if (name)
                (void) snprintf(buffer, size, "systemctl --user --machine=%s@ daemon-reexec", name);
        else
                (void) snprintf(buffer, size, "systemctl --user daemon-reexec");
}

/* What starts for the sake of the manager is also what makes the system manager pass them down. */
static void help_not_there(const DelegationManager *manager, Trouble *trouble) {
        char restart[128];

        if (manager->outcome == OUTCOME_LEFT) {
                (void) trouble_help(trouble, -EAGAIN, "repeat the command without --no-apply");
                return;
        }

        say_restart(manager->uid, restart, sizeof(restart));
        (void) trouble_help(trouble, -EAGAIN, "repeat the command, which disturbs nothing; last resort: %s", restart);
}

static void help_not_taken_up(const DelegationManager *manager, Trouble *trouble) {
        char command[ENABLE_USER_MAX], restart[128];

        switch (manager->outcome) {
        case OUTCOME_BUSY:
                (void) trouble_set(trouble, -EAGAIN, "the user manager had jobs all the time and was left alone");
                (void) trouble_help(trouble, -EAGAIN, "repeat the command");
                return;
        case OUTCOME_NO_ANSWER:
        case OUTCOME_FAILED:
                if (manager->outcome == OUTCOME_FAILED)
                        (void) trouble_set(trouble, -EAGAIN, "cgscope-reexecute@%u.service failed (see its journal)",
                                           (unsigned) manager->uid);
                else
                        (void) trouble_set(trouble, -EAGAIN, "the user manager did not answer");
                say_restart(manager->uid, restart, sizeof(restart));
                (void) trouble_help(trouble, -EAGAIN, "repeat the command, last resort: %s", restart);
                return;
        default:
                reexecute_command(manager->uid, command, sizeof(command));
                (void) trouble_help(trouble, -EAGAIN, "%s (disturbs nothing but calls to it that are under way)",
                                    command);
        }
}

/* What still uses them: no fault. */
static void say_left_over(const DelegationManager *manager, const char *user, ControllerMask mask) {
        char names[CONTROLLER_MASK_TEXT_MAX], text[USER_UNITS_TEXT_MAX];
        _cleanup_(user_units_done) UserUnits units = {};

        (void) controller_mask_format(mask, ' ', names);
        if ((manager->enabled & mask) && user_units_keeping(manager->uid, mask, &units) >= 0 && units.n_units > 0)
                log_info("%s: %s stays with what runs now, until it ends: %s", user, names,
                         user_units_format(&units, text));
        else
                log_info("%s: %s is still there and not in use; it goes when something starts in user-%u.slice", user,
                         names, (unsigned) manager->uid);
}

/* What is left after disabling, of which nothing is a fault. */
static void say_kept(const Enable *enable, const DelegationManager *manager) {
        ControllerMask asked = enable_asked(&enable->state, manager->uid), left, others;
        char user[ENABLE_USER_MAX], names[CONTROLLER_MASK_TEXT_MAX];

        (void) enable_user(enable, manager->uid, user);

        left = enable_judged(enable, manager, VERDICT_LEFT_OVER);
        if (left)
                say_left_over(manager, user, left);

        others = manager->loaded & enable->request.controllers & ~asked;
        if (others)
                log_info("%s: %s comes from another file than cgscope's: systemctl cat user@%u.service", user,
                         controller_mask_format(others, ' ', names), (unsigned) manager->uid);
}

/* Of one that PID 1 has not got although it has read the file that asks for it. */
static int find_reset(const Enable *enable, const DelegationManager *manager, ControllerMask mask, char **ret) {
        const Client *client = &enable->client;
        Controller controller = 0;

        if (!client->manager)
                return 0;
        while (!(mask & controller_bit(controller)))
                controller++;

        return client->asking->user_manager_find_reset(client->manager, manager->uid, controller, ret, NULL);
}

static void say_step(const Enable *enable, const DelegationManager *manager) {
        _cleanup_free_ char *reset = NULL;
        const DelegationDropIn *drop_in;
        Verdict verdict = enable_judge(enable, manager);
        ControllerMask mask = enable_judged(enable, manager, verdict);
        char user[ENABLE_USER_MAX], names[CONTROLLER_MASK_TEXT_MAX];
        Trouble trouble = {};

        (void) enable_user(enable, manager->uid, user);
        (void) controller_mask_format(mask, ' ', names);
        if (verdict == VERDICT_LEFT_OVER)
                say_left_over(manager, user, mask);
        if (verdict != VERDICT_NOT_LOADED && verdict != VERDICT_NOT_THERE && verdict != VERDICT_NOT_TAKEN_UP)
                return;

        drop_in = verdict_drop_in(&enable->state, manager->uid, mask);
        (void) verdict_explain(verdict, drop_in, &trouble);
        if (verdict == VERDICT_NOT_LOADED && find_reset(enable, manager, mask, &reset) > 0)
                (void) verdict_explain_reset(drop_in, reset, &trouble);
        else if (verdict == VERDICT_NOT_LOADED)
                (void) trouble_help(&trouble, -EAGAIN, "systemctl daemon-reload (disturbs nothing)");
        else if (verdict == VERDICT_NOT_THERE)
                help_not_there(manager, &trouble);
        else
                help_not_taken_up(manager, &trouble);

        (void) trouble_wrap(&trouble, -EAGAIN, "%s: %s not in effect", user, names);
        (void) log_trouble_full(LOG_WARNING, -EAGAIN, &trouble);
}

void enable_say_steps(const Enable *enable) {
        for (size_t i = 0; i < enable->state.n_managers; i++)
                if (enable->request.operation == DELEGATION_DISABLE)
                        say_kept(enable, enable->state.managers + i);
                else
                        say_step(enable, enable->state.managers + i);
}
