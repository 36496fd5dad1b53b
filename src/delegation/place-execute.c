/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/place-plan.h"

static int write_file(const Way *way, const Plan *plan, bool *changed, Trouble *trouble) {
        _cleanup_free_ char *text = NULL;
        int r;

        r = drop_in_format(plan->place.uid, plan->own, &text);
        if (r < 0)
                return r;

        r = file_stage(way_end(way), &plan->place, text, trouble);
        return r < 0 ? r : file_commit(way_end(way), &plan->place, changed, trouble);
}

int plan_execute(int root, const Plan *plan, bool *changed, Trouble *trouble) {
        _cleanup_(way_done) Way way = WAY_NULL;
        int r;

        r = way_open(root, &plan->place, WAY_LEAF, plan->own, &way, trouble);
        if (r < 0)
                return r;
        if (!plan->own)
                return file_remove(&way, &plan->place, changed, trouble);

        r = write_file(&way, plan, changed, trouble);
        if (r < 0 && !*changed)
                way_unmake(&way);
        return r;
}
