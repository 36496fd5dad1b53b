/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/place-plan.h"

/* What is handed on to everybody when @plan is done. */
static ControllerMask handed_on(const Plan *plan) {
        return plan->change ? plan->own : plan->file.own | plan->file.carried;
}

static int stage(int dir, const DropInPlace *place, ControllerMask own, ControllerMask carried, char **ret_message) {
        _cleanup_free_ char *text = NULL;
        int r;

        r = drop_in_format(place->uid, own, carried, &text);
        return r < 0 ? r : file_stage(dir, place, text, ret_message);
}

typedef enum UserStep {
        USER_STAGE,
        USER_COMMIT,
        USER_UNSTAGE,
} UserStep;

/* The file of one of those that follow. */
static int do_user(int root, const Plan *plan, size_t i, UserStep step, bool *changed, char **ret_message) {
        const DropInPlace place = { .uid = plan->users[i].uid, .runtime = plan->place.runtime };
        _cleanup_(way_done) Way way = WAY_NULL;
        int r;

        r = way_open(root, &place, WAY_LEAF, false, &way, ret_message);
        if (r < 0)
                return r;

        if (step == USER_STAGE)
                return stage(way_end(&way), &place, plan->users[i].own, handed_on(plan), ret_message);
        if (step == USER_COMMIT)
                return file_commit(way_end(&way), &place, changed, ret_message);

        file_unstage(way_end(&way));
        return 0;
}

static void unstage_users(int root, const Plan *plan, size_t n) {
        for (size_t i = 0; i < n; i++)
                (void) do_user(root, plan, i, USER_UNSTAGE, NULL, NULL);
}

/* All that can fail for want of space is done before the first file gets its name. */
static int stage_users(int root, const Plan *plan, char **ret_message) {
        for (size_t i = 0; i < plan->n_users; i++) {
                int r;

                r = do_user(root, plan, i, USER_STAGE, NULL, ret_message);
                if (r < 0) {
                        unstage_users(root, plan, i);
                        return r;
                }
        }

        return 0;
}

/* Where one fails the others are given their names all the same: what is handed on to everybody is there already, and
 * they would hide it. */
static int commit_users(int root, const Plan *plan, bool *changed, char **ret_message) {
        int first = 0;

        for (size_t i = 0; i < plan->n_users; i++) {
                _cleanup_free_ char *message = NULL;
                int r = do_user(root, plan, i, USER_COMMIT, changed, &message);

                if (r >= 0 || first < 0)
                        continue;
                first = r;
                if (ret_message)
                        *ret_message = TAKE_PTR(message);
        }

        return first;
}

static int commit(Way *way, const Plan *plan, bool *changed, char **ret_message) {
        if (!plan->change)
                return 0;

        return plan->own ? file_commit(way_end(way), &plan->place, changed, ret_message)
                         : file_remove(way, &plan->place, changed, ret_message);
}

/* All that has to be there before the first file gets its name. */
static int stage_all(int root, Way *way, const Plan *plan, char **ret_message) {
        bool write = plan->change && plan->own;
        int r;

        if (write) {
                r = stage(way_end(way), &plan->place, plan->own, plan->carried, ret_message);
                if (r < 0)
                        return r;
        }

        r = stage_users(root, plan, ret_message);
        if (r < 0 && write)
                file_unstage(way_end(way));
        return r;
}

int plan_execute(int root, const Plan *plan, bool *changed, char **ret_message) {
        _cleanup_free_ char *message = NULL;
        _cleanup_(way_done) Way way = WAY_NULL;
        int r, r_users;

        if (plan->change) {
                r = way_open(root, &plan->place, WAY_LEAF, plan->own, &way, ret_message);
                if (r < 0)
                        return r;
        }

        r = stage_all(root, &way, plan, ret_message);
        if (r < 0) {
                way_unmake(&way);
                return r;
        }

        r = commit(&way, plan, changed, ret_message);
        if (r < 0 && !*changed) {
                unstage_users(root, plan, plan->n_users);
                way_unmake(&way);
                return r;
        }

        r_users = commit_users(root, plan, changed, &message);
        if (r < 0 || r_users >= 0)
                return r;
        if (ret_message)
                *ret_message = TAKE_PTR(message);
        return r_users;
}
