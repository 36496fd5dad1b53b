/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/place.h"

#include "delegation/place-lock.h"
#include "delegation/place-plan.h"

typedef struct Wish {
        const DropInPlace *place;
        ControllerMask controllers;
        bool enable;
} Wish;

static int make_plan(int root, const Wish *wish, Plan *ret, char **ret_message) {
        if (wish->enable)
                return plan_enable(root, wish->place, wish->controllers, ret, ret_message);

        return plan_disable(root, wish->place, wish->controllers, ret, ret_message);
}

/* Removes what those left who were killed. What cannot be removed harms nobody. */
static void tidy(int root, const Plan *plan) {
        _cleanup_(way_done) Way way = WAY_NULL;

        if (way_open(root, &plan->place, WAY_LEAF, false, &way, NULL) >= 0)
                file_tidy(&way);
}

/* With the lock, so what is seen now stays. */
static int carry_out(int root, const Wish *wish, bool *changed, char **ret_message) {
        _cleanup_(plan_done) Plan plan = {};
        int r;

        r = make_plan(root, wish, &plan, ret_message);
        if (r >= 0 && plan.change)
                r = plan_execute(root, &plan, changed, ret_message);
        if (r >= 0 && plan.littered)
                tidy(root, &plan);

        return r < 0 ? r : 0;
}

/* What is so already is found out without a lock, which takes a file system that can be written to. */
static int do_wish(int root, const Wish *wish, bool *changed, char **ret_message) {
        _cleanup_free_ char *message = NULL;
        _cleanup_(plan_done) Plan plan = {};
        PlaceLock lock = PLACE_LOCK_NULL;
        int r;

        r = make_plan(root, wish, &plan, ret_message);
        if (r < 0)
                return r;
        if (!plan.change && !plan.littered && !place_is_locked(root, wish->place))
                return 0;

        r = place_lock(root, wish->place, PLACE_LOCK_USEC, &lock, &message);
        if (r < 0 && r != -EBUSY && !plan.change)
                return 0;
        if (r >= 0) {
                r = carry_out(root, wish, changed, &message);
                place_unlock(&lock, *changed);
        }
        if (r < 0 && ret_message)
                *ret_message = TAKE_PTR(message);

        return r;
}

static int fulfil(int root, const Wish *wish, bool *ret_changed, char **ret_message) {
        bool changed = false;
        int r = do_wish(root, wish, &changed, ret_message);

        if (ret_changed)
                *ret_changed = changed;
        return r < 0 ? r : changed;
}

int place_enable(int root, const DropInPlace *place, ControllerMask controllers, bool *ret_changed,
                 char **ret_message) {
        const Wish wish = { .place = place, .controllers = controllers, .enable = true };

        return fulfil(root, &wish, ret_changed, ret_message);
}

int place_disable(int root, const DropInPlace *place, ControllerMask controllers, bool *ret_changed,
                  char **ret_message) {
        const Wish wish = { .place = place, .controllers = controllers };

        return fulfil(root, &wish, ret_changed, ret_message);
}
