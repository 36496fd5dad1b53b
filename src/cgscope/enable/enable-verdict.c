/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable-verdict.h"

#include "basic/user-namespace.h"

/* Delegate= of user@.service itself, since systemd 250. */
#define DEFAULT_CONTROLLERS (1U << CONTROLLER_CPU | 1U << CONTROLLER_MEMORY | 1U << CONTROLLER_PIDS)

ControllerMask enable_asked(const DelegationState *state, uint64_t uid) {
        ControllerMask mask = CONTROLLER_MASK_NONE;

        for (size_t i = 0; i < state->n_drop_ins; i++)
                if (state->drop_ins[i].uid == uid || state->drop_ins[i].uid == DELEGATION_EVERYBODY)
                        mask |= state->drop_ins[i].controllers;

        return mask;
}

ControllerMask enable_concern(const Enable *enable, const DelegationManager *manager) {
        if (enable->request.controllers != CONTROLLER_MASK_NONE)
                return enable->request.controllers;

        return enable_asked(&enable->state, manager->uid) | (manager->loaded & ~DEFAULT_CONTROLLERS) |
               (manager->enabled & ~manager->loaded);
}

/* A scope was made, so its manager has handed on all that it could. */
static Verdict judge(const Enable *enable, const DelegationManager *manager, Controller controller) {
        DelegationManager known = *manager;

        if (enable->probed && manager->uid == user_uid_outside()) {
                known.enabled |= enable->probe;
                known.outcome = OUTCOME_LEFT;
        }

        return verdict_of(&enable->state, &known, controller);
}

ControllerMask enable_judged(const Enable *enable, const DelegationManager *manager, Verdict verdict) {
        ControllerMask concern = enable_concern(enable, manager), mask = CONTROLLER_MASK_NONE;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                if ((concern & controller_bit(c)) && judge(enable, manager, c) == verdict)
                        mask |= controller_bit(c);

        return mask;
}

Verdict enable_judge(const Enable *enable, const DelegationManager *manager) {
        Verdict worst = VERDICT_ABSENT;

        for (Verdict v = 0; v < _VERDICT_MAX; v++)
                if (enable_judged(enable, manager, v) != CONTROLLER_MASK_NONE)
                        worst = verdict_worse(worst, v);

        return worst;
}

ControllerMask enable_missing(const Enable *enable, const DelegationManager *manager) {
        if (enable->request.operation == DELEGATION_DISABLE)
                return enable_judged(enable, manager, VERDICT_LEFT_OVER);

        return enable_concern(enable, manager) & ~enable_judged(enable, manager, VERDICT_IN_EFFECT) &
               ~enable_judged(enable, manager, VERDICT_REACHED);
}
