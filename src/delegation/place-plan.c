/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/trouble.h"
#include "delegation/place-plan.h"

static int refuse_other(const Plan *plan, Trouble *trouble) {
        char path[DROP_IN_PATH_MAX];

        (void) drop_in_path(&plan->place, path);
        if (plan->file.other[0] == '(')
                return trouble_set(trouble, -EEXIST, "%s is not cgscope's %s; put a plain file of root's in its "
                                   "place, or remove it", path, plan->file.other);

        return trouble_set(trouble, -EEXIST, "%s is not cgscope's, and says more than which controllers to add: "
                           "%s; move that to a file of another name beside it", path, plan->file.other);
}

static const char *whose(const DropIn *file) {
        return file->kind == DROP_IN_EDITED ? "was changed by hand since cgscope wrote it" : "is not cgscope's";
}

/* The administrator's file, or one of ours that he changed. 1: it stays as it is, and is all that is asked for. */
static int check_foreign(const Plan *plan, ControllerMask controllers, Trouble *trouble) {
        char path[DROP_IN_PATH_MAX], names[CONTROLLER_MASK_TEXT_MAX];

        if (!plan->file.unread && !(controllers & ~plan->file.own))
                return 1;
        if (plan->file.other)
                return refuse_other(plan, trouble);

        return trouble_set(trouble, -EEXIST, "%s %s (it hands on: %s); remove it, or give it another name",
                           drop_in_path(&plan->place, path), whose(&plan->file),
                           plan->file.own ? controller_mask_format(plan->file.own, ' ', names) : "nothing");
}

static int check_controllers(ControllerMask controllers, Trouble *trouble) {
        char names[CONTROLLER_MASK_TEXT_MAX], managed[CONTROLLER_MASK_TEXT_MAX];

        if (controllers == CONTROLLER_MASK_NONE)
                return trouble_set(trouble, -EINVAL, "no controllers were named");
        if (!(controllers & ~CONTROLLER_MASK_MANAGED))
                return 0;

        return trouble_set(trouble, -EOPNOTSUPP, "systemd does not hand on %s, only %s",
                           controller_mask_format(controllers & ~CONTROLLER_MASK_MANAGED, ' ', names),
                           controller_mask_format(CONTROLLER_MASK_MANAGED, ' ', managed));
}

int plan_enable(int root, const DropInPlace *place, ControllerMask controllers, Plan *ret, Trouble *trouble) {
        _cleanup_(plan_done) Plan plan = { .place = *place };
        int r;

        r = check_controllers(controllers, trouble);
        if (r < 0)
                return r;

        r = place_read(root, place, &plan.file, trouble);
        if (r >= 0 && (plan.file.kind == DROP_IN_FOREIGN || plan.file.kind == DROP_IN_EDITED))
                r = check_foreign(&plan, controllers, trouble);
        if (r < 0)
                return r;

        plan.own = plan.file.own | controllers;
        plan.change = r == 0 && (plan.file.kind != DROP_IN_OURS || plan.own != plan.file.own);
        plan.littered = place_is_littered(root, place);

        *ret = plan;
        plan = (Plan) {};
        return 0;
}

int plan_disable(int root, const DropInPlace *place, ControllerMask controllers, Plan *ret, Trouble *trouble) {
        _cleanup_(plan_done) Plan plan = { .place = *place };
        char path[DROP_IN_PATH_MAX], names[CONTROLLER_MASK_TEXT_MAX];
        int r;

        r = place_read(root, place, &plan.file, trouble);
        if (r < 0)
                return r;

        if (plan.file.kind == DROP_IN_OURS) {
                plan.own = plan.file.own & ~controllers;
                plan.change = !plan.own || plan.own != plan.file.own;
        } else if (plan.file.unread)
                r = refuse_other(&plan, trouble);
        else if (plan.file.own & controllers)
                r = trouble_set(trouble, -EEXIST, "%s %s: take out of it by hand: %s",
                                drop_in_path(place, path), whose(&plan.file),
                                controller_mask_format(plan.file.own & controllers, ' ', names));
        if (r < 0)
                return r;

        plan.littered = place_is_littered(root, place);
        *ret = plan;
        plan = (Plan) {};
        return 0;
}

void plan_done(Plan *plan) {
        drop_in_done(&plan->file);
        *plan = (Plan) {};
}
