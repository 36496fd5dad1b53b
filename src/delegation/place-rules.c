/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "basic/message.h"
#include "delegation/place-plan.h"

/* Which file hides which: see drop-in.h. */

#define TARGET_MAX 40

/* Whom to name to the command. */
static char *target_option(uint64_t uid, char buffer[static TARGET_MAX]) {
        if (uid == DELEGATION_EVERYBODY)
                (void) stpcpy(buffer, "--all-users");
        else
                (void) snprintf(buffer, TARGET_MAX, "--user-id %" PRIu64, uid);

        return buffer;
}

static ControllerMask handed_on(const DropIn *file) {
        return file->own | file->carried;
}

/* The first of @places with a file; 0: none has. */
static int first_of(int root, const DropInPlace *places, size_t n, DropInPlace *ret_place, DropIn *ret,
                    char **ret_message) {
        for (size_t i = 0; i < n; i++) {
                int r;

                r = place_read(root, &places[i], ret, ret_message);
                if (r < 0)
                        return r;
                if (ret->kind != DROP_IN_ABSENT) {
                        *ret_place = places[i];
                        return 1;
                }
        }

        return 0;
}

int rules_check_runtime(int root, const DropInPlace *place, ControllerMask controllers, char **ret_message) {
        const DropInPlace before[] = { { .uid = place->uid }, { .uid = DELEGATION_EVERYBODY } };
        size_t skip = place->uid == DELEGATION_EVERYBODY ? 1 : 0; /* they are the same, then */
        char path[DROP_IN_PATH_MAX], hidden[DROP_IN_PATH_MAX];
        _cleanup_(drop_in_done) DropIn file = {};
        DropInPlace first;
        int r;

        if (!place->runtime)
                return 0;

        r = first_of(root, before + skip, ELEMENTSOF(before) - skip, &first, &file, ret_message);
        if (r <= 0 || !(controllers & ~handed_on(&file)))
                return r;

        return message_set(-ENOTUNIQ, ret_message, "%s comes before %s and hides it%s", drop_in_path(&first, path),
                           drop_in_path(place, hidden),
                           file.kind == DROP_IN_OURS ? "; without --runtime the controllers are added there"
                                                     : "; it is not cgscope's: add the controllers there by hand");
}

/* @hidden, at @there, is read now, and would not be any more. */
static int check_loss(const Plan *plan, const DropInPlace *there, const DropIn *hidden, char **ret_message) {
        ControllerMask lost = handed_on(hidden) & ~(plan->own | plan->carried);
        char path[DROP_IN_PATH_MAX], other[DROP_IN_PATH_MAX], target[TARGET_MAX], names[CONTROLLER_MASK_TEXT_MAX];

        (void) drop_in_path(&plan->place, path);
        (void) drop_in_path(there, other);

        if (hidden->other)
                return message_set(-ENOTUNIQ, ret_message, "%s would hide %s and what that says: %s; give that file "
                                   "another name", path, other, hidden->other);
        if (!lost)
                return 0;

        (void) controller_mask_format(lost, ' ', names);
        if (hidden->kind != DROP_IN_OURS)
                return message_set(-ENOTUNIQ, ret_message, "%s would hide %s, which hands on %s; enable that as well, "
                                   "or give that file another name", path, other, names);

        return message_set(-ENOTUNIQ, ret_message, "%s would hide %s, which hands on %s; enable that as well, or "
                           "first: cgscope disable --runtime %s %s", path, other, names, target_option(there->uid, target),
                           names);
}

static int check_loss_at(int root, const Plan *plan, uint64_t uid, char **ret_message) {
        const DropInPlace there = { .uid = uid, .runtime = true };
        _cleanup_(drop_in_done) DropIn file = {};
        int r;

        r = place_read(root, &there, &file, ret_message);
        if (r < 0 || file.kind == DROP_IN_ABSENT)
                return r;

        r = check_loss(plan, &there, &file, ret_message);
        return r < 0 ? r : 1;
}

/* A first file for one user in /etc: hides what he reads in /run, unless everybody's in /etc does already. */
static int check_runtime_of_user(int root, const Plan *plan, bool covered, char **ret_message) {
        int r;

        if (covered)
                return 0;

        r = check_loss_at(root, plan, plan->place.uid, ret_message);
        if (r == 0)
                r = check_loss_at(root, plan, DELEGATION_EVERYBODY, ret_message);

        return r < 0 ? r : 0;
}

/* A first file for everybody in /etc: hides all in /run, but for users with files of their own in /etc. */
static int check_runtime_of_all(int root, const Plan *plan, char **ret_message) {
        _cleanup_free_ uint64_t *users = NULL;
        size_t n;
        int r;

        r = check_loss_at(root, plan, DELEGATION_EVERYBODY, ret_message);
        if (r < 0)
                return r;

        r = place_users(root, true, &users, &n, ret_message);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                _cleanup_(drop_in_done) DropIn own = {};

                r = place_look(root, &(DropInPlace) { .uid = users[i] }, &own);
                if (r >= 0 && own.kind == DROP_IN_ABSENT)
                        r = check_loss_at(root, plan, users[i], ret_message);
        }

        return r < 0 ? r : 0;
}

int rules_check(int root, Plan *plan, char **ret_message) {
        const DropInPlace everybody = { .uid = DELEGATION_EVERYBODY, .runtime = plan->place.runtime };
        bool first = plan->file.kind == DROP_IN_ABSENT;
        _cleanup_(drop_in_done) DropIn beside = {};
        int r;

        if (plan->place.uid == DELEGATION_EVERYBODY)
                return first && !plan->place.runtime ? check_runtime_of_all(root, plan, ret_message) : 0;

        r = place_read(root, &everybody, &beside, ret_message);
        if (r < 0)
                return r;

        plan->carried = handed_on(&beside);
        if (first && beside.other)
                return check_loss(plan, &everybody, &beside, ret_message);

        return first && !plan->place.runtime
                       ? check_runtime_of_user(root, plan, beside.kind != DROP_IN_ABSENT, ret_message)
                       : 0;
}
