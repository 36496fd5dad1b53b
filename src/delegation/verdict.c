/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/verdict.h"

#include <assert.h>

#include "delegation/drop-in.h"

static const struct {
        const char *words, *field;
        unsigned weight; /* how much it asks for */
} verdicts[_VERDICT_MAX] = {
        [VERDICT_ABSENT] = { "absent", "absent", 0 },
        [VERDICT_IN_EFFECT] = { "in effect", "in-effect", 1 },
        [VERDICT_REACHED] = { "reached", "reached", 2 },
        [VERDICT_LEFT_OVER] = { "left over", "left-over", 3 },
        [VERDICT_NOT_TAKEN_UP] = { "not taken up", "not-taken-up", 4 },
        [VERDICT_NOT_THERE] = { "not there", "not-there", 5 },
        [VERDICT_NOT_LOADED] = { "not loaded", "not-loaded", 6 },
};

const DelegationDropIn *verdict_drop_in(const DelegationState *state, uint64_t uid, ControllerMask controllers) {
        for (size_t i = 0; i < state->n_drop_ins; i++) {
                const DelegationDropIn *d = state->drop_ins + i;

                if ((d->uid == uid || d->uid == DELEGATION_EVERYBODY) &&
                    (controllers == CONTROLLER_MASK_NONE || (d->controllers & controllers)))
                        return d;
        }

        return NULL;
}

/* Of one that the manager's group has. A manager never hands on what it has not seen, and the kernel takes nothing away
 * that is handed on: so what is handed on is known to it. */
static Verdict verdict_of_live(const DelegationManager *manager, ControllerMask bit) {
        if (manager->enabled & bit)
                return VERDICT_IN_EFFECT;

        switch (manager->outcome) {
        case OUTCOME_APPLIED:
                return VERDICT_IN_EFFECT;
        case OUTCOME_NONE:
                return VERDICT_REACHED;
        default:
                return VERDICT_NOT_TAKEN_UP;
        }
}

Verdict verdict_of(const DelegationState *state, const DelegationManager *manager, Controller controller) {
        ControllerMask bit = controller_bit(controller);

        /* Also where no drop-in of ours names it: the unit itself, or a drop-in of another name, may. */
        if (manager->loaded & bit)
                return manager->live & bit ? verdict_of_live(manager, bit) : VERDICT_NOT_THERE;

        if (verdict_drop_in(state, manager->uid, bit))
                return VERDICT_NOT_LOADED;

        return manager->live & bit ? VERDICT_LEFT_OVER : VERDICT_ABSENT;
}

Verdict verdict_worse(Verdict a, Verdict b) {
        return verdicts[b].weight > verdicts[a].weight ? b : a;
}

int verdict_explain(Verdict verdict, const DelegationDropIn *file, Trouble *ret) {
        char path[DROP_IN_PATH_MAX];

        switch (verdict) {
        case VERDICT_NOT_LOADED:
                return trouble_set(ret, 0, "%s asks for it, which PID 1 has not read yet",
                                   file ? drop_in_path(file, path) : "a drop-in");
        case VERDICT_NOT_THERE:
                return trouble_set(ret, 0, "PID 1 is to hand it to the user manager, and has not done so yet");
        case VERDICT_NOT_TAKEN_UP:
                return trouble_set(ret, 0, "the user manager was handed it and has not looked since");
        default:
                return trouble_set(ret, 0, "PID 1 does not hand it to the user manager unless told to");
        }
}

int verdict_explain_reset(const DelegationDropIn *file, const char *reset, Trouble *ret) {
        char path[DROP_IN_PATH_MAX];

        (void) trouble_set(ret, 0, "%s asks for it, and %s, which systemd reads later, takes it back (Delegate=)",
                           file ? drop_in_path(file, path) : "a drop-in", reset);
        return trouble_help(ret, 0, "change or remove the latter, then: systemctl daemon-reload");
}

int verdict_explain_blocked(const DelegationDropIn *file, Trouble *ret) {
        char path[DROP_IN_PATH_MAX], target[sizeof("/dev/null") + 1] = "";

        (void) readlink(drop_in_path(file, path), target, sizeof(target) - 1);
        (void) trouble_set(ret, 0, "%s, where cgscope enable would have PID 1 hand it on, is %s", path,
                           streq(target, "/dev/null") ? "masked, a link to /dev/null" : "the administrator's");
        return trouble_help(ret, 0, "%s, as root", streq(target, "/dev/null") ? "remove it" : "add it there");
}

const DelegationDropIn *verdict_blocking(const DelegationState *state, uint64_t uid) {
        for (size_t i = 0; i < state->n_drop_ins; i++)
                if (state->drop_ins[i].uid == uid && !state->drop_ins[i].runtime &&
                    state->drop_ins[i].kind != DROP_IN_OURS)
                        return state->drop_ins + i;

        return NULL;
}

const char *verdict_to_string(Verdict verdict) {
        assert(verdict < _VERDICT_MAX);

        return verdicts[verdict].words;
}

const char *verdict_to_field(Verdict verdict) {
        assert(verdict < _VERDICT_MAX);

        return verdicts[verdict].field;
}
