/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable-restart.h"

#include "basic/log.h"
#include "cgscope/enable/enable-text.h"
#include "cgscope/enable/enable-units.h"
#include "cgscope/enable/enable-verdict.h"

static void say_what_ends(const Enable *enable, uid_t uid, const UserUnits *units) {
        char user[ENABLE_USER_MAX], text[USER_UNITS_TEXT_MAX];

        log_warning("%s: restarting user@%u.service ends %zu process%s in %zu unit%s%s%s%s",
                    enable_user(enable, uid, user), (unsigned) uid, units->n_processes,
                    units->n_processes == 1 ? "" : "es", units->n_units, units->n_units == 1 ? "" : "s",
                    units->n_units > 0 ? ": " : "", user_units_format(units, text),
                    units->own ? "; including this command" : "");
}

int enable_restart(Enable *enable, bool own) {
        int n = 0;

        for (size_t i = 0; i < enable->state.n_managers; i++) {
                DelegationManager *manager = enable->state.managers + i;
                _cleanup_(user_units_done) UserUnits units = {};
                int r;

                if (enable_missing(enable, manager) == CONTROLLER_MASK_NONE)
                        continue;

                r = user_units_all(manager->uid, &units);
                if (r < 0) {
                        (void) log_error_errno(r, "cannot find out what a restart of user@%u.service would end",
                                               (unsigned) manager->uid);
                        enable->restart_failed = true;
                }
                if (r < 0 || units.own != own)
                        continue;

                say_what_ends(enable, manager->uid, &units);
                r = client_call(&enable->client, user_manager_restart, manager->uid);
                if (r < 0) {
                        enable->restart_failed = true;
                        continue;
                }

                /* One that has just been started has looked. */
                manager->outcome = OUTCOME_APPLIED;
                n++;
        }

        return n;
}
