/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable-list.h"

#include "basic/log.h"
#include "basic/user-name.h"
#include "cgscope/enable/enable-text.h"
#include "cgscope/enable/enable-verdict.h"

typedef enum EnableColumn {
        COLUMN_UID,
        COLUMN_USER,
        COLUMN_DROP_IN,
        COLUMN_MANAGER,
        COLUMN_STATE,
        COLUMN_DEFAULT_END,
        COLUMN_MISSING = COLUMN_DEFAULT_END,
        COLUMN_LOADED,
        COLUMN_SLICE,
        COLUMN_HANDED_ON,
        COLUMN_FILE,
        COLUMN_KIND,
        COLUMN_OUTCOME,
        _COLUMN_MAX,
} EnableColumn;

const TableColumn enable_columns[_COLUMN_MAX + 1] = {
        [COLUMN_UID] = { "UID", "uid", "number of the user", TABLE_NUMBER },
        [COLUMN_USER] = { "USER", "user", "name of the user", TABLE_SHORTEN },
        [COLUMN_DROP_IN] = { "DROP-IN", "drop_in", "controllers that drop-ins ask for", TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_MANAGER] = { "MANAGER", "manager", "controllers that reached the user manager",
                             TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_STATE] = { "STATE", "verdict", "what is true of those asked for", 0 },
        [COLUMN_MISSING] = { "MISSING", "missing", "those that are not as asked for", TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_LOADED] = { "LOADED", "loaded", "those that the system manager has loaded",
                            TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_SLICE] = { "SLICE", "slice_controllers", "those that reached the user's slice",
                           TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_HANDED_ON] = { "HANDED-ON", "handed_on", "those that the user manager hands on so far",
                               TABLE_WORDS | TABLE_SHORTEN },
        [COLUMN_FILE] = { "FILE", "file", "first drop-in for the user", TABLE_SHORTEN },
        [COLUMN_KIND] = { "KIND", "kind", "whose that file is", 0 },
        [COLUMN_OUTCOME] = { "OUTCOME", "outcome", "what came of applying it", 0 },
};

int enable_choose_columns(Enable *enable) {
        return tabular_choose(&enable->tabular, &enable->common, enable_columns, _COLUMN_MAX, COLUMN_DEFAULT_END);
}

static void set_mask(Enable *enable, TableRow *row, EnableColumn column, ControllerMask mask) {
        char names[CONTROLLER_MASK_TEXT_MAX];

        tabular_set_string(&enable->tabular, row, column,
                           controller_mask_format(mask, enable->tabular.json ? '\n' : ' ', names));
}

static void set_user(Enable *enable, TableRow *row, uint64_t uid) {
        if (uid == DELEGATION_EVERYBODY) {
                tabular_set_string(&enable->tabular, row, COLUMN_USER, enable->tabular.json ? NULL : "(all)");
                return;
        }

        tabular_set_number(&enable->tabular, row, COLUMN_UID, uid);
        tabular_set_string(&enable->tabular, row, COLUMN_USER, enable->root ? NULL : user_name((uid_t) uid));
}

/* Without a manager nothing is in effect, and nothing amiss. */
static void set_state(Enable *enable, TableRow *row, uint64_t uid, const DelegationManager *manager,
                      ControllerMask asked) {
        Tabular *tabular = &enable->tabular;
        Verdict verdict;

        if (manager && enable_concern(enable, manager)) {
                verdict = enable_judge(enable, manager);
                tabular_set_string(tabular, row, COLUMN_STATE,
                                   tabular->json ? verdict_to_field(verdict) : verdict_to_string(verdict));
        } else if (!manager && uid != DELEGATION_EVERYBODY && asked)
                tabular_set_string(tabular, row, COLUMN_STATE, tabular->json ? "next-login" : "at next login");
}

static void set_manager(Enable *enable, TableRow *cells, const DelegationManager *manager) {
        const struct {
                EnableColumn column;
                ControllerMask mask;
        } masks[] = {
                { COLUMN_MANAGER, manager->live },      { COLUMN_MISSING, enable_missing(enable, manager) },
                { COLUMN_LOADED, manager->loaded },     { COLUMN_SLICE, manager->slice },
                { COLUMN_HANDED_ON, manager->enabled },
        };

        for (size_t i = 0; i < ELEMENTSOF(masks); i++)
                set_mask(enable, cells, masks[i].column, masks[i].mask);

        tabular_set_string(&enable->tabular, cells, COLUMN_OUTCOME, delegation_outcome_to_string(manager->outcome));
}

/* @manager: NULL where none runs. */
static void add_row(Enable *enable, uint64_t uid, const DelegationManager *manager) {
        const DelegationDropIn *first = verdict_drop_in(&enable->state, uid, CONTROLLER_MASK_NONE);
        TableRow *row = tabular_add(&enable->tabular, NULL);
        ControllerMask wanted = enable->request.controllers ?: CONTROLLER_MASK_ALL;
        char path[ENABLE_PATH_MAX];

        set_user(enable, row, uid);
        set_mask(enable, row, COLUMN_DROP_IN, enable_asked(&enable->state, uid));
        if (first) {
                tabular_set_string(&enable->tabular, row, COLUMN_FILE, enable_path(enable, first, path));
                tabular_set_string(&enable->tabular, row, COLUMN_KIND, drop_in_kind_to_string(first->kind));
        }
        set_state(enable, row, uid, manager, first ? first->controllers & wanted : CONTROLLER_MASK_NONE);
        if (manager)
                set_manager(enable, row, manager);
}

/* The lowest UID not below @from that there is something to say of; DELEGATION_EVERYBODY: there is none. */
static uint64_t next_user(const Enable *enable, uint64_t from, const DelegationManager **ret_manager) {
        const DelegationState *state = &enable->state;
        uint64_t uid = DELEGATION_EVERYBODY;

        for (size_t i = 0; i < state->n_drop_ins; i++)
                if (state->drop_ins[i].uid >= from && state->drop_ins[i].uid < uid)
                        uid = state->drop_ins[i].uid;
        for (size_t i = 0; i < state->n_managers; i++)
                if (state->managers[i].uid >= from && state->managers[i].uid < uid)
                        uid = state->managers[i].uid;
        if (enable->request.uid >= from && enable->request.uid < uid)
                uid = enable->request.uid;

        *ret_manager = NULL;
        for (size_t i = 0; i < state->n_managers; i++)
                if (state->managers[i].uid == uid)
                        *ret_manager = state->managers + i;

        return uid;
}

int enable_show(Enable *enable) {
        const DelegationState *state = &enable->state;
        const DelegationManager *manager;
        int r;

        if (enable->request.uid == DELEGATION_EVERYBODY && state->n_drop_ins == 0 && state->n_managers == 0 &&
            !enable->common.json)
                return log_info("Nothing is enabled for anybody%s.", enable->image ? "" : ", and no user manager runs"),
                       0;

        r = tabular_open(&enable->tabular, &enable->common, enable_columns, "users");
        if (r < 0)
                return r;

        if (enable->request.uid == DELEGATION_EVERYBODY &&
            verdict_drop_in(state, DELEGATION_EVERYBODY, CONTROLLER_MASK_NONE))
                add_row(enable, DELEGATION_EVERYBODY, NULL);

        for (uint64_t uid = next_user(enable, 0, &manager); uid != DELEGATION_EVERYBODY;
             uid = next_user(enable, uid + 1, &manager))
                add_row(enable, uid, manager);

        return tabular_print(&enable->tabular, &enable->common);
}
