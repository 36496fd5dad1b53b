/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/place.h"

#include "delegation/place-lock.h"
#include "delegation/place-plan.h"

typedef struct Wish {
        const DropInPlace *place;
        ControllerMask controllers;
        bool enable;
} Wish;

static int make_plan(int root, const Wish *wish, Plan *ret, Trouble *trouble) {
        if (wish->enable)
                return plan_enable(root, wish->place, wish->controllers, ret, trouble);

        return plan_disable(root, wish->place, wish->controllers, ret, trouble);
}

/* Removes what those left who were killed. What cannot be removed harms nobody. */
static void tidy(int root, const Plan *plan) {
        _cleanup_(way_done) Way way = WAY_NULL;

        if (way_open(root, &plan->place, WAY_LEAF, false, &way, NULL) >= 0)
                file_tidy(&way);
}

/* With the lock, so what is seen now stays. */
static int carry_out(int root, const Wish *wish, bool *changed, Trouble *trouble) {
        _cleanup_(plan_done) Plan plan = {};
        int r;

        r = make_plan(root, wish, &plan, trouble);
        if (r >= 0 && plan.change)
                r = plan_execute(root, &plan, changed, trouble);
        if (r >= 0 && plan.littered)
                tidy(root, &plan);

        return r < 0 ? r : 0;
}

/* What is so already is found out without a lock, which takes a file system that can be written to. */
static int do_wish(int root, const Wish *wish, bool *changed, Trouble *trouble) {
        _cleanup_trouble_ Trouble refused = {};
        _cleanup_(plan_done) Plan plan = {};
        PlaceLock lock = PLACE_LOCK_NULL;
        int r;

        r = make_plan(root, wish, &plan, trouble);
        if (r < 0)
                return r;
        if (!plan.change && !plan.littered && !place_is_locked(root, wish->place))
                return 0;

        r = place_lock(root, wish->place, PLACE_LOCK_USEC, &lock, &refused);
        if (r < 0 && r != -EBUSY && !plan.change)
                return 0;
        if (r >= 0) {
                r = carry_out(root, wish, changed, &refused);
                place_unlock(&lock, *changed);
        }

        return r < 0 ? trouble_move(trouble, r, &refused) : r;
}

static int fulfil(int root, const Wish *wish, bool *ret_changed, Trouble *trouble) {
        bool changed = false;
        int r = do_wish(root, wish, &changed, trouble);

        if (ret_changed)
                *ret_changed = changed;
        return r < 0 ? r : changed;
}

int place_enable(int root, const DropInPlace *place, ControllerMask controllers, bool *ret_changed,
                 Trouble *trouble) {
        const Wish wish = { .place = place, .controllers = controllers, .enable = true };

        return fulfil(root, &wish, ret_changed, trouble);
}

int place_disable(int root, const DropInPlace *place, ControllerMask controllers, bool *ret_changed,
                  Trouble *trouble) {
        const Wish wish = { .place = place, .controllers = controllers };

        return fulfil(root, &wish, ret_changed, trouble);
}
